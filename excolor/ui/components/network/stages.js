// Following the color: one stage (one layer) after another, by itself or by hand.

import { fill } from "../shared/words.js";
import { LAYERS } from "./graph.js";

const STAGE_MS = 3600;
const CALM_STAGE_MS = 6000; // where motion is reduced
const LAST = LAYERS - 1;

export function makeStages(net) {
  const { memory, words, find } = net;
  find(".back").setAttribute("aria-label", words.back);
  find(".forward").setAttribute("aria-label", words.forward);
  find(".all").textContent = words.all;
  const goTo = (stage) => {
    stop(net);
    go(net, stage);
  };
  find(".play").onclick = () => (memory.timer === null ? play(net) : stop(net));
  find(".back").onclick = () => goTo((memory.stage ?? LAST) - 1);
  find(".forward").onclick = () => goTo(next(memory));
  find(".all").onclick = () => {
    goTo(null);
    find(".play").focus();
  };
}

export function stop({ memory, words, find }) {
  clearInterval(memory.timer);
  memory.timer = null;
  find(".play").textContent = words.follow;
}

/** How far one has come, in words. */
export function showStage({ memory, words, find }) {
  const { stage } = memory;
  find(".all").hidden = stage === null;
  find(".follow output").textContent = stage === null ? "" : fill(words.stageOf, { n: stage + 1, all: LAYERS });
}

const next = ({ stage }) => (stage === null ? 0 : stage + 1);

function play(net) {
  const { root, memory, words, find } = net;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  go(net, memory.stage === LAST ? 0 : next(memory));
  find(".play").textContent = words.pause;
  const step = () => {
    if (!root.isConnected) return net.end();
    go(net, memory.stage + 1);
    if (memory.stage >= LAST) stop(net);
  };
  memory.timer = setInterval(step, calm ? CALM_STAGE_MS : STAGE_MS);
}

/** Show a stage, or everything (null); what leads to the next one grows. */
function go({ memory, drawn, update }, stage) {
  const onwards = memory.stage !== null && stage === memory.stage + 1;
  memory.stage = stage === null ? null : Math.max(0, Math.min(LAST, stage));
  drawn.links.forEach((group, gap) => {
    group.classList.toggle("arriving", onwards && gap === stage - 1);
  });
  update();
}
