// One regularizer and one sample that can be dragged: the arrow is the push, minus the gradient of the term.
// Called by Streamlit with every rerun; where the sample was left is kept on the root element, for each term.

import { set } from "../shared/dom.js";
import { figure } from "../shared/numbers.js";
import { fill } from "../shared/words.js";
import { listen } from "./moving.js";
import { draw, move } from "./picture.js";

const ROUNDING = 1e-12;

export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".push");
  root.memory ??= { positions: {}, drawn: null };
  const { memory } = root;
  const drawn = JSON.stringify(data);
  if (memory.drawn === drawn) return; // the same again: what is there stays, and with it the keyboard's focus
  memory.drawn = drawn;
  build(root, data, memory.positions);
}

function build(root, scene, positions) {
  const find = (selector) => root.querySelector(selector);
  const picture = draw(find("svg"), scene);
  const { words, name } = scene;
  root.setAttribute("aria-label", words.alt);
  find(".hint").textContent = words.hint;
  find(".moved").textContent = words.moved;
  set(picture.handle, { "aria-label": words.moved, "aria-valuemin": scene.low, "aria-valuemax": scene.high });
  const show = (to) => {
    positions[name] = Number(to.toFixed(6));
    const { value, push } = move(picture, positions[name]);
    say(find, picture.handle, scene, { position: positions[name], value, push });
  };
  listen(picture, () => positions[name], show);
  show(positions[name] ?? scene.start);
  root.dataset.term = name;
}

/** Write the numbers, for the eye and for a screen reader. */
function say(find, handle, { words, unit }, found) {
  const [value, push] = [found.value, found.push].map((number) => figure(Math.abs(number) < ROUNDING ? 0 : number));
  const position = unit ? `${found.position}${unit}`.replace("-", "−") : found.position.toFixed(2);
  find(".position").textContent = position;
  find(".value").textContent = value;
  find(".strength").textContent = push;
  const text = fill(push === "0" ? words.still : words.pushed, { position, value, push });
  set(handle, { "aria-valuenow": found.position, "aria-valuetext": text });
}
