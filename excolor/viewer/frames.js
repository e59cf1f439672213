// Moments of a training, to be scrubbed.

import { moveBalls } from "./balls.js";

/** Add a slider and what it says to the bar; it begins at the last moment. */
export function addFrames(bar, mesh, renderWindow, { frames, words, ball, radius }) {
  const bytes = Uint8Array.from(atob(frames.places), (character) => character.charCodeAt(0));
  const places = Float32Array.from(new Int16Array(bytes.buffer), (place) => place / 32767);
  const size = places.length / frames.names.length;
  const last = frames.names.length - 1;
  const slider = bar.appendChild(document.createElement("input"));
  const output = bar.appendChild(document.createElement("output"));
  Object.assign(slider, { type: "range", min: 0, max: last, step: 1, value: last });
  slider.setAttribute("aria-label", words.frames ?? "");
  slider.oninput = () => {
    const moment = Number(slider.value);
    moveBalls(mesh, places.subarray(moment * size, (moment + 1) * size), { ball, radius });
    renderWindow.render();
    output.textContent = frames.names[moment];
    document.documentElement.dataset.frame = slider.value;
  };
  slider.oninput();
}
