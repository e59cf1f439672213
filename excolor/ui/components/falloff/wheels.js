// The two polar pictures, on the plane of the concept, which points upwards: how strongly each direction is held back,
// and where each goes.

import { add, set } from "../shared/dom.js";
import { plane, rimNames } from "../shared/wheel.js";
import { moved, strength, within } from "./shape.js";

const WIDTH = 400; // in units of its own: beside the circle the longest name has room
const HEIGHT = 320;
const HALF_LETTER = 3.8;
const LINE = 16;
const CLEAR = 9; // between a name and the circle
const STEP = 2; // degrees of a curve
const SPREAD = 15; // degrees between two arrows
const HEAD = 7;

const direction = (degrees) => {
  const angle = (degrees * Math.PI) / 180;
  return { x: Math.sin(angle), y: Math.cos(angle) };
};

/** The plane in the middle of a picture that is wider than high. */
function wide(wheel) {
  const square = plane(HEIGHT, wheel);
  return { ...square, size: WIDTH, x: (value) => square.x(value) + (WIDTH - HEIGHT) / 2 };
}

function ground(svg, { wheel, hues, concept, words }) {
  svg.replaceChildren();
  set(svg, { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  const at = wide(wheel);
  add(svg, "rect", { width: WIDTH, height: HEIGHT, fill: wheel.ground });
  add(svg, "circle", { cx: at.x(0), cy: at.y(0), r: at.unit, class: "faint" });
  add(svg, "path", {
    d: `M${at.x(-1)} ${at.y(0)}H${at.x(1)}M${at.x(0)} ${at.y(-1)}V${at.y(1)}`,
    class: "faint dashed",
  });
  add(svg, "text", { x: 6, y: 16 }, `↑ ${concept}`);
  add(svg, "text", { x: WIDTH - 6, y: HEIGHT - 8, "text-anchor": "end" }, words.beside);
  const names = rimNames(hues, at, wheel, (name) => name.length * HALF_LETTER, LINE);
  for (const { name, left, top } of names) {
    add(svg, "text", { x: besides(at, name, left, top), y: top + 5, "text-anchor": "middle" }, name);
  }
  return at;
}

/** Where a name has its middle, across: at the sides of the circle it stands clear of it. */
function besides(at, name, left, top) {
  const away = left - at.x(0);
  if (Math.abs(top - at.y(0)) > at.unit / 2) return left;
  return at.x(0) + Math.sign(away) * Math.max(Math.abs(away), at.unit + CLEAR + name.length * HALF_LETTER);
}

const path = (at, points) => `M${points.map(({ x, y }) => `${at.x(x).toFixed(1)} ${at.y(y).toFixed(1)}`).join("L")}`;

/** How strongly each direction is held back: how far the lobe reaches that way. Returns how to show a falloff. */
export function drawLobe(svg, data) {
  const at = ground(svg, data);
  for (const r of [0.5, 1]) add(svg, "circle", { cx: at.x(0), cy: at.y(0), r: r * at.unit, class: "faint" });
  const lobe = add(svg, "path", { class: "area" });
  for (const { x, y, code } of data.hues)
    add(svg, "circle", { cx: at.x(x), cy: at.y(y), r: 6, fill: code, class: "dot" });
  return (falloff) => {
    const points = [];
    for (let degrees = -180; degrees <= 180; degrees += STEP) {
      const { x, y } = direction(degrees);
      const far = within(strength(data.method, falloff, Math.max(y, 0)), 0, 1);
      points.push({ x: x * far, y: y * far });
    }
    lobe.setAttribute("d", `${path(at, points)}Z`);
  };
}

/** Where each direction goes. Returns how to show a falloff. */
export function drawMap(svg, data) {
  const at = ground(svg, data);
  const { method, hues, aside } = data;
  const sides = [add(svg, "path", { class: "curve" }), add(svg, "path", { class: "curve" })];
  const arrows = [];
  for (let degrees = SPREAD / 2; degrees < 90; degrees += SPREAD) arrows.push(degrees, -degrees);
  const drawn = arrows.map((degrees) => ({ from: direction(degrees), arrow: add(svg, "path", { class: "arrow" }) }));
  const before = hues.map(({ code }) => add(svg, "circle", { r: 5, stroke: code, class: "before" }));
  const dots = hues.map(({ code }) => add(svg, "circle", { r: 6, fill: code, class: "dot" }));
  hues.forEach((hue, i) => {
    set(before[i], { cx: at.x(hue.x), cy: at.y(hue.y) });
  });
  return (falloff) => {
    const to = (from) => moved(method, falloff, from, aside);
    [1, -1].forEach((side, i) => {
      const points = [];
      for (let degrees = 0.01; degrees <= 180; degrees += STEP) points.push(to(direction(side * degrees)));
      points.push(to(direction(side * 180)));
      sides[i].setAttribute("d", path(at, points));
    });
    for (const { from, arrow } of drawn) drawArrow(arrow, at, from, to(from));
    hues.forEach((hue, i) => {
      const { x, y } = to(hue);
      set(dots[i], { cx: at.x(x).toFixed(1), cy: at.y(y).toFixed(1) });
    });
  };
}

function drawArrow(arrow, at, from, to) {
  const [left, top, right, bottom] = [at.x(from.x), at.y(from.y), at.x(to.x), at.y(to.y)];
  const length = Math.hypot(right - left, bottom - top);
  if (length < HEAD) {
    arrow.setAttribute("d", "");
    return;
  }
  const [dx, dy] = [(right - left) / length, (bottom - top) / length];
  const corner = (side) =>
    `${(right - dx * HEAD - dy * side).toFixed(1)} ${(bottom - dy * HEAD + dx * side).toFixed(1)}`;
  const tip = `${right.toFixed(1)} ${bottom.toFixed(1)}`;
  arrow.setAttribute("d", `M${left.toFixed(1)} ${top.toFixed(1)}L${tip}M${tip}L${corner(3)}L${corner(-3)}Z`);
}
