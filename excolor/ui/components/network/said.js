// The sentence above the drawing: what happens to the color, all of it or at the stage that is shown.

import { describe } from "../shared/colors.js";
import { figure, fixed, percent } from "../shared/numbers.js";
import { capital, fill } from "../shared/words.js";

const SPEAK_MS = 600; // a sentence that changes while a slider moves is spoken once it rests

/** A color in words. */
export const looks = (data, rgb) => describe(rgb, data.names);

/** Write the sentence, and have it spoken once it rests. */
export function speak(net) {
  const { find, words, memory, ok } = net;
  const sentence = memory.stage === null ? summary(net) : stageSentence(net);
  find(".said").textContent = ok ? capital(fill(sentence, named(net))) : words.notFinite;
  clearTimeout(net.speaking);
  net.speaking = setTimeout(() => {
    find(".live").textContent = find(".said").textContent;
  }, SPEAK_MS);
}

function summary({ words, memory, graph, cut }) {
  if (!cut) return words.saidIntact;
  return memory.deleted.length === graph.dims ? words.saidAll : words.saidDeleted;
}

function stageSentence({ words, memory, graph, cut }) {
  const all = memory.deleted.length === graph.dims;
  const sentences = [
    words.stageInput,
    words.stageEncoder,
    cut ? words.stageZCut : words.stageZ,
    all ? words.stageUAll : cut ? words.stageUCut : words.stageU,
    words.stageDecoder,
    words.stageOutput,
  ];
  return sentences[memory.stage];
}

/** What the sentences have places for. */
function named({ data, memory, graph, intact, after, left }) {
  const [r, g, b] = after.rgb.map(fixed);
  const vector = (numbers) => numbers.map((value, k) => (memory.deleted.includes(k) ? "0" : fixed(value))).join(", ");
  const active = (units) => units.filter((value) => value > 0).length;
  return {
    color: looks(data, after.rgb),
    r,
    g,
    b,
    n: graph.hidden,
    d: graph.dims,
    active: active(after.encoder),
    activeBack: active(after.decoder),
    z: vector(after.z),
    u: vector(after.u),
    length: figure(after.length),
    before: figure(intact.length),
    left: percent(left),
    times: figure(1 / left),
    dims: `[${memory.deleted.join(", ")}]`,
    answer: looks(data, after.output),
    mse: figure(after.mse),
    mseIntact: figure(intact.mse),
  };
}
