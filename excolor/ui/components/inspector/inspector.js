// The picked color in one small table. The scenes of the page, in frames of their own, are told where it is in them.

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("aside"),
    find = (selector) => root.querySelector(selector);
  root.hidden = !data.code;
  root.dataset.code = data.code ?? "";
  root.setAttribute("aria-label", data.words.label);
  tell(data.scenes);
  if (data.code) {
    find(".swatch i").style.background = data.code;
    find(".name").textContent = data.name;
    find(".codes").textContent = data.codes;
    find("button").textContent = data.words.clear;
    find("button").onclick = () => setTriggerValue("clear", true);
    find("thead").replaceChildren(
      row(
        "th",
        "",
        data.titles.map((title) => [title]),
      ),
    );
    find("tbody").replaceChildren(...data.rows.map(({ name, cells }) => row("td", name, cells)));
  }
  return () => tell(undefined);
}

function tell(scenes) {
  window.excolorPicked = scenes;
  window.dispatchEvent(new Event("excolor-picked"));
}

function row(kind, name, cells) {
  const line = document.createElement("tr");
  const head = line.appendChild(document.createElement(name ? "th" : "td"));
  head.textContent = name;
  if (name) head.scope = "row";
  for (const [text, color] of cells) {
    const cell = line.appendChild(document.createElement(kind));
    if (kind === "th") cell.scope = "col";
    if (color) cell.appendChild(document.createElement("i")).style.background = color;
    cell.append(text);
  }
  return line;
}
