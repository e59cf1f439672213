// One frame's latents on two dims, painted.

import { subscript } from "../shared/numbers.js";
import { plane, rimNames } from "../shared/wheel.js";

/** Paint the latents on the dims (to the right, upwards). */
export function paint(canvas, data, latent, [across, up]) {
  const size = canvas.clientWidth || 300;
  const brush = prepared(canvas, size);
  const picture = plane(size, data.wheel);
  paintRim(brush, picture, data.wheel);
  paintPoints(brush, picture, data, (point) => [latent(point, across), latent(point, up)]);
  brush.fillStyle = data.wheel.ink;
  brush.font = `${Math.max(size < 300 ? 12 : 14, size / 28)}px ${getComputedStyle(canvas).fontFamily}`;
  brush.textBaseline = "middle";
  const named = data.named.map(({ name, point }) => ({ name, x: latent(point, across), y: latent(point, up) }));
  paintNames(brush, picture, data.wheel, named);
  brush.textAlign = "right";
  brush.fillText(`u${subscript(across)} →`, size - 6, size - 12);
  brush.textAlign = "left";
  brush.fillText(`↑ u${subscript(up)}`, 6, 14);
}

function prepared(canvas, size) {
  const ratio = devicePixelRatio || 1;
  const pixels = Math.round(size * ratio);
  if (canvas.width !== pixels) {
    canvas.width = pixels;
    canvas.height = pixels;
  }
  // Asks for a canvas in memory: without a graphics card far faster, and with one as fast for a picture this small.
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  return brush;
}

function paintRim(brush, { size, middle, unit, x, y }, { ground, faint }) {
  brush.fillStyle = ground;
  brush.fillRect(0, 0, size, size);
  brush.strokeStyle = faint;
  brush.lineWidth = 1;
  brush.beginPath();
  brush.arc(middle, middle, unit, 0, 2 * Math.PI);
  brush.stroke();
  brush.setLineDash([2, 3]);
  brush.beginPath();
  brush.moveTo(x(-1), middle);
  brush.lineTo(x(1), middle);
  brush.moveTo(middle, y(-1));
  brush.lineTo(middle, y(1));
  brush.stroke();
  brush.setLineDash([]);
}

/** A dot for each color, and the picked one once more above them, in a black and a white ring. */
function paintPoints(brush, { size, x, y }, { colors, picked, wheel }, place) {
  const radius = Math.max(3, size / 80);
  const dot = (point, r, fill) => {
    const [across, up] = place(point);
    brush.fillStyle = fill;
    brush.beginPath();
    brush.arc(x(across), y(up), r, 0, 2 * Math.PI);
    brush.fill();
  };
  colors.forEach((color, point) => {
    dot(point, radius, color);
  });
  if (picked < 0) return;
  dot(picked, radius + 5, "#ffffff");
  dot(picked, radius + 3.5, wheel.ink);
  dot(picked, radius + 1, colors[picked]);
}

function paintNames(brush, picture, wheel, named) {
  const halfWidth = (name) => brush.measureText(name).width / 2;
  brush.textAlign = "center";
  for (const { name, left, top } of rimNames(named, picture, wheel, halfWidth, Number.parseFloat(brush.font))) {
    brush.fillText(name, left, top);
  }
}
