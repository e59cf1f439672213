// The replay of a training: one cursor over latents (canvas) and over losses and weights (SVG).
// Called by Streamlit with every new run; what must outlive a run is kept on the root element.

import { latentsOf, nearest } from "./latents.js";
import { drawLosses, drawWeights, stepScale } from "./lines.js";
import { listen, stop } from "./player.js";
import { paint } from "./wheel.js";

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".replay");
  root.memory ??= { frame: null, timer: null };
  const replay = {
    root,
    data,
    memory: root.memory,
    find: (selector) => root.querySelector(selector),
    last: data.steps.length - 1,
    latents: latentsOf(data),
    cursors: [],
    width: 0,
  };
  replay.show = (frame) => show(replay, frame);
  open(replay);
  replay.canvases = canvases(replay, (code) => setTriggerValue("picked", code));
  stop(replay);
  listen(replay);
  layout(replay);
  root.dataset.run = data.key ?? "";
  const observer = new ResizeObserver(() => {
    if (root.clientWidth !== replay.width) layout(replay);
  });
  observer.observe(root);
  return () => {
    observer.disconnect();
    clearInterval(replay.memory.timer);
    replay.memory.timer = null;
  };
}

/** Name everything, and find the frame to begin with: a run's end, unless an earlier moment was being looked at. */
function open({ root, data, memory, find, last }) {
  const atEnd = memory.frame === null || memory.frame >= memory.last;
  memory.last = last;
  memory.frame = atEnd ? last : Math.min(memory.frame, last);
  root.setAttribute("aria-label", data.words.alt);
  find(".note").textContent = data.words.baseline;
  find(".pace").textContent = data.words.pace;
  find(".back").setAttribute("aria-label", data.words.back);
  find(".forward").setAttribute("aria-label", data.words.forward);
  find("input").setAttribute("aria-label", data.words.scrub);
  find("input").max = String(last);
}

/** A canvas for each pair of dims; those of the last run are used again. */
function canvases({ data, memory, latents, find }, pick) {
  const box = find(".wheels");
  const all = data.views.map((_, i) => box.children[i] ?? box.appendChild(document.createElement("canvas")));
  while (box.children.length > all.length) box.lastChild.remove();
  all.forEach((canvas, i) => {
    const view = data.views[i];
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `u${view[0]}, u${view[1]}`);
    canvas.onclick = (event) => pick(data.colors[nearest(canvas, event, data, latents(memory.frame), view)] ?? "");
  });
  return all;
}

function layout(replay) {
  const { root, data, find } = replay;
  replay.width = root.clientWidth;
  const x = stepScale(data.total, replay.width);
  replay.cursors = [drawLosses(find(".losses"), data, x), drawWeights(find(".weights"), data, x)];
  draw(replay);
}

function draw({ root, data, memory, find, latents, canvases, cursors }) {
  const done = data.steps[memory.frame];
  data.views.forEach((view, i) => {
    paint(canvases[i], data, latents(memory.frame), view);
  });
  find("input").value = String(memory.frame);
  find("output").textContent = `${done} ${data.words.of} ${data.total} ${data.words.updates}`;
  find("input").setAttribute("aria-valuetext", find("output").textContent);
  for (const { cursor, x } of cursors) {
    cursor.style.transform = `translateX(${Math.round(x(Math.max(0, done - 1)))}px)`;
  }
  root.dataset.frame = String(memory.frame);
}

function show(replay, frame) {
  replay.memory.frame = Math.max(0, Math.min(replay.last, frame));
  draw(replay);
}
