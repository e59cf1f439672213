// Titles, labels and rings, each where it belongs in the picture.

import { element } from "./elements.js";
import { cell } from "./panels.js";

const CLEAR = 20; // pixels around the center in which no name stands
const LINE = 9; // half the height of a name, in pixels
const GAP = 12; // between a name and what it names: a ball has its place there

/** The labels of a panel, not yet placed. */
export function labelsOf({ labels }) {
  return labels.map(({ text, place }) => {
    const node = element("div", "xc-label", text);
    return { place, node, half: node.offsetWidth / 2 };
  });
}

export function place(scene) {
  const size = cell(scene);
  const width = document.body.clientWidth;
  const picked = window.parent.excolorPicked?.[EXCOLOR.key];
  scene.renderers.forEach((renderer, i) => {
    const [column, , , top] = renderer.getViewport();
    const panel = { left: column * width, top: (1 - top) * size.height, width: size.width, height: size.down };
    const at = (point) => {
      const [x, y] = renderer.worldToNormalizedDisplay(...point, size.width / size.down);
      return [x * width, (1 - y) * size.height];
    };
    scene.titles[i].style.left = `${panel.left + 12}px`;
    scene.titles[i].style.top = `${panel.top + 8}px`;
    placeRing(
      scene.rings[i],
      picked?.places[i],
      at,
      picked?.color,
      size.down / (2 * scene.cameras[i].getParallelScale()),
    );
    for (const label of scene.labels[i]) placeLabel(label, at, panel);
  });
}

/** Around the picked color's point, if there is one; `unit` is how many pixels a unit is. */
function placeRing(ring, spot, at, color, unit) {
  ring.hidden = !spot;
  if (!spot) return;
  const [x, y] = at(spot);
  const radius = 2.4 * EXCOLOR.radius * unit;
  const side = `${2 * radius}px`;
  const [left, top] = [`${x - radius}px`, `${y - radius}px`];
  Object.assign(ring.style, { left, top, width: side, height: side, background: color });
}

/** Beyond what it names, and not beyond the panel's edge; nowhere when its axis points at the reader: it would hide points. */
function placeLabel({ place, node, half }, at, panel) {
  const [[x, y], [middle, center]] = [at(place), at([0, 0, 0])];
  const away = [x - middle, y - center];
  const distance = Math.hypot(...away) || 1;
  node.style.left = `${within(x + ((half + GAP) * away[0]) / distance, panel.left, panel.width, half)}px`;
  node.style.top = `${within(y + ((LINE + GAP) * away[1]) / distance, panel.top, panel.height, LINE)}px`;
  node.hidden = distance < CLEAR;
}

function within(value, start, size, margin) {
  return Math.min(Math.max(value, start + margin), start + size - margin);
}
