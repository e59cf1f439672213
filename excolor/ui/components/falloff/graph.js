// What the student shapes: strength, or what alignment becomes, against alignment.

import { add, set } from "../shared/dom.js";
import { after, halfway, strength } from "./shape.js";

const WIDTH = 340;
const HEIGHT = 320;
const LEFT = 46;
const RIGHT = 18;
const TOP = 16;
const BOTTOM = 48;
const STEPS = 120;

const x = (alpha) => LEFT + alpha * (WIDTH - LEFT - RIGHT);
const y = (value) => HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM);

/** A place of the drawing, in its own units: `[alignment, value]`. */
export const unscaled = (left, top) => [
  (left - LEFT) / (WIDTH - LEFT - RIGHT),
  (HEIGHT - BOTTOM - top) / (HEIGHT - TOP - BOTTOM),
];

/** What the graph has upwards. */
export const height = (method, falloff, alpha) => (method === "suppress" ? strength : after)(method, falloff, alpha);

/** Draw it; returns its SVG, its handles by name, and how to show a falloff. */
export function drawGraph(svg, { method, hues, wheel, words }) {
  svg.replaceChildren();
  set(svg, { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": words.graph });
  ground(svg, wheel, words);
  if (method === "repel") {
    add(svg, "path", { d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}`, class: "faint dashed" });
    add(svg, "text", { x: x(0.55), y: y(0.8), "text-anchor": "end" }, words.unchanged);
  }
  const curve = add(svg, "path", { class: "curve" });
  const dots = hues.map(({ name, code }) => {
    const dot = add(svg, "circle", { r: 6, fill: code, class: "dot" });
    add(dot, "title", {}, name);
    return dot;
  });
  const names = method === "suppress" ? ["a", "b", "p"] : ["a", "b"];
  const handles = Object.fromEntries(names.map((name) => [name, handle(svg, words[name])]));
  return {
    svg,
    size: [WIDTH, HEIGHT],
    handles,
    show: (falloff) => show({ method, hues, curve, dots, handles }, falloff),
  };
}

function ground(svg, wheel, words) {
  add(svg, "rect", { x: x(0), y: y(1), width: x(1) - x(0), height: y(0) - y(1), fill: wheel.ground });
  for (const tick of [0, 0.5, 1]) {
    add(svg, "path", { d: `M${x(tick)} ${y(0)}V${y(1)}M${x(0)} ${y(tick)}H${x(1)}`, class: "faint" });
    add(svg, "text", { x: x(tick), y: y(0) + 18, "text-anchor": "middle", class: "outside" }, String(tick));
    add(svg, "text", { x: x(0) - 8, y: y(tick) + 5, "text-anchor": "end", class: "outside" }, String(tick));
  }
  add(svg, "text", { x: x(0.5), y: HEIGHT - 8, "text-anchor": "middle", class: "outside" }, words.across);
  const turned = `translate(14 ${y(0.5)}) rotate(-90)`;
  add(svg, "text", { transform: turned, "text-anchor": "middle", class: "outside" }, words.up);
}

function handle(svg, name) {
  const group = add(svg, "g", { class: "handle", role: "slider", tabindex: "0", "aria-label": name });
  add(group, "circle", { r: 22, class: "grip" });
  add(group, "rect", { x: -8, y: -8, width: 16, height: 16, class: "knob" });
  return group;
}

function show({ method, hues, curve, dots, handles }, falloff) {
  const point = (alpha) => `${x(alpha).toFixed(1)} ${y(height(method, falloff, alpha)).toFixed(1)}`;
  const beyond = falloff.a + 1e-9;
  const free =
    method === "suppress" ? `M${x(0)} ${y(0)}H${x(falloff.a).toFixed(1)}L` : `M${x(0)} ${y(0)}L${point(falloff.a)}L`;
  const rest = Array.from({ length: STEPS + 1 }, (_, i) => point(beyond + (1 - beyond) * (i / STEPS)));
  curve.setAttribute("d", free + rest.join("L"));
  hues.forEach((hue, i) => {
    const alpha = Math.min(Math.max(hue.y, 0), 1);
    place(dots[i], alpha, height(method, falloff, alpha));
    dots[i].classList.toggle("away", hue.y <= 0);
  });
  place(handles.a, falloff.a, method === "suppress" ? 0 : falloff.a);
  place(handles.b, 1, falloff.b);
  if (handles.p) place(handles.p, halfway(falloff), height(method, falloff, halfway(falloff)));
}

function place(element, alpha, value) {
  element.setAttribute("transform", `translate(${x(alpha).toFixed(1)} ${y(value).toFixed(1)})`);
}
