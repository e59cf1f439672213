// The controls beside the drawing: the color that goes in, the dims that are deleted, and what lines show.

import { fromHex, toHex } from "../shared/colors.js";
import { button } from "../shared/dom.js";
import { fill } from "../shared/words.js";
import { looks } from "./said.js";

/** Make them all; returns how to show what is set. */
export function makeControls(net) {
  const parts = [makeName(net), makeSwatches(net), makeMixer(net), makeDims(net), makeKinds(net)];
  return {
    show() {
      const code = toHex(net.memory.rgb);
      for (const part of parts) part(code);
    },
  };
}

/** Tell the server what color was let go. */
function send({ memory }) {
  const code = toHex(memory.rgb);
  memory.sent.push(code);
  memory.trigger("picked", code);
}

function makeName({ find, data, memory }) {
  return (code) => {
    find(".name b").textContent = looks(data, memory.rgb);
    find(".name span").textContent = code;
    find(".name i").style.background = code;
  };
}

function makeSwatches(net) {
  const box = net.find(".swatches");
  box.setAttribute("aria-label", net.words.swatches);
  box.replaceChildren();
  for (const { name, code } of net.data.swatches) {
    const swatch = button(box, "", () => {
      net.memory.rgb = fromHex(code);
      net.update();
      send(net);
    });
    swatch.style.background = code;
    swatch.title = name;
    swatch.dataset.code = code;
    swatch.setAttribute("aria-label", name);
  }
  return (code) => {
    for (const swatch of box.children) swatch.setAttribute("aria-pressed", String(swatch.dataset.code === code));
  };
}

function makeMixer(net) {
  const { root, memory, words, find, update } = net;
  const sliders = [...root.querySelectorAll(".mix input")];
  sliders.forEach((slider, channel) => {
    slider.setAttribute("aria-label", words.channels[channel]);
    slider.oninput = () => {
      memory.rgb = sliders.map((each) => Number(each.value) / 255);
      update();
    };
    slider.onchange = () => send(net);
  });
  const any = find(".any input");
  find(".any span").textContent = words.any;
  any.oninput = () => {
    memory.rgb = fromHex(any.value);
    update();
  };
  any.onchange = () => send(net);
  return (code) => {
    any.value = code;
    sliders.forEach((slider, channel) => {
      slider.value = String(Math.round(255 * memory.rgb[channel]));
      slider.nextElementSibling.textContent = slider.value;
    });
  };
}

/** The legend and the hint of a group of buttons; returns its empty box. */
function group(find, name, title, hint) {
  find(`${name} legend`).textContent = title;
  find(`${name} .hint`).textContent = hint;
  const box = find(`${name} div`);
  box.replaceChildren();
  return box;
}

function makeDims({ find, words, memory, graph, update }) {
  const box = group(find, ".dims", words.remove, words.removeHint);
  const all = Array.from({ length: graph.dims }, (_, k) => k);
  const toggles = all.map((dim) => {
    const toggle = button(box, String(dim), () => {
      memory.deleted = all.filter((k) => memory.deleted.includes(k) !== (k === dim));
      update();
      memory.trigger("deleted", memory.deleted);
    });
    toggle.setAttribute("aria-label", fill(words.dim, { n: dim }));
    return toggle;
  });
  return () =>
    toggles.forEach((toggle, k) => {
      toggle.setAttribute("aria-pressed", String(memory.deleted.includes(k)));
    });
}

function makeKinds({ find, words, memory, update }) {
  const box = group(find, ".lines", words.lines, words.linesHint);
  const choose = (carried) => () => {
    memory.carried = carried;
    update();
  };
  const carried = button(box, words.carried, choose(true));
  const weights = button(box, words.weights, choose(false));
  return () => {
    carried.setAttribute("aria-pressed", String(memory.carried));
    weights.setAttribute("aria-pressed", String(!memory.carried));
  };
}
