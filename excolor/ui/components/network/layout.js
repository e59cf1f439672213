// Where everything is: layers as columns, or as rows in a narrow place.
//
// A layout has `height`; `place(layer, index)`, the middle of a node; `half(layer)`, half of its width and height;
// `ends(gap, from, to)` of a connection; `divide`, where normalizing is written; and it writes `heads` and a node's
// `label`, and draws the `plates`.

import { add } from "../shared/dom.js";
import { isLatent, U, Z } from "./graph.js";
import { drawPlates } from "./plates.js";

const isColor = (layer) => layer === 0 || layer === 5;

/** Layers as columns, left to right. */
export function columns(width, sizes) {
  const [height, top] = [508, 52];
  const tall = height - top - 8;
  const middle = top + tall / 2;
  const first = 168;
  const step = (width - 196 - first) / 5.2;
  const xs = [0, 1, 2.1, 3.1, 4.2, 5.2].map((n) => first + n * step);
  const gap = (layer) => (sizes[layer] <= 3 ? 96 : Math.min(112, tall / sizes[layer]));
  const place = (layer, i) => ({ x: xs[layer], y: middle + (i - (sizes[layer] - 1) / 2) * gap(layer) });
  const half = (layer) => {
    if (isLatent(layer)) return { x: Math.min(44, step * 0.3), y: 10 };
    return circle(isColor(layer) ? 13 : Math.max(2.5, Math.min(11, gap(layer) * 0.38)));
  };
  const out = { x: width - 116, size: 116, wide: 116 };
  return {
    height,
    place,
    half,
    ends(layer, from, to) {
      const [a, b] = [place(layer, from), place(layer + 1, to)];
      return { x1: a.x + half(layer).x, y1: a.y, x2: b.x - half(layer + 1).x, y2: b.y };
    },
    divide: { x: (xs[Z] + xs[U]) / 2, y: 34 },
    heads: (svg, words) => columnHeads(svg, words, xs, sizes),
    label: columnLabel,
    plates: (svg, words, ground) =>
      drawPlates(svg, words, ground, { x: 0, y: middle - 52, size: 104, wide: 104 }, [
        { ...out, y: middle - 190 },
        { ...out, y: middle + 22 },
      ]),
  };
}

const circle = (radius) => ({ x: radius, y: radius });

function columnHeads(svg, words, xs, sizes) {
  words.heads.forEach((text, layer) => {
    add(svg, "text", { class: "head", x: xs[layer], y: 16, "text-anchor": "middle" }, text);
    add(svg, "text", { class: "faint", x: xs[layer], y: 34, "text-anchor": "middle" }, String(sizes[layer]));
  });
  add(svg, "text", { class: "faint", x: (xs[Z] + xs[U]) / 2, y: 16, "text-anchor": "middle" }, words.normalize);
}

function columnLabel(parent, layer, half) {
  const text = add(parent, "text");
  if (isLatent(layer)) place(text, 0, -half.y - 8, "middle");
  else if (layer === 0) place(text, -half.x - 8, 4, "end");
  else place(text, half.x + 8, 4, "start");
  return (value, name) => {
    text.textContent = isLatent(layer) ? `${name} ${value}` : value;
  };
}

function place(text, x, y, anchor) {
  text.setAttribute("x", x);
  text.setAttribute("y", y);
  text.setAttribute("text-anchor", anchor);
}

/** Layers as rows, top to bottom. */
export function rows(width, sizes) {
  const side = 54;
  const ys = [124, 232, 356, 440, 556, 664];
  const wide = width - side;
  const gap = (layer) => (sizes[layer] <= 3 ? wide / 3 : wide / sizes[layer]);
  const place = (layer, i) => ({ x: side + wide / 2 + (i - (sizes[layer] - 1) / 2) * gap(layer), y: ys[layer] });
  const half = (layer) => {
    if (isLatent(layer)) return { x: Math.min(34, gap(layer) / 2 - 4), y: 8 };
    return circle(isColor(layer) ? 11 : Math.max(1.8, Math.min(9, gap(layer) * 0.4)));
  };
  const out = { y: 712, size: 92, wide: (wide - 12) / 2 };
  return {
    height: 870,
    place,
    half,
    ends(layer, from, to) {
      const [a, b] = [place(layer, from), place(layer + 1, to)];
      return { x1: a.x, y1: a.y + half(layer).y, x2: b.x, y2: b.y - half(layer + 1).y };
    },
    divide: { x: side / 2 - 4, y: (ys[Z] + ys[U]) / 2 + 4 },
    heads(svg, words) {
      words.heads.forEach((text, layer) => {
        add(svg, "text", { class: "head", x: 0, y: ys[layer] + 4 }, text);
      });
    },
    label: rowLabel,
    plates: (svg, words, ground) =>
      drawPlates(svg, words, ground, { x: side, y: 0, size: 76, wide }, [
        { ...out, x: side },
        { ...out, x: side + (wide + 12) / 2 },
      ]),
  };
}

function rowLabel(parent, layer, half) {
  const text = add(parent, "text");
  if (layer === Z) place(text, 0, -half.y - 7, "middle");
  else if (layer === U) place(text, 0, half.y + 15, "middle");
  else place(text, half.x + 6, 4, "start");
  return (value) => {
    text.textContent = value;
  };
}
