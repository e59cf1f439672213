// The component for one model: what it consists of, and how all of it follows a change.

import { toHex } from "../shared/colors.js";
import { figure } from "../shared/numbers.js";
import { fill } from "../shared/words.js";
import { makeControls } from "./controls.js";
import { draw, fillNodes, light, weighLinks } from "./drawing.js";
import { graphOf, NORMALIZE, sampled, scalesOf } from "./graph.js";
import { onKey } from "./keys.js";
import { forward, SMALLEST, values } from "./model.js";
import { fillPlates } from "./plates.js";
import { nearest } from "./pointing.js";
import { point, read } from "./reading.js";
import { looks, speak } from "./said.js";
import { makeStages, showStage, stop } from "./stages.js";
import { showTable } from "./table.js";
import { makeWheels, showWheels } from "./wheels.js";

/** Fill the component's root for one model, listen to its controls, and return how to refresh and how to end it. */
export function build(root, memory, data) {
  const net = begin(root, memory, data);
  root.setAttribute("aria-label", data.words.alt);
  net.controls = makeControls(net);
  net.wheels = makeWheels(net);
  makeStages(net);
  stop(net);
  layout(net);
  const box = net.find(".drawing");
  const observer = new ResizeObserver(() => {
    if (!root.isConnected) net.end();
    else if (box.clientWidth !== net.width) layout(net);
  });
  observer.observe(box);
  net.end = () => {
    observer.disconnect();
    clearTimeout(net.speaking);
    stop(net);
    memory.built = null;
  };
  return { key: data.key, update: net.update, end: net.end };
}

/** All that the parts share: what was handed over, what is set (`memory`), and what came of it (`intact`, `after`). */
function begin(root, memory, data) {
  const { layers, words } = data;
  const graph = graphOf(layers, words);
  const samples = sampled(layers);
  memory.deleted = memory.deleted.filter((k) => k < graph.dims);
  memory.pointed = null;
  const net = { root, memory, data, layers, words, graph, samples, scales: scalesOf(layers, samples), speaking: null };
  net.find = (selector) => root.querySelector(selector);
  net.update = () => update(net);
  return net;
}

function layout(net) {
  const box = net.find(".drawing");
  net.width = box.clientWidth;
  net.drawn = draw(net, box, Math.max(net.width, 280));
  const { svg, nodes } = net.drawn;
  const pointAt = (event) => point(net, nearest(net.drawn, event));
  svg.onpointermove = (event) => event.pointerType === "mouse" && pointAt(event);
  svg.onpointerdown = pointAt;
  svg.onpointerleave = (event) => event.pointerType === "mouse" && point(net, null);
  svg.onkeydown = (event) => onKey(net, event);
  for (const { element, layer, index } of nodes.flat()) element.onfocus = () => point(net, { layer, index });
  net.update();
}

function update(net) {
  const { layers, memory } = net;
  net.intact = forward(layers, memory.rgb);
  net.after = forward(layers, memory.rgb, memory.deleted);
  net.cut = memory.deleted.length > 0;
  net.ok = net.intact.finite && net.after.finite;
  net.left = net.after.length / net.intact.length;
  net.controls.show();
  showDrawing(net);
  showWheels(net);
  showTable(net);
  showStage(net);
  speak(net);
  read(net);
  publish(net);
}

function showDrawing(net) {
  const { graph, memory, scales, intact, after, cut } = net;
  const [now, before] = [values(after), values(intact)];
  weighLinks(net.drawn, (gap, from, to) => {
    if (graph.gone(gap, from, memory.deleted) || graph.gone(gap + 1, to, memory.deleted)) return null;
    if (gap === NORMALIZE) return { value: after.u[from], share: Math.abs(after.u[from]) };
    const weight = graph.weight(gap, from, to, memory.deleted);
    const value = memory.carried ? weight * now[gap][from] : weight;
    return { value, share: Math.abs(value) / (memory.carried ? scales.carried : scales.weights)[graph.matrix(gap)] };
  });
  fillNodes(net.drawn, net.words, (layer, i) => ({
    value: now[layer][i],
    share: now[layer][i] / scales.nodes[layer],
    before: cut ? before[layer][i] / scales.nodes[layer] : null,
    gone: graph.gone(layer, i, memory.deleted),
    name: graph.name(layer, i),
  }));
  net.drawn.divide.textContent = after.length > SMALLEST ? `÷ ${figure(after.length)}` : "–";
  showPlates(net);
  light(net.drawn, memory.stage);
}

function showPlates({ drawn, words, data, memory, intact, after }) {
  const answer = (title, pass) => ({
    code: pass.finite ? toHex(pass.output) : null,
    mse: figure(pass.mse),
    label: fill(words.patchOut, { title, color: looks(data, pass.output), mse: figure(pass.mse) }),
  });
  const start = { code: toHex(memory.rgb), label: fill(words.patchIn, { color: looks(data, memory.rgb) }) };
  fillPlates(drawn.plates, start, [answer(words.intact, intact), answer(words.after, after)]);
}

/** What the page's reader may ask of the component from outside: the color, the dims, the stage, the numbers unrounded. */
function publish({ root, memory, intact, after }) {
  const exact = ({ z, u, length, output, mse }) => ({ z, u, length, rgb: output, mse });
  root.dataset.color = toHex(memory.rgb);
  root.dataset.deleted = memory.deleted.join(",");
  root.dataset.stage = memory.stage === null ? "" : String(memory.stage);
  root.dataset.exact = JSON.stringify({ intact: exact(intact), after: exact(after) });
}
