// The geometry of a color wheel. Its constants are those of excolor/charts/wheel.py, handed over as a component's
// `data.wheel`: `reach`, `rim`, `namedFrom`, and the colors `ground`, `faint` and `ink`.

/** A square picture of `size` pixels that shows the plane as far as `reach` from its middle. */
export function plane(size, { reach }) {
  const middle = size / 2;
  const unit = middle / reach;
  return { size, middle, unit, x: (value) => middle + value * unit, y: (value) => middle - value * unit };
}

/**
 * Which names have a place around the rim, and where their middle is, in pixels: `{ name, left, top }`.
 * Each points where its latent does, stays in the picture, and is left out where it would lie on an earlier one.
 *
 * `points` are `{ name, x, y }`; `halfWidth(name)` and `line` are half of a name's width, and its height, in pixels.
 */
export function rimNames(points, { size, x, y }, { rim, namedFrom }, halfWidth, line) {
  const shown = [];
  for (const { name, x: across, y: up } of points) {
    const radius = Math.hypot(across, up);
    if (!(radius >= namedFrom)) continue; // not a number is no place either
    const half = halfWidth(name);
    const left = within(x((across / radius) * rim), half, size - half);
    const top = within(y((up / radius) * rim), line / 2, size - line / 2);
    const meets = (other) => Math.abs(left - other.left) < half + other.half && Math.abs(top - other.top) < line;
    if (!shown.some(meets)) shown.push({ name, left, top, half });
  }
  return shown;
}

function within(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
