// From values to pixels, and room between names.

export const linear = (low, high, from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

export function logarithmic(low, high, from, to) {
  const scale = linear(Math.log(low), Math.log(high), from, to);
  return (value) => scale(Math.log(Math.min(Math.max(value, low), high)));
}

export function root(high, from, to) {
  const scale = linear(0, Math.sqrt(high), from, to);
  return (value) => scale(Math.sqrt(Math.min(Math.max(value, 0), high)));
}

/** A line's SVG path; null is a gap. */
export function path(xs, values, x, y) {
  let d = "";
  let pen = "M";
  values.forEach((value, i) => {
    if (value !== null) d += `${pen}${x(xs[i]).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = value === null ? "M" : "L";
  });
  return d;
}

/** The same names at places `at` that are `line` apart or more, downwards where they crowd, none lower than `lowest`. */
export function spread(ends, line, lowest) {
  const placed = ends.map((end) => ({ ...end })).sort((a, b) => a.at - b.at);
  for (let i = 1; i < placed.length; i++) placed[i].at = Math.max(placed[i].at, placed[i - 1].at + line);
  if (!placed.length || placed.at(-1).at <= lowest) return placed;
  for (let i = placed.length - 1, most = lowest; i >= 0; i--, most -= line) placed[i].at = Math.min(placed[i].at, most);
  return placed;
}
