// Colors, RGB in [0, 1] each: their codes, and what they are called.

import { fill } from "./words.js";

export const toHex = (rgb) => `#${rgb.map(level).join("")}`;
export const fromHex = (code) => [1, 3, 5].map((at) => Number.parseInt(code.slice(at, at + 2), 16) / 255);

function level(value) {
  return Math.round(255 * value)
    .toString(16)
    .padStart(2, "0");
}

/** A color in words, as excolor/color.py describes it; `names` are handed over from there. */
export function describe([r, g, b], { hues, grays, dark, pale }) {
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  if (!Number.isFinite(value)) return "–";
  if (range < 0.1) return grays[Math.round(value * (grays.length - 1))];
  const name = hues[(Math.round(sixth([r, g, b], value, range) * (hues.length / 6)) + hues.length) % hues.length];
  if (value < 0.6) return fill(dark, { name });
  return range / value < 0.55 ? fill(pale, { name }) : name;
}

/** The hue in sixths of a turn, from −1 to 5. */
function sixth([r, g, b], value, range) {
  if (value === r) return (g - b) / range;
  return value === g ? 2 + (b - r) / range : 4 + (r - g) / range;
}
