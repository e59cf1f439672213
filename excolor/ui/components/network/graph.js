// The network as a graph of six layers and the five gaps between them: sizes, names, weights, and scales for drawing.

import { toHex } from "../shared/colors.js";
import { subscript } from "../shared/numbers.js";
import { fill } from "../shared/words.js";
import { forward, values } from "./model.js";

export const Z = 2;
export const U = 3;
export const LAYERS = 6;
export const isLatent = (layer) => layer === Z || layer === U;
/** The gap from z to u has no weights: each dim is divided by the length. */
export const NORMALIZE = 2;
const MATRIX = [0, 1, null, 2, 3]; // of each gap
const GRID = 6; // levels a channel, of the colors that scales and wheels are made from

export function graphOf(layers, words) {
  const hidden = layers[0].bias.length;
  const dims = layers[1].bias.length;
  const kinds = [words.input, words.encoderUnit, words.zDim, words.uDim, words.decoderUnit, words.output];
  const number = (layer, i) => (isLatent(layer) ? subscript(i) : layer === 0 || layer === 5 ? "RGB"[i] : i);
  return {
    hidden,
    dims,
    sizes: [3, hidden, dims, dims, hidden, 3],
    matrix: (gap) => MATRIX[gap],
    name: (layer, i) => fill(kinds[layer], { n: number(layer, i) }),
    gone: (layer, i, deleted) => isLatent(layer) && deleted.includes(i),
    weight(gap, from, to, deleted) {
      const gone = (gap === 1 && deleted.includes(to)) || (gap === 3 && deleted.includes(from));
      return gone ? 0 : layers[MATRIX[gap]].weight[to][from];
    },
    /** Undefined for the layers that have none. */
    bias: (layer, i) => (layer === 0 || layer === U ? undefined : layers[MATRIX[layer - 1]].bias[i]),
  };
}

/** The colors from which scales and wheels are made, each with its pass: `{ code, pass }`. */
export function sampled(layers) {
  const level = (i) => (i % GRID) / (GRID - 1);
  return Array.from({ length: GRID ** 3 }, (_, i) => {
    const rgb = [Math.floor(i / GRID ** 2), Math.floor(i / GRID), i].map(level);
    return { code: toHex(rgb), pass: forward(layers, rgb) };
  });
}

/** Largest sizes over all colors, so that nothing jumps while a slider moves: of nodes, weights and what weights carry. */
export function scalesOf(layers, samples) {
  const largest = (numbers) => Math.max(...numbers.map(Math.abs));
  const most = (numbers) => largest(numbers) || 1;
  const passes = samples.map(({ pass }) => values(pass));
  const nodes = Array.from({ length: LAYERS }, (_, layer) => most(passes.map((pass) => largest(pass[layer]))));
  const weights = layers.map(({ weight }) => most(weight.flat()));
  const carried = layers.map(({ weight }, i) => {
    const source = MATRIX.indexOf(i);
    const reach = weight[0].map((_, j) => Math.max(...passes.map((pass) => Math.abs(pass[source][j]))));
    return most(weight.flatMap((row) => row.map((w, j) => w * reach[j])));
  });
  return { nodes, weights, carried };
}
