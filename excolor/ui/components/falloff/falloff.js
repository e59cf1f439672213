// The falloff of holding back, shaped by hand: everything is computed here while a handle is dragged, and the server
// hears of the falloff when it is let go. Called by Streamlit with every rerun; what must outlive one is kept on the
// root element.

import { button, set } from "../shared/dom.js";
import { fixed } from "../shared/numbers.js";
import { fill } from "../shared/words.js";
import { drawGraph } from "./graph.js";
import { listen, makeNumbers } from "./handles.js";
import { after } from "./shape.js";
import { drawLobe, drawMap } from "./wheels.js";

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".falloff");
  root.memory ??= { said: null, falloff: null, sent: [], drawn: null };
  const { memory } = root;
  memory.trigger = setTriggerValue;
  follow(memory, data);
  const { falloff: _, ...picture } = data;
  const drawn = JSON.stringify(picture);
  // The same picture again: what is there stays, and with it the keyboard's focus.
  if (memory.drawn !== drawn) {
    memory.drawn = drawn;
    memory.show = build(root, memory, data);
  }
  memory.show();
}

/** What the server says is taken, unless it is the echo of what was said here: the hand may have gone on. */
function follow(memory, { method, falloff }) {
  const said = JSON.stringify([method, falloff]);
  if (said === memory.said) return;
  memory.said = said;
  const echo = memory.sent.indexOf(said);
  if (echo < 0) memory.falloff = falloff;
  memory.sent.splice(0, echo + 1);
}

function build(root, memory, data) {
  const find = (selector) => root.querySelector(selector);
  const { method, words } = data;
  root.setAttribute("aria-label", words.alt);
  root.dataset.method = method;
  for (const part of ["graph", "lobe", "map"]) find(`.${part} figcaption`).textContent = words.titles[part];
  find(".hint").textContent = words.hint;
  const graph = drawGraph(find(".graph svg"), data);
  const pictures = [graph.show, drawLobe(find(".lobe svg"), data), drawMap(find(".map svg"), data)];
  const current = () => memory.falloff;
  const show = () => {
    for (const picture of pictures) picture(memory.falloff);
    say(graph.handles, inputs, data, memory.falloff);
    tell(find, data, memory.falloff);
    for (const each of shapes) each.setAttribute("aria-pressed", String(each.name === memory.falloff.shape));
  };
  const change = (falloff) => {
    memory.falloff = falloff;
    show();
  };
  const letGo = () => {
    const said = JSON.stringify([method, memory.falloff]);
    if (said === (memory.sent.at(-1) ?? memory.said)) return;
    memory.sent.push(said);
    memory.trigger("shaped", memory.falloff);
  };
  const put = listen(graph, data, current, change, letGo);
  const box = find(".numbers");
  box.replaceChildren();
  const inputs = makeNumbers(box, Object.keys(graph.handles), data, current, put, letGo);
  const shapes = method === "repel" ? makeShapes(box, words, current, change, letGo) : [];
  return show;
}

function makeShapes(box, words, current, change, letGo) {
  const group = box.appendChild(document.createElement("div"));
  set(group, { role: "group", "aria-label": words.shape, class: "shapes" });
  return ["linear", "smooth"].map((shape) => {
    const each = button(group, words.shapes[shape], () => {
      change({ ...current(), shape });
      letGo();
    });
    each.name = shape;
    return each;
  });
}

/** Write where the handles are, for the eye and for a screen reader. */
function say(handles, inputs, { limits, words }, falloff) {
  for (const [name, handle] of Object.entries(handles)) {
    const [low, high] = limits[name];
    const text = fill(words.says[name], { value: fixed(falloff[name]) });
    set(handle, {
      "aria-valuemin": low,
      "aria-valuemax": high,
      "aria-valuenow": falloff[name],
      "aria-valuetext": text,
    });
    const input = inputs[name];
    if (input.valueAsNumber !== falloff[name] && input.getRootNode().activeElement !== input) {
      input.value = String(falloff[name]);
    }
  }
}

/** The named hues that are aligned: what becomes of their alignment, in numbers. */
function tell(find, { method, hues, words }, falloff) {
  const rows = hues
    .filter(({ y }) => y > 0.005)
    .sort((one, other) => other.y - one.y)
    .map(({ name, code, y }) => [name, code, fixed(y), fixed(after(method, falloff, y))]);
  find(".hues caption").textContent = words.table;
  find(".hues thead").replaceChildren(row("th", ["", ...words.heads]));
  find(".hues tbody").replaceChildren(...rows.map(([name, code, ...numbers]) => row("td", [name, ...numbers], code)));
  for (const part of ["lobe", "map"]) {
    const said = rows.map(([name, , before, then]) => fill(words.each, { name, before, then })).join("; ");
    find(`.${part} svg`).setAttribute("aria-label", `${words.pictures[part]} ${said}.`);
  }
}

function row(kind, [name, ...cells], code) {
  const line = document.createElement("tr");
  const head = line.appendChild(document.createElement("th"));
  head.scope = "row";
  if (code) head.appendChild(document.createElement("i")).style.background = code;
  head.append(name);
  for (const text of cells) {
    const cell = line.appendChild(document.createElement(kind));
    if (kind === "th") cell.scope = "col";
    cell.textContent = text;
  }
  return line;
}
