// One color on its way through the network: the forward pass, deletion and the drawing, all in the browser.
// Called by Streamlit with every rerun; what must outlive a rerun is kept on the root element.

import { fromHex } from "../shared/colors.js";
import { build } from "./build.js";

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".network");
  root.memory ??= remembered(data);
  const { memory } = root;
  memory.trigger = setTriggerValue;
  follow(memory, data);
  // The same model again: what is there stays, and with it the keyboard's focus and what is being followed.
  if (memory.built?.key === data.key) memory.built.update();
  else {
    memory.built?.end();
    memory.built = build(root, memory, data);
  }
  root.dataset.run = data.key;
  root.dataset.turn = String(data.turn);
  return () => {
    if (!root.isConnected) memory.built?.end();
  };
}

/** What a visitor has set: the color, the deleted dims, the stage (null: all are shown), and what is pointed at. */
function remembered({ color, deleted, turn }) {
  return {
    rgb: fromHex(color),
    deleted,
    turn,
    sent: [],
    stage: null,
    timer: null,
    carried: true,
    pointed: null,
    built: null,
  };
}

/** A color picked elsewhere is shown; the echo of what was picked here is not, for the hand may have gone on. */
function follow(memory, { color, turn }) {
  if (turn === memory.turn) return;
  memory.turn = turn;
  const echo = memory.sent.indexOf(color);
  if (echo < 0) memory.rgb = fromHex(color);
  memory.sent.splice(0, echo + 1);
}
