// Plates: the color that goes in and the two that come out, each on its ground; an answer has the true color inside.

import { add, set } from "../shared/dom.js";

const PAD = 10;

/** Draw them empty at places `{ x, y, size, wide }`. */
export function drawPlates(svg, words, ground, into, out) {
  const titles = [words.intact, words.after];
  const start = drawPlate(svg, into, ground);
  return { ground, start, answers: out.map((place, i) => drawAnswer(svg, place, ground, titles[i])) };
}

function drawPlate(svg, { x, y, size, wide }, ground) {
  const group = add(svg, "g", { class: "plate layer", role: "img" });
  add(group, "rect", { x, y, width: wide, height: size, rx: 4, fill: ground });
  const outer = add(group, "rect", { x: x + PAD, y: y + PAD, width: wide - 2 * PAD, height: size - 2 * PAD });
  return { group, outer };
}

function drawAnswer(svg, { x, y, size, wide }, ground, title) {
  const top = y + 22;
  const { group, outer } = drawPlate(svg, { x, y: top, size, wide }, ground);
  add(group, "text", { class: "head", x, y: y + 14 }, title);
  const square = Math.round(size * 0.3);
  const [left, middle] = [x + wide / 2 - square / 2, top + size / 2 - square / 2];
  const truth = add(group, "rect", { x: left, y: middle, width: square, height: square });
  const [code, mse] = [18, 34].map((down) => add(group, "text", { class: "faint", x, y: top + size + down }));
  return { group, outer, truth, code, mse };
}

/** `from` is `{ code, label }`, an answer `{ code, mse, label }`; a code that is null is no color. */
export function fillPlates({ ground, start, answers }, from, given) {
  start.outer.setAttribute("fill", from.code);
  start.group.setAttribute("aria-label", from.label);
  answers.forEach((plate, i) => {
    const { code, mse, label } = given[i];
    set(plate.group, { "aria-label": label });
    plate.outer.setAttribute("fill", code ?? ground);
    plate.truth.setAttribute("fill", code ? from.code : ground);
    plate.code.textContent = code ?? "–";
    plate.mse.textContent = `MSE ${mse}`;
  });
}

/** Whether the answers are reached. */
export function lightPlates({ answers }, reached) {
  for (const { group } of answers) group.classList.toggle("later", !reached);
}
