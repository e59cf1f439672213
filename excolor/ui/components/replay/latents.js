// The latents of a run's snapshots, as they were packed, and which point a click is on.

import { plane } from "../shared/wheel.js";

const NEAR = 10; // pixels from a point that still count as a click on it

/** Of a frame: the value of a point's dim, in [−1, 1]. */
export function latentsOf(data) {
  const bytes = Uint8Array.from(atob(data.latents), (character) => character.charCodeAt(0));
  const packed = new Int16Array(bytes.buffer);
  return (frame) => {
    const first = frame * data.colors.length * data.dims;
    return (point, dim) => packed[first + point * data.dims + dim] / 32767;
  };
}

/** The point nearest to a click on a wheel, or −1 when none is near. */
export function nearest(canvas, event, data, latent, [across, up]) {
  const { x, y } = plane(canvas.clientWidth, data.wheel);
  const far = data.colors.map((_, point) =>
    Math.hypot(x(latent(point, across)) - event.offsetX, y(latent(point, up)) - event.offsetY),
  );
  const found = far.indexOf(Math.min(...far));
  return far[found] <= NEAR ? found : -1;
}
