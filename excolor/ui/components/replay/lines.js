// Losses and weights over the steps of a run, and where the cursor stands in them.

import { add } from "../shared/dom.js";
import { superscript } from "../shared/numbers.js";
import { linear, logarithmic, path, root, spread } from "./scales.js";

const DASHES = { unitarity: "1 3", anchor: "5 2", planarity: "8 3 2 3", neutrality: "8 3", "learning rate": "2 2" }; // others: solid
const WIDTHS = { reconstruction: 2.4 };
const LINE = 15; // pixels between names at the ends of lines

/** From a step to pixels, in a drawing of this width. */
export const stepScale = (total, width) => linear(0, total - 1 || 1, 58, width - 130);

/** The losses, with those of the baseline faint behind them; returns the cursor. */
export function drawLosses(box, { lines, baseline, words, total }, x) {
  const ticks = [1e-6, 1e-4, 1e-2, 1, 100];
  const text = (value) => (value >= 0.01 ? String(value) : `10${superscript(Math.round(Math.log10(value)))}`);
  const frame = { x, y: logarithmic(1e-6, 100, 252, 8), ticks, text, total, height: 270, title: words.losses };
  const svg = begin(box, frame);
  const stretch = (total - 1) / (baseline.x[baseline.x.length - 1] || 1);
  for (const values of Object.values(baseline.losses)) {
    const steps = baseline.x.map((step) => step * stretch);
    add(svg, "path", { class: "base", d: path(steps, values, x, frame.y) });
  }
  return finish(box, svg, frame, lines.x, lines.losses);
}

/** The scheduled weights, above the axis of steps; returns the cursor. */
export function drawWeights(box, { lines, words, total }, x) {
  const ticks = [0, 0.01, 0.1, 0.4, 1];
  const frame = { x, y: root(1, 110, 8), ticks, text: String, total, height: 156, title: words.weights };
  const svg = begin(box, frame);
  drawSteps(svg, frame, words.step);
  return finish(box, svg, frame, lines.x, lines.weights);
}

function begin(box, { x, y, ticks, text, total, height, title }) {
  box.replaceChildren();
  const svg = add(box, "svg", { height, "aria-hidden": "true" });
  const left = x(0);
  for (const value of ticks) {
    add(svg, "line", { class: "grid", x1: left, x2: x(total - 1 || 1), y1: y(value), y2: y(value) });
    add(svg, "text", { class: "tick", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, text(value));
  }
  const middle = (y(ticks[0]) + y(ticks[ticks.length - 1])) / 2;
  const turned = `translate(12 ${middle}) rotate(-90)`;
  add(svg, "text", { x: 0, y: 0, transform: turned, "text-anchor": "middle" }, title);
  return svg;
}

function drawSteps(svg, { x, total, height }, title) {
  for (const share of [0, 1 / 3, 2 / 3, 1]) {
    const step = Math.round(share * (total - 1));
    add(svg, "text", { class: "tick", x: x(step), y: height - 22, "text-anchor": "middle" }, String(step));
  }
  add(svg, "text", { x: (x(0) + x(total - 1 || 1)) / 2, y: height - 6, "text-anchor": "middle" }, title);
}

function finish(box, svg, { x, y, ticks, total }, steps, lines) {
  const floor = y(ticks[0]);
  const ends = [];
  for (const [name, values] of Object.entries(lines)) {
    const style = { class: "line", "stroke-dasharray": DASHES[name] ?? "", "stroke-width": WIDTHS[name] ?? 1.4 };
    add(svg, "path", { ...style, d: path(steps, values, x, y), "data-name": name });
    const last = values.findLast((value) => value !== null);
    if (last !== undefined) ends.push({ name, style, at: y(last) });
  }
  const right = x(total - 1 || 1);
  for (const { name, style, at } of spread(ends, LINE, floor - 2)) {
    add(svg, "line", { ...style, x1: right + 6, x2: right + 26, y1: at, y2: at });
    add(svg, "text", { x: right + 31, y: at + 4 }, name);
  }
  // Not a line of the SVG, which would be painted again with every frame.
  const cursor = box.appendChild(document.createElement("div"));
  cursor.className = "cursor";
  cursor.style.height = `${floor - 4}px`;
  return { cursor, x };
}
