// The sentence below the drawing: the numbers of the node or the connection that is pointed at.

import { three } from "../shared/numbers.js";
import { fill } from "../shared/words.js";
import { NORMALIZE } from "./graph.js";
import { values } from "./model.js";
import { mark } from "./pointing.js";

/** Point at a node {layer, index}, at a connection that also has `from`, or at nothing. */
export function point(net, pointed) {
  if (JSON.stringify(pointed) === JSON.stringify(net.memory.pointed)) return;
  net.memory.pointed = pointed;
  read(net);
}

/** Write what is pointed at, and mark it in the drawing. */
export function read(net) {
  const { memory, words, find } = net;
  const element = find(".reading");
  const { text, ...exact } = memory.pointed === null ? { text: words.hint } : reading(net, memory.pointed);
  mark(net.drawn, memory.pointed);
  if (element.textContent !== text) element.textContent = text; // the same sentence is not spoken twice
  for (const name of ["weight", "bias", "value"]) {
    if (name in exact) element.dataset[name] = exact[name];
    else delete element.dataset[name];
  }
}

/** The sentence, and the numbers in it unrounded. */
function reading(net, { layer, index, from }) {
  if (from === undefined) return nodeReading(net, layer, index);
  return layer - 1 === NORMALIZE ? divideReading(net, index) : linkReading(net, layer - 1, from, index);
}

function divideReading({ words, graph, memory, after }, dim) {
  const value = after.u[dim];
  const [from, to] = [graph.name(NORMALIZE, dim), graph.name(NORMALIZE + 1, dim)];
  if (memory.deleted.includes(dim)) return { text: fill(words.readGone, { name: from }), value };
  const numbers = { a: three(after.z[dim]), length: three(after.length), value: three(value) };
  return { text: fill(words.readDivide, { from, to, ...numbers }), value };
}

function linkReading({ words, graph, memory, after }, gap, from, to) {
  const source = values(after)[gap][from];
  const weight = graph.weight(gap, from, to, memory.deleted);
  const carried = weight * source;
  const gone = graph.gone(gap, from, memory.deleted) || graph.gone(gap + 1, to, memory.deleted);
  const names = { from: graph.name(gap, from), to: graph.name(gap + 1, to) };
  const numbers = { weight: three(weight), a: three(source), carried: three(carried) };
  return { text: fill(gone ? words.readCut : words.readLink, { ...names, ...numbers }), weight, value: carried };
}

function nodeReading({ words, graph, memory, after }, layer, index) {
  const value = values(after)[layer][index];
  const name = graph.name(layer, index);
  if (graph.gone(layer, index, memory.deleted)) return { text: fill(words.readGone, { name }), bias: 0, value };
  const bias = graph.bias(layer, index);
  const sum = { 1: after.sums, 4: after.sumsBack, 5: after.raw }[layer]?.[index];
  const sentences = [words.readInput, words.readUnit, words.readZ, words.readU, words.readUnit, words.readOutput];
  const numbers = { value: three(value), bias: three(bias), sum: three(sum), n: graph.dims };
  const text = fill(sentences[layer], { name, ...numbers });
  return bias === undefined ? { text, value } : { text, bias, value };
}
