// The point on the sphere, on two dims each: where the color lies, what deleting takes, what normalizing stretches.

import { fromHex, toHex } from "../shared/colors.js";
import { add, SVG, set } from "../shared/dom.js";
import { fixed, subscript } from "../shared/numbers.js";
import { plane, rimNames } from "../shared/wheel.js";
import { fill } from "../shared/words.js";
import { LAYERS, U } from "./graph.js";
import { forward } from "./model.js";
import { looks } from "./said.js";

const SIZE = 300; // of a wheel, in units of its own
const [HALF_LETTER, LINE] = [3.4, 13]; // half a letter's width and a name's height
const LONGER = 2; // units from which on a line is drawn

/** Draw a wheel for each pair of dims, with the sampled colors as they are when nothing is deleted. */
export function makeWheels(net) {
  const { find, data, words } = net;
  const wheels = data.views.map((view) => makeWheel(net, view));
  find(".note").textContent = words.wheelNote;
  find(".below").classList.toggle("many", wheels.length > 2);
  find(".wheels").replaceChildren(...wheels.map(({ svg }) => svg));
  return wheels;
}

function makeWheel({ data, layers, samples }, [across, up]) {
  const { wheel } = data;
  const svg = document.createElementNS(SVG, "svg");
  set(svg, { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", class: "wheel" });
  const picture = plane(SIZE, wheel);
  const { middle, unit, x, y } = picture;
  add(svg, "circle", { cx: middle, cy: middle, r: unit, fill: "none", stroke: wheel.faint });
  const dashed = { stroke: wheel.faint, "stroke-dasharray": "2 3" };
  const axes = [
    { dim: across, line: add(svg, "line", { x1: x(-1), x2: x(1), y1: middle, y2: middle, ...dashed }) },
    { dim: up, line: add(svg, "line", { x1: middle, x2: middle, y1: y(-1), y2: y(1), ...dashed }) },
  ];
  const at = (u) => [x(u[across]), y(u[up])];
  for (const { code, pass } of samples) {
    if (!pass.finite) continue;
    const [cx, cy] = at(pass.u).map((place) => place.toFixed(1));
    add(svg, "circle", { cx, cy, r: 2.6, fill: code, "fill-opacity": 0.75 });
  }
  const rim = data.rim.map(({ name, code }) => ({ name, u: forward(layers, fromHex(code)).u }));
  const named = rim.map(({ name, u }) => ({ name, x: u[across], y: u[up] }));
  for (const { name, left, top } of rimNames(named, picture, wheel, halfWidth, LINE)) {
    add(svg, "text", { x: left, y: top + 4, "text-anchor": "middle" }, name);
  }
  axes[0].label = add(svg, "text", { x: 294, y: 292, "text-anchor": "end" }, `u${subscript(across)} →`);
  axes[1].label = add(svg, "text", { x: 6, y: 16 }, `↑ u${subscript(up)}`);
  return { svg, across, up, at, axes, ...drawMoving(svg, wheel.ink) };
}

const halfWidth = (name) => HALF_LETTER * name.length + 2;

/** What moves with the color: two lines, and a dot each for what was and what is now. */
function drawMoving(svg, ink) {
  const line = { fill: "none", stroke: ink };
  const dot = (kind) => {
    const group = add(svg, "g", { class: `dot ${kind}` });
    add(group, "circle", { r: 7.5, fill: ink });
    add(group, "circle", { r: 6.2, fill: "#fff" });
    return { group, disc: add(group, "circle", { r: 4.6 }) };
  };
  return {
    dropped: add(svg, "path", { ...line, "stroke-width": 1.5, "stroke-dasharray": "3 3", class: "dropped" }),
    stretched: add(svg, "path", { ...line, "stroke-width": 1.8, class: "stretched" }),
    was: dot("was"),
    now: dot("now"),
  };
}

export function showWheels(net) {
  for (const wheel of net.wheels) {
    showAxes(wheel, net.memory.deleted);
    showMoving(wheel, net);
    describeWheel(wheel, net);
  }
}

function showAxes({ axes }, deleted) {
  for (const { dim, line, label } of axes) {
    line.style.display = deleted.includes(dim) ? "none" : "";
    label.style.display = line.style.display;
  }
}

function showMoving({ at, dropped, stretched, was, now }, { memory, data, intact, after, cut, ok }) {
  const stage = memory.stage ?? LAYERS;
  const shown = ok && stage >= U;
  const bare = at(intact.u.map((value, k) => (memory.deleted.includes(k) ? 0 : value)));
  const [start, end] = [at(intact.u), at(after.u)];
  dropped.setAttribute("d", shown && cut ? arrow(start, bare, 0) : "");
  stretched.setAttribute("d", shown && cut ? arrow(bare, end, 8) : "");
  move(was, start, shown, toHex(memory.rgb));
  move(now, end, shown && cut, ok && stage >= LAYERS - 1 ? toHex(after.output) : data.wheel.ground);
}

function move({ group, disc }, place, shown, color) {
  group.style.display = shown ? "" : "none";
  if (place.every(Number.isFinite)) {
    group.setAttribute("transform", `translate(${place.map((value) => value.toFixed(2)).join(" ")})`);
  }
  disc.setAttribute("fill", color);
}

/** A line from a to b, if it is long enough to be seen; one that is to stop `short` of the dot at b has a head. */
function arrow(a, b, short) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (length <= LONGER) return "";
  const [dx, dy] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
  const tip = [b[0] - dx * Math.min(short, length), b[1] - dy * Math.min(short, length)];
  const point = (back, aside) =>
    `${(tip[0] - dx * back - dy * aside).toFixed(1)} ${(tip[1] - dy * back + dx * aside).toFixed(1)}`;
  const head = short && length > 20 ? `M${point(6, 4)}L${point(0, 0)}L${point(6, -4)}` : "";
  return `M${a[0].toFixed(1)} ${a[1].toFixed(1)}L${point(0, 0)}${head}`;
}

function describeWheel({ svg, across, up }, { words, data, memory, intact, after, cut }) {
  const [was, now] = [intact.u, after.u].map((u) => [u[across], u[up]]);
  const [[x, y], [x2, y2]] = [was.map(fixed), now.map(fixed)];
  const named = { color: looks(data, memory.rgb), a: `u${subscript(across)}`, b: `u${subscript(up)}`, x, y, x2, y2 };
  svg.setAttribute("aria-label", fill(cut ? words.wheelCut : words.wheel, named));
  svg.dataset.was = JSON.stringify(was);
  svg.dataset.now = JSON.stringify(now);
}
