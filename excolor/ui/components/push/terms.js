// What a term says of the samples of a picture, and the push on each: minus the gradient of that, as excolor/pushes.py
// has it. A point is [to the right, upwards]; angles are in degrees, clockwise from the top.

const dot = (a, b) => a[0] * b[0] + a[1] * b[1];
const times = (a, factor) => [a[0] * factor, a[1] * factor];

export function turned(degrees, length = 1) {
  const angle = (degrees * Math.PI) / 180;
  return [Math.sin(angle) * length, Math.cos(angle) * length];
}

/** Without what would change the length of u, which has no effect: u is normalized. */
function along([x, y], p) {
  const outwards = dot([x, y], p);
  return [x - outwards * p[0], y - outwards * p[1]];
}

/** By the kind of a term, of samples where they are: `{ value, pushes }`. */
const KINDS = {
  anchor([p]) {
    return { value: p[0] ** 2 + (p[1] - 1) ** 2, pushes: [along([-2 * p[0], 2 - 2 * p[1]], p)] };
  },
  subspace([p], { outside }) {
    const off = [p[0] * outside[0], p[1] * outside[1]];
    return { value: dot(off, off), pushes: [along(times(off, -2), p)] };
  },
  separate([p, q], { sharpness }) {
    const near = (1 + dot(p, q)) / 2;
    const force = (-sharpness / 2) * near ** (sharpness - 1);
    return { value: near ** sharpness, pushes: [along(times(q, force), p), along(times(p, force), q)] };
  },
  unitarity([p]) {
    const length = Math.hypot(...p);
    return { value: (length - 1) ** 2, pushes: [times(p, (-2 * (length - 1)) / length)] };
  },
};

/** Where the samples are at a position, the moved one first. */
export function samples({ angle, turn, still }, position) {
  const moved = turn ? turned(angle + turn * position) : turned(angle, position);
  return [moved, ...still.map((other) => turned(other.angle))];
}

/** The samples at a position, with the term's value and the pushes on them. */
export function effect(scene, position) {
  const points = samples(scene, position);
  return { points, ...KINDS[scene.kind](points, scene) };
}

/** What the term does to a sample that is alone at a point. */
export const alone = (scene, point) => KINDS[scene.kind]([point], scene).pushes[0];

/** The position nearest to a point of the plane that the scene's control has. */
export function positionAt({ angle, turn, low, high, step }, [x, y]) {
  const across = turned(angle);
  const degrees = (Math.atan2(x, y) * 180) / Math.PI;
  const free = turn ? wrapped(turn * (degrees - angle)) : dot([x, y], across);
  return within(low + Math.round((free - low) / step) * step, low, high);
}

const wrapped = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;

export const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** The largest push on the moved sample at any position. */
export function hardest(scene) {
  let most = 0;
  for (let position = scene.low; position <= scene.high; position += scene.step) {
    most = Math.max(most, Math.hypot(...effect(scene, position).pushes[0]));
  }
  return most;
}
