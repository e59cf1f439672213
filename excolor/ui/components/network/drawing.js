// The drawing of the network: made once for a width, then filled with every change.

import { add, set } from "../shared/dom.js";
import { LAYERS, NORMALIZE } from "./graph.js";
import { columns, rows } from "./layout.js";
import { drawNode, fillNode } from "./nodes.js";
import { lightPlates } from "./plates.js";

const NARROW = 780; // pixels below which layers are rows

/** Draw nodes and connections, without any values yet. */
export function draw({ graph, words, data }, box, width) {
  const down = width < NARROW;
  const layout = down ? rows(width, graph.sizes) : columns(width, graph.sizes);
  box.replaceChildren();
  const svg = add(box, "svg", { role: "application", "aria-label": words.drawing });
  set(svg, { height: layout.height, viewBox: `0 0 ${width} ${layout.height}` });
  // Connections beneath, nodes above.
  const links = Array.from({ length: LAYERS - 1 }, () => add(svg, "g", { class: `links${down ? " down" : ""}` }));
  const lines = links.flatMap((group, gap) => drawLines(group, gap, layout, graph.sizes));
  layout.heads(svg, words);
  const divide = add(svg, "text", { class: "head", "text-anchor": "middle", ...layout.divide });
  const nodes = graph.sizes.map((size, layer) => {
    const group = add(svg, "g", { class: "layer" });
    return Array.from({ length: size }, (_, index) => drawNode(group, layer, index, layout));
  });
  const plates = layout.plates(svg, words, data.wheel.ground);
  const thin = Math.sqrt(Math.min(1, 24 / graph.hidden)); // of many lines, each is less
  return { svg, nodes, links, lines, divide, plates, down, thin };
}

function drawLines(group, gap, layout, sizes) {
  const lines = [];
  for (let to = 0; to < sizes[gap + 1]; to++) {
    for (let from = 0; from < sizes[gap]; from++) {
      if (gap === NORMALIZE && from !== to) continue;
      const ends = layout.ends(gap, from, to);
      lines.push({ gap, from, to, ...ends, shown: true, element: add(group, "line", { class: "link", ...ends }) });
    }
  }
  return lines;
}

/** Make every connection as thick as its share; `of` gives its value and share, or null for none. */
export function weighLinks({ lines, thin }, of) {
  for (const line of lines) {
    const found = of(line.gap, line.from, line.to);
    line.shown = found !== null && Number.isFinite(found.value);
    line.element.style.display = line.shown ? "" : "none";
    if (!line.shown) continue;
    const share = Math.min(1, found.share);
    const thick = 0.4 + 3.6 * share * thin;
    const dash = `${(3 + 1.5 * thick).toFixed(1)} ${(2.5 + thick).toFixed(1)}`;
    set(line.element, {
      "stroke-width": thick.toFixed(2),
      "stroke-opacity": ((0.07 + 0.8 * Math.sqrt(share)) * thin).toFixed(3),
      "stroke-dasharray": found.value < 0 ? dash : "none",
    });
  }
}

/** Fill every node with what `of` gives for its layer and index. */
export function fillNodes({ nodes }, words, of) {
  for (const node of nodes.flat()) fillNode(node, words, of(node.layer, node.index));
}

/** Show what is reached at a stage, and hardly what comes later; at null all of it. */
export function light({ nodes, links, divide, plates }, stage) {
  const reached = stage ?? LAYERS;
  nodes.forEach((layer, l) => {
    layer[0].group.classList.toggle("later", l > reached);
  });
  links.forEach((group, gap) => {
    group.classList.toggle("later", gap >= reached);
  });
  divide.style.visibility = reached > NORMALIZE ? "" : "hidden";
  lightPlates(plates, reached >= LAYERS - 1);
}
