// The sample is moved by pointer, finger or keyboard.

import { SIZE } from "./picture.js";
import { positionAt, within } from "./terms.js";

const PAGE = 10; // steps of a page key

export function listen({ svg, handle, scene, middle, unit }, position, show) {
  const under = ({ clientX, clientY }) => {
    const box = svg.getBoundingClientRect();
    const [left, top] = [clientX - box.left, clientY - box.top].map((pixels) => (pixels * SIZE) / box.width);
    show(positionAt(scene, [(left - middle) / unit, (middle - top) / unit]));
  };
  handle.onpointerdown = (event) => {
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  };
  // Within an SVG, touch-action is not heeded: a finger on the sample would scroll the page.
  handle.ontouchstart = (event) => event.preventDefault();
  handle.onpointermove = (event) => {
    if (handle.hasPointerCapture(event.pointerId)) under(event);
  };
  svg.onclick = under;
  handle.onkeydown = (event) => {
    const to = target(event.key, scene, position());
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  };
}

function target(key, { low, high, step }, position) {
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE }[key];
  if (steps) return within(position + steps * step, low, high);
  return { Home: low, End: high }[key];
}
