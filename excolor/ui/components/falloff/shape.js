// How strongly a concept is held back, by alignment: as excolor/interventions.py has it.

const TINY = 1e-9; // an alignment that is divided by

export const within = (value, low, high) => Math.min(Math.max(value, low), high);

const progress = (alpha, { a }) => within((alpha - a) / (1 - a), 0, 1);

/** By the method, of an alignment above `a`: what becomes of it. */
const AFTER = {
  suppress(alpha, falloff) {
    return alpha * (1 - falloff.b * progress(alpha, falloff) ** falloff.p);
  },
  repel(alpha, falloff) {
    const { a, b, shape } = falloff;
    const t = progress(alpha, falloff);
    if (shape === "linear") return a + (b - a) * t;
    const handle = a + (1 - a) / 3;
    return a * (1 - t) ** 3 + 3 * handle * t * (1 - t) ** 2 + b * t ** 2 * (3 - 2 * t);
  },
};

/** What becomes of an alignment; nothing happens up to `a`. */
export function after(method, falloff, alpha) {
  return alpha <= falloff.a ? alpha : AFTER[method](Math.min(alpha, 1), falloff);
}

/** The share of an alignment that is taken away; below 0 where the concept draws nearer. */
export function strength(method, falloff, alpha) {
  const least = Math.max(alpha, TINY);
  return alpha <= falloff.a ? 0 : 1 - after(method, falloff, least) / least;
}

/**
 * Where a latent goes, seen on the plane of the concept (upwards) and one direction across.
 *
 * `aside` is where repulsion sends a latent that lies on the concept itself, seen across.
 */
export function moved(method, falloff, { x, y }, aside) {
  if (y <= falloff.a) return { x, y };
  const to = after(method, falloff, y);
  if (method === "suppress") return { x, y: to };
  const beside = Math.sqrt(Math.max(1 - y * y, 0));
  const across = beside > 1e-6 ? x / beside : aside;
  return { x: across * Math.sqrt(Math.max(1 - to * to, 0)), y: to };
}

/** The alignment half-way between the start of the falloff and its end, where the bend is held. */
export const halfway = ({ a }) => (a + 1) / 2;

/** The exponent that leads through a strength half-way; nothing else would where there is no strength at the end. */
export function exponent(height, { b }) {
  return b > 0 ? Math.log(Math.max(b, 1e-9) / within(height, 1e-6, b)) / Math.LN2 : undefined;
}
