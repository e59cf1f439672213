// Handles and numbers: the falloff is shaped by pointer, finger or keyboard, and the server hears what is let go.

import { set } from "../shared/dom.js";
import { unscaled } from "./graph.js";
import { exponent, within } from "./shape.js";

const FINE = 0.01;
const PAGE = 10; // steps of a page key

const rounded = (value, step) => Number((Math.round(value / step) * step).toFixed(4));

/** What a handle says when it is dragged to a place of the graph; undefined if that says nothing. */
const DRAGGED = {
  a: ([alpha]) => alpha,
  b: ([, value]) => value,
  p: ([, value], falloff) => exponent(value, falloff),
};

export function listen({ svg, size, handles }, { limits, steps }, current, change, letGo) {
  const put = (name, value) => {
    if (value === undefined) return;
    const [low, high] = limits[name];
    change({ ...current(), [name]: rounded(within(value, low, high), steps[name]) });
  };
  for (const [name, handle] of Object.entries(handles)) {
    drag(svg, size, handle, (place) => put(name, DRAGGED[name](place, current())), letGo);
    keys(handle, name, limits[name], steps[name], current, put, letGo);
  }
  return put;
}

function drag(svg, [width], handle, put, letGo) {
  const scale = () => width / svg.getBoundingClientRect().width;
  handle.onpointerdown = (event) => {
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  };
  // Within an SVG, touch-action is not heeded: a finger on the handle would scroll the page.
  handle.ontouchstart = (event) => event.preventDefault();
  handle.onpointermove = (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = svg.getBoundingClientRect();
    put(unscaled((event.clientX - box.left) * scale(), (event.clientY - box.top) * scale()));
  };
  handle.onlostpointercapture = letGo;
}

function keys(handle, name, [low, high], step, current, put, letGo) {
  // Up on the bend is a stronger falloff, which has a smaller exponent.
  const up = name === "p" ? -1 : 1;
  const steps = {
    ArrowRight: up,
    ArrowUp: up,
    ArrowLeft: -up,
    ArrowDown: -up,
    PageUp: PAGE * up,
    PageDown: -PAGE * up,
  };
  handle.onkeydown = (event) => {
    const ends = { Home: up > 0 ? low : high, End: up > 0 ? high : low };
    const to = event.key in ends ? ends[event.key] : current()[name] + steps[event.key] * Math.max(step, FINE);
    if (!Number.isFinite(to)) return;
    event.preventDefault();
    put(name, to);
  };
  handle.onkeyup = (event) => {
    if (event.key in steps || event.key === "Home" || event.key === "End") letGo();
  };
}

/** A number beside each handle, for who would rather type. */
export function makeNumbers(box, names, { limits, steps, words }, current, put, letGo) {
  return Object.fromEntries(
    names.map((name) => {
      const label = box.appendChild(document.createElement("label"));
      label.append(words[name]);
      const input = label.appendChild(document.createElement("input"));
      const [min, max] = limits[name];
      set(input, { type: "number", min, max, step: steps[name] });
      input.oninput = () => {
        if (input.value !== "" && Number.isFinite(input.valueAsNumber)) put(name, input.valueAsNumber);
      };
      input.onchange = () => {
        input.value = String(current()[name]);
        letGo();
      };
      return [name, input];
    }),
  );
}
