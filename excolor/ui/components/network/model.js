// The forward pass of one color, intact or with dims deleted: excolor/model.py and excolor/surgery.py in the browser.

export const SMALLEST = 1e-12; // ‖z‖ below which normalizing divides by this, as PyTorch does

/** The error function, to rounding: 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)), whose terms all have one sign. */
export function erf(x) {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export const gelu = (x) => (x / 2) * (1 + erf(x / Math.SQRT2));

function linear({ weight, bias }, input) {
  return weight.map((row, i) => row.reduce((sum, w, j) => sum + w * input[j], bias[i]));
}

/** Everything on the way of one color [3]; `deleted` are the latent dims whose weights count as 0. */
export function forward(layers, rgb, deleted = []) {
  const sums = linear(layers[0], rgb);
  const encoder = sums.map(gelu);
  const z = linear(layers[1], encoder).map((value, k) => (deleted.includes(k) ? 0 : value));
  const length = Math.hypot(...z);
  const u = z.map((value) => value / Math.max(length, SMALLEST));
  const sumsBack = linear(layers[2], u);
  const decoder = sumsBack.map(gelu);
  const raw = linear(layers[3], decoder);
  const output = raw.map((value) => Math.min(1, Math.max(0, value)));
  const mse = output.reduce((sum, value, i) => sum + (value - rgb[i]) ** 2, 0) / 3;
  return { rgb, sums, encoder, z, length, u, sumsBack, decoder, raw, output, mse, finite: Number.isFinite(mse) };
}

/** A pass as the values of the six layers that are drawn. */
export const values = (pass) => [pass.rgb, pass.encoder, pass.z, pass.u, pass.decoder, pass.output];
