// The drawing by keyboard: arrows go from node to node, Enter through the connections that lead to a node.

import { LAYERS, NORMALIZE } from "./graph.js";
import { focus } from "./pointing.js";
import { point } from "./reading.js";

export function onKey(net, event) {
  const at = net.memory.pointed ?? { layer: 0, index: 0 };
  const { sizes } = net.graph;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    if (at.layer > 0) point(net, { ...at, from: nextSource(at, sizes) });
    return;
  }
  if (event.key === "Escape") {
    point(net, { layer: at.layer, index: at.index });
    return;
  }
  const to = neighbor(at, event.key, net.drawn.down, sizes);
  if (to === null) return;
  event.preventDefault();
  point(net, to);
  focus(net.drawn, to.layer, to.index);
}

function nextSource({ layer, index, from }, sizes) {
  return layer - 1 === NORMALIZE ? index : ((from ?? -1) + 1) % sizes[layer - 1];
}

/** The node that an arrow key leads to, or null for another key. */
function neighbor({ layer, index }, key, down, sizes) {
  const across = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const along = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  const [layers, nodes] = down ? [along, across] : [across, along];
  if (layers) {
    const to = Math.max(0, Math.min(LAYERS - 1, layer + layers));
    return { layer: to, index: Math.min(sizes[to] - 1, Math.floor(((index + 0.5) / sizes[layer]) * sizes[to])) };
  }
  return nodes ? { layer, index: Math.max(0, Math.min(sizes[layer] - 1, index + nodes)) } : null;
}
