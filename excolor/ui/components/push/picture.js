// The cross-section of the sphere: what stands still, and what moves with the sample.

import { add, set } from "../shared/dom.js";
import { figure, subscript } from "../shared/numbers.js";
import { plane } from "../shared/wheel.js";
import { alone, effect, hardest, turned } from "./terms.js";

export const SIZE = 320; // of the picture, in units of its own
const LONGEST = 0.5; // an arrow, in lengths of u
const NO_PUSH = 1e-3; // of the longest: an arrow that is not drawn
const HEAD = 8;
const CORNER = [-1.3, -1.26]; // where the arrow begins that the scale is read from

/** Draw a scene; returns what `move` needs. */
export function draw(svg, scene) {
  svg.replaceChildren();
  set(svg, { viewBox: `0 0 ${SIZE} ${SIZE}` });
  const picture = { svg, scene, scale: LONGEST / hardest(scene), ...plane(SIZE, scene.wheel) };
  drawGround(picture);
  drawZero(picture);
  drawField(picture);
  const length = Number((hardest(scene) / 2).toExponential(0));
  const tip = [CORNER[0] + length * picture.scale, CORNER[1]];
  drawArrow(add(svg, "path", { class: "arrow thin" }), picture, CORNER, [length, 0]);
  add(svg, "text", { x: picture.x(tip[0]) + 8, y: picture.y(tip[1]) + 4 }, `push ${figure(length)}`);
  return { ...picture, ...drawMoving(picture) };
}

function drawGround({ svg, scene, middle, unit, x, y }) {
  const { wheel, layer, dims } = scene;
  add(svg, "rect", { width: SIZE, height: SIZE, fill: wheel.ground });
  add(svg, "circle", { cx: middle, cy: middle, r: unit, class: "faint" });
  add(svg, "path", { d: `M${x(-1)} ${middle}H${x(1)}M${middle} ${y(-1)}V${y(1)}`, class: "faint dashed" });
  add(svg, "text", { x: SIZE - 6, y: SIZE - 8, "text-anchor": "end" }, `${layer}${subscript(dims[0])} →`);
  add(svg, "text", { x: 6, y: 18 }, `↑ ${layer}${subscript(dims[1])}`);
}

/** Where the term is zero: a place, a line or the circle, and its name. */
function drawZero({ svg, scene, middle, unit, x, y }) {
  const { kind, outside, words } = scene;
  const upright = outside[0];
  const reach = scene.wheel.reach;
  if (kind === "anchor") add(svg, "circle", { cx: middle, cy: y(1), r: 15, class: "zero" });
  if (kind === "unitarity") add(svg, "circle", { cx: middle, cy: middle, r: unit, class: "zero" });
  if (kind === "subspace") {
    const d = upright ? `M${middle} ${y(-reach)}V${y(reach)}` : `M${x(-reach)} ${middle}H${x(reach)}`;
    add(svg, "path", { d, class: "zero" });
  }
  const places = { anchor: [0, 1.26], unitarity: [0, 1.1], subspace: upright ? [0.05, -0.5] : [-0.5, 0.07] };
  const [left, top] = places[kind] ?? [0, 0];
  const anchored = { "text-anchor": kind === "subspace" && upright ? "start" : "middle" };
  add(svg, "text", { x: x(left), y: y(top), ...anchored }, words.zero);
}

function drawField(picture) {
  const { svg, scene } = picture;
  for (const length of scene.field) {
    for (let degrees = 15; degrees < 360; degrees += 30) {
      const start = turned(degrees, length);
      drawArrow(add(svg, "path", { class: "arrow field" }), picture, start, alone(scene, start), 5);
    }
  }
}

function drawMoving({ svg, scene }) {
  const others = scene.still.map(({ code }) => ({ arrow: add(svg, "path", { class: "arrow" }), code }));
  for (const other of others) other.dot = add(svg, "circle", { r: 9, fill: other.code, class: "dot" });
  const arrow = add(svg, "path", { class: "arrow" });
  const handle = add(svg, "g", { class: "handle", role: "slider", tabindex: "0" });
  add(handle, "circle", { r: 26, class: "grip" });
  add(handle, "circle", { r: 14, class: "ring" });
  add(handle, "circle", { r: 9, fill: scene.code, class: "dot" });
  return { handle, moving: [{ arrow, dot: handle }, ...others] };
}

/** Move the sample to a position; returns the term's value and how hard it pushes the sample. */
export function move(picture, position) {
  const { scene, moving, x, y } = picture;
  const { points, value, pushes } = effect(scene, position);
  moving.forEach(({ arrow, dot }, i) => {
    const [left, top] = [x(points[i][0]), y(points[i][1])].map((place) => place.toFixed(2));
    dot.setAttribute("transform", `translate(${left} ${top})`);
    drawArrow(arrow, picture, points[i], pushes[i]);
  });
  return { value, push: Math.hypot(...pushes[0]) };
}

/** An arrow as long as the force at its start, with a filled head; nothing where there is no force. */
function drawArrow(path, { x, y, scale }, start, force, head = HEAD) {
  const length = Math.hypot(...force) * scale;
  if (length < NO_PUSH * LONGEST) {
    path.setAttribute("d", "");
    return;
  }
  const end = [x(start[0] + force[0] * scale), y(start[1] + force[1] * scale)];
  const [dx, dy] = [force[0], -force[1]].map((part) => part / Math.hypot(...force));
  const corner = (aside) =>
    `${(end[0] - dx * head - dy * aside).toFixed(1)} ${(end[1] - dy * head + dx * aside).toFixed(1)}`;
  const tip = end.map((place) => place.toFixed(1)).join(" ");
  const line = `M${x(start[0]).toFixed(1)} ${y(start[1]).toFixed(1)}L${tip}`;
  path.setAttribute("d", `${line}M${tip}L${corner(head / 2)}L${corner(-head / 2)}Z`);
}
