// Copies the link of the page: its address with what the server says of it. Without a network, and also where the
// browser keeps its clipboard to pages that came over https.

const SAID = 2000; // milliseconds

export default function ({ data: [data], parentElement }) {
  const [button, field, status] = ["button", "input", "span"].map((name) => parentElement.querySelector(name));
  button.disabled = data.trouble !== "";
  button.title = data.trouble || "Copies the address of what this page shows now";
  const link = `${location.origin}${location.pathname}${data.query ? "?" : ""}${data.query}`;
  if (link !== button.link) rest(); // what was copied is not what the page shows any more
  button.link = link;
  button.onclick = async () => {
    const copied = await copy(link);
    field.hidden = copied;
    field.value = link;
    if (!copied) field.select();
    say(copied ? "Copied" : "Copy it here");
  };

  function say(words) {
    button.textContent = status.textContent = words;
    clearTimeout(button.timer);
    button.timer = setTimeout(rest, SAID);
  }

  function rest() {
    clearTimeout(button.timer);
    button.textContent = button.disabled ? "No link" : "Copy link";
    status.textContent = "";
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

/** What worked before there was a clipboard for scripts, and needs no secure page. */
function copyTheOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    focused?.focus?.({ preventScroll: true });
  }
}
