// How numbers are written: as excolor/ui/words.py writes them. What is not finite is a dash.

const signed = (text) => text.replace("-", "−");
export const subscript = (n) => String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
export const superscript = (n) =>
  String(n)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);

/** Two significant digits: 0.29, 0.0017, 7.7 × 10⁻⁶. */
export function figure(value) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(1).split("e")[1]);
  if (exponent <= -4 || exponent >= 4) return scientific(value);
  return signed(Number(value.toExponential(1)).toFixed(Math.max(0, 1 - exponent)));
}

/** Three significant digits, trailing zeros included; two where a power of ten is needed. */
export function three(value) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 1e-3 || size >= 999.5 ? scientific(value) : signed(value.toPrecision(3));
}

/** Two decimals, for numbers that stand in a column. */
export function fixed(value) {
  if (Math.abs(value) >= 1000) return three(value);
  if (!Number.isFinite(value)) return "–";
  return signed(value.toFixed(2)).replace(/^−(0\.00)$/, "$1");
}

/** A share in whole percent. */
export const percent = (value) => (Number.isFinite(value) ? `${Math.round(100 * value)}%` : "–");

function scientific(value) {
  const [mantissa, exponent] = value.toExponential(1).split("e");
  return signed(`${mantissa} × 10${superscript(Number(exponent))}`);
}
