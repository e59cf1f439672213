// Playing, pausing, stepping and scrubbing.

const FRAMES_PER_SECOND = 15;
const CALM_STRIDE = 6; // where motion is reduced: every sixth frame, one a second

export function listen(replay) {
  const { memory, find, show } = replay;
  const goTo = (frame) => {
    stop(replay);
    show(frame);
  };
  find(".play").onclick = () => (memory.timer === null ? start(replay) : stop(replay));
  find(".back").onclick = () => goTo(memory.frame - 1);
  find(".forward").onclick = () => goTo(memory.frame + 1);
  find("input").oninput = () => goTo(Number(find("input").value));
}

export function stop({ data, memory, find }) {
  clearInterval(memory.timer);
  memory.timer = null;
  find(".play").textContent = data.words.play;
}

function start(replay) {
  const { data, memory, find, show, last } = replay;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (memory.frame >= last) show(0);
  find(".play").textContent = data.words.pause;
  const step = () => {
    show(memory.frame + (calm ? CALM_STRIDE : 1));
    if (memory.frame >= last) stop(replay);
  };
  memory.timer = setInterval(step, calm ? 1000 : 1000 / FRAMES_PER_SECOND);
}
