// One node: a circle that fills with its value, or for a latent dim a bar to the left or the right of its middle.

import { add, set } from "../shared/dom.js";
import { fixed } from "../shared/numbers.js";
import { fill } from "../shared/words.js";
import { isLatent } from "./graph.js";

/** Draw an empty node; its label, if it has one, is a function of its value and its name. */
export function drawNode(group, layer, index, layout) {
  const { x, y } = layout.place(layer, index);
  const half = layout.half(layer);
  const latent = isLatent(layer);
  const element = add(group, "g", { class: "node", transform: `translate(${x} ${y})`, role: "img" });
  element.setAttribute("tabindex", layer || index ? -1 : 0);
  const parts = latent ? drawBar(element, half) : drawCircle(element, half.x);
  const label = latent || layer === 0 || layer === 5 ? layout.label(parts.shape, layer, half) : null;
  return { layer, index, element, group, ...parts, label, latent, x, y, half };
}

function drawCircle(element, radius) {
  add(element, "circle", { class: "ring", r: radius + 4 });
  const shape = add(element, "g");
  add(shape, "circle", { class: "shell", r: radius });
  return { shape, disc: add(shape, "circle", { class: "fill" }), was: null };
}

function drawBar(element, { x, y }) {
  add(element, "rect", { class: "ring", x: -x - 4, y: -y - 4, width: 2 * x + 8, height: 2 * y + 8, rx: 3 });
  const shape = add(element, "g");
  add(shape, "rect", { class: "shell", x: -x, y: -y, width: 2 * x, height: 2 * y });
  add(shape, "line", { class: "middle", x1: 0, x2: 0, y1: -y, y2: y });
  const disc = add(shape, "rect", { class: "fill" });
  return { shape, disc, was: add(shape, "line", { class: "was", y1: -y - 3, y2: y + 3 }) };
}

/** `share` and `before` are parts of the largest size that the layer has for any color; `before` may be null. */
export function fillNode(node, words, { value, share, before, gone, name }) {
  const { element, shape, disc, half } = node;
  const text = fixed(value);
  shape.style.display = gone ? "none" : "";
  element.setAttribute("aria-label", fill(gone ? words.readGone : words.nodeAlt, { name, value: text }));
  element.dataset.value = value;
  element.classList.toggle("gone", gone);
  disc.style.display = Number.isFinite(share) ? "" : "none";
  if (!Number.isFinite(share)) return;
  const size = Math.min(1, Math.abs(share));
  disc.classList.toggle("negative", share < 0);
  if (node.latent) fillBar(node, share < 0 ? -size : size, before);
  else disc.setAttribute("r", Math.max(0, (half.x - 1.5) * Math.sqrt(size)));
  node.label?.(text, name);
}

function fillBar({ disc, was, half }, share, before) {
  const most = half.x - 1;
  const thick = half.y - 2;
  set(disc, { x: Math.min(0, share) * most, y: -thick, width: Math.abs(share) * most, height: 2 * thick });
  was.style.display = before === null ? "none" : "";
  if (before === null) return;
  const x = Math.max(-1, Math.min(1, before)) * most;
  set(was, { x1: x, x2: x });
}
