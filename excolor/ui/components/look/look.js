// Another page of the app inside this one. It is loaded anew only when its address is another one.

export default function ({ data: [data], parentElement }) {
  const frame = parentElement.querySelector("iframe");
  frame.title = data.title;
  if (frame.getAttribute("src") !== data.address) frame.setAttribute("src", data.address);
}
