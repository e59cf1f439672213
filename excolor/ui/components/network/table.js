// The latent numbers, intact and after deletion; what is not reached at a stage keeps its place and is not seen.

import { set } from "../shared/dom.js";
import { figure, fixed, percent } from "../shared/numbers.js";
import { LAYERS, U, Z } from "./graph.js";
import { SMALLEST } from "./model.js";

const COLUMNS = [
  ["intact", "z"],
  ["intact", "u"],
  ["after", "z"],
  ["after", "u"],
];
const CHANGED = 0.005; // from here on a number is written otherwise

export function showTable(net) {
  const { find, words, graph, memory } = net;
  const stage = memory.stage ?? LAYERS;
  const pending = { z: stage < Z ? " pending" : "", u: stage < U ? " pending" : "" };
  const table = find(".numbers table");
  table.setAttribute("aria-label", words.table);
  table.replaceChildren();
  addHeads(table, words);
  const body = table.createTBody();
  for (let dim = 0; dim < graph.dims; dim++) addDim(body.insertRow(), net, dim, pending);
  addLengths(body.insertRow(), net, pending);
  showShares(net, pending);
}

function addHeads(table, words) {
  const top = table.createTHead().insertRow();
  top.insertCell();
  head(top, words.intact, { colspan: 2, scope: "colgroup" });
  head(top, words.after, { colspan: 2, scope: "colgroup" });
  const second = table.tHead.insertRow();
  for (const text of [words.dimHead, "z", "u", "z", "u"]) head(second, text, { scope: "col" });
}

function addDim(row, net, dim, pending) {
  const gone = net.memory.deleted.includes(dim);
  head(row, String(dim), { scope: "row" });
  for (const [pass, kind] of COLUMNS) {
    const value = net[pass][kind][dim];
    const changed = net.cut && pass === "after" && Math.abs(value - net.intact[kind][dim]) > CHANGED;
    if (pass === "after" && gone) cell(row, 0, "0", `gone${pending[kind]}`);
    else cell(row, value, fixed(value), (changed ? "changed" : "") + pending[kind]);
  }
}

function addLengths(row, net, pending) {
  head(row, net.words.lengthHead, { scope: "row" });
  for (const [pass, kind] of COLUMNS) {
    const value = kind === "z" ? net[pass].length : Math.hypot(...net[pass].u);
    cell(row, value, fixed(value), pending[kind]);
  }
}

/** How much of the length is left, and by how much that is stretched. */
function showShares({ find, words, after, left }, pending) {
  const stretched = after.length > SMALLEST ? `× ${figure(1 / left)}` : "–";
  const list = find(".numbers dl");
  list.replaceChildren();
  for (const [name, value, text, kind] of [
    [words.left, left, percent(left), `left${pending.z}`],
    [words.stretch, 1 / left, stretched, `stretch${pending.u}`],
  ]) {
    list.appendChild(document.createElement("dt")).textContent = name;
    const shown = list.appendChild(document.createElement("dd"));
    shown.textContent = text;
    shown.dataset.value = Number.isFinite(value) ? value : "";
    shown.className = kind;
  }
}

function head(row, text, attributes) {
  const element = row.appendChild(document.createElement("th"));
  element.textContent = text;
  set(element, attributes);
}

function cell(row, value, text, kind) {
  const element = row.insertCell();
  element.textContent = text;
  element.dataset.value = value;
  element.className = kind;
}
