// One color on its way through the network: the forward pass, deletion and the drawing, all in the browser.
// Called by Streamlit with every rerun; what must outlive a rerun is kept on the root element.

const GROUND = "#808080", FAINT = "#5f5f5f"; // as in excolor/charts/base.py
const SVG = "http://www.w3.org/2000/svg";
const REACH = 1.4; // of a wheel, in lengths of u
const STAGES = 6, STAGE_MS = 3600, CALM_STAGE_MS = 6000;
const GRID = 6; // levels a channel, of the colors that scales and wheels are made from
const SMALLEST = 1e-12; // ‖z‖ below which normalizing divides by this, as PyTorch does
const NEAR = 7; // pixels within which a line is pointed at
const SPEAK_MS = 600; // a sentence that changes while a slider moves is spoken once it rests

// --- the network ---------------------------------------------------------------------------------

/** The error function, to rounding: 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)), whose terms all have one sign. */
export function erf(x) {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export const gelu = (x) => (x / 2) * (1 + erf(x / Math.SQRT2));

const linear = ({ weight, bias }, input) => weight.map((row, i) => row.reduce((sum, w, j) => sum + w * input[j], bias[i]));

/** Everything on the way of one color [3]; `deleted` are the latent dims whose weights count as 0. */
export function forward(layers, rgb, deleted = []) {
  const sums = linear(layers[0], rgb), encoder = sums.map(gelu);
  const z = linear(layers[1], encoder).map((value, k) => (deleted.includes(k) ? 0 : value));
  const length = Math.hypot(...z);
  const u = z.map((value) => value / Math.max(length, SMALLEST));
  const sumsBack = linear(layers[2], u), decoder = sumsBack.map(gelu);
  const raw = linear(layers[3], decoder);
  const output = raw.map((value) => Math.min(1, Math.max(0, value)));
  const mse = output.reduce((sum, value, i) => sum + (value - rgb[i]) ** 2, 0) / 3;
  return { rgb, sums, encoder, z, length, u, sumsBack, decoder, raw, output, mse, finite: Number.isFinite(mse) };
}

const values = (pass) => [pass.rgb, pass.encoder, pass.z, pass.u, pass.decoder, pass.output];

// --- numbers and words ---------------------------------------------------------------------------

const signed = (text) => text.replace("-", "−");
const fixed = (v) => (Math.abs(v) >= 1000 ? three(v) : Number.isFinite(v) ? signed(v.toFixed(2)).replace(/^−(0\.00)$/, "$1") : "–");
const three = (v) => (Number.isFinite(v) ? (v === 0 ? "0" : signed(Math.abs(v) < 1e-3 || Math.abs(v) >= 999.5 ? power(v, 2) : String(v.toPrecision(3)))) : "–");
const power = (v, digits) => {
  const [mantissa, exponent] = v.toExponential(digits - 1).split("e");
  return `${mantissa} × 10${exponent.replace("+", "").replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])}`;
};
/** Two significant digits, written as excolor/ui/text.py does. */
function figure(v) {
  if (!Number.isFinite(v)) return "–";
  if (v === 0) return "0";
  const exponent = Number(v.toExponential(1).split("e")[1]);
  if (exponent <= -4 || exponent >= 4) return signed(power(v, 2));
  return signed(Number(v.toExponential(1)).toFixed(Math.max(0, 1 - exponent)));
}
const percent = (v) => (Number.isFinite(v) ? `${Math.round(100 * v)}%` : "–");
const sub = (k) => String(k).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
const fill = (text, named) => text.replace(/\{(\w+)\}/g, (_, name) => named[name]);
const hex = (rgb) => `#${rgb.map((v) => Math.round(255 * v).toString(16).padStart(2, "0")).join("")}`;
const fromHex = (code) => [1, 3, 5].map((i) => parseInt(code.slice(i, i + 2), 16) / 255);

/** A color in words, as excolor/color.py describes it. */
function describe([r, g, b], { hues, grays, dark, pale }) {
  const v = Math.max(r, g, b), range = v - Math.min(r, g, b);
  if (!Number.isFinite(v)) return "–";
  if (range < 0.1) return grays[Math.round(v * (grays.length - 1))];
  const sixth = v === r ? (g - b) / range : v === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  const name = hues[(Math.round(sixth * (hues.length / 6)) + hues.length) % hues.length];
  return v < 0.6 ? fill(dark, { name }) : range / v < 0.55 ? fill(pale, { name }) : name;
}

function add(parent, name, attributes = {}, text) {
  const element = parent.appendChild(document.createElementNS(SVG, name));
  set(element, attributes);
  if (text !== undefined) element.textContent = text;
  return element;
}
function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}
function button(parent, text, onclick) {
  const element = parent.appendChild(document.createElement("button"));
  element.type = "button";
  element.textContent = text;
  element.onclick = onclick;
  return element;
}

// --- the component -------------------------------------------------------------------------------

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".network");
  const memory = (root.memory ??= { rgb: fromHex(data.color), deleted: data.deleted, turn: data.turn, sent: [], stage: null,
    timer: null, carried: true, pointed: null, built: null });
  memory.trigger = setTriggerValue;
  // A color picked elsewhere is shown; the echo of what was picked here is not, for the hand may have gone on.
  if (data.turn !== memory.turn) {
    memory.turn = data.turn;
    const echo = memory.sent.indexOf(data.color);
    if (echo < 0) memory.rgb = fromHex(data.color);
    memory.sent.splice(0, echo + 1);
  }
  // The same model again: what is there stays, and with it the keyboard's focus and what is being followed.
  if (memory.built?.key === data.key) memory.built.update();
  else {
    memory.built?.end();
    memory.built = build(root, memory, data);
  }
  root.dataset.run = data.key;
  root.dataset.turn = String(data.turn);
  return () => { if (!root.isConnected) memory.built?.end(); };
}

/** Fill the component's root for one model, listen to its controls, and return how to refresh and how to end it. */
function build(root, memory, data) {
  const { key, layers, words } = data;
  const hidden = layers[0].bias.length, dims = layers[1].bias.length;
  memory.deleted = memory.deleted.filter((k) => k < dims);
  memory.pointed = null;

  const find = (selector) => root.querySelector(selector);
  const looks = (rgb) => describe(rgb, data.names);
  const grid = Array.from({ length: GRID ** 3 }, (_, i) => [Math.floor(i / GRID ** 2), Math.floor(i / GRID) % GRID, i % GRID].map((v) => v / (GRID - 1)));
  const passes = grid.map((rgb) => forward(layers, rgb));
  // Scales that hold for every color, so that nothing jumps while a slider moves.
  const most = [0, 1, 2, 3, 4, 5].map((l) => Math.max(...passes.map((pass) => Math.max(...values(pass)[l].map(Math.abs)))) || 1);
  const heaviest = layers.map(({ weight }) => Math.max(...weight.flat().map(Math.abs)) || 1);
  const carriesMost = layers.map(({ weight }, i) => {
    const reach = weight[0].map((_, j) => Math.max(...passes.map((pass) => Math.abs(values(pass)[[0, 1, 3, 4][i]][j]))));
    return Math.max(...weight.map((row) => Math.max(...row.map((w, j) => Math.abs(w) * reach[j])))) || 1;
  });

  const sizes = [3, hidden, dims, dims, hidden, 3];
  const MATRIX = [0, 1, null, 2, 3]; // of each gap between two layers
  const nodeName = (l, i) => fill([words.input, words.encoderUnit, words.zDim, words.uDim, words.decoderUnit, words.output][l],
    { n: l === 0 || l === 5 ? "RGB"[i] : l === 2 || l === 3 ? sub(i) : i });
  const weightOf = (gap, from, to) => {
    const gone = (gap === 1 && memory.deleted.includes(to)) || (gap === 3 && memory.deleted.includes(from));
    return gone ? 0 : layers[MATRIX[gap]].weight[to][from];
  };
  const isGone = (l, i) => (l === 2 || l === 3) && memory.deleted.includes(i);

  let drawn = null, intact, after, width = 0, speaking = null;

  // --- controls ---

  root.setAttribute("aria-label", words.alt);
  const swatches = find(".swatches");
  swatches.setAttribute("aria-label", words.swatches);
  swatches.replaceChildren();
  for (const { name, code } of data.swatches) {
    const swatch = button(swatches, "", () => { memory.rgb = fromHex(code); update(); send(); });
    swatch.style.background = code;
    swatch.title = name;
    swatch.dataset.code = code;
    swatch.setAttribute("aria-label", name);
  }
  const sliders = [...root.querySelectorAll(".mix input")];
  sliders.forEach((slider, i) => {
    slider.setAttribute("aria-label", words.channels[i]);
    slider.oninput = () => { memory.rgb = sliders.map((each) => Number(each.value) / 255); update(); };
    slider.onchange = send;
  });
  const any = find(".any input");
  find(".any span").textContent = words.any;
  any.oninput = () => { memory.rgb = fromHex(any.value); update(); };
  any.onchange = send;
  function send() {
    const code = hex(memory.rgb);
    memory.sent.push(code);
    memory.trigger("picked", code);
  }

  find(".dims legend").textContent = words.remove;
  find(".dims .hint").textContent = words.removeHint;
  find(".dims div").replaceChildren();
  const toggles = Array.from({ length: dims }, (_, k) => {
    const toggle = button(find(".dims div"), String(k), () => {
      memory.deleted = Array.from({ length: dims }, (_, i) => i).filter((i) => memory.deleted.includes(i) !== (i === k));
      update();
      memory.trigger("deleted", memory.deleted);
    });
    toggle.setAttribute("aria-label", fill(words.dim, { n: k }));
    return toggle;
  });
  find(".lines legend").textContent = words.lines;
  find(".lines .hint").textContent = words.linesHint;
  find(".lines div").replaceChildren();
  const kinds = [[words.carried, true], [words.weights, false]].map(([text, carried]) => {
    const kind = button(find(".lines div"), text, () => { memory.carried = carried; update(); });
    kind.carried = carried;
    return kind;
  });

  // --- following ---

  const play = find(".play"), everything = find(".all");
  find(".back").setAttribute("aria-label", words.back);
  find(".forward").setAttribute("aria-label", words.forward);
  everything.textContent = words.all;
  function stop() {
    clearInterval(memory.timer);
    memory.timer = null;
    play.textContent = words.follow;
  }
  function go(stage) {
    const forwards = memory.stage !== null && stage === memory.stage + 1;
    memory.stage = stage === null ? null : Math.max(0, Math.min(STAGES - 1, stage));
    drawn.links.forEach((group, gap) => group.classList.toggle("arriving", forwards && gap === stage - 1));
    update();
  }
  play.onclick = () => {
    if (memory.timer !== null) return stop();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    go(memory.stage === null || memory.stage >= STAGES - 1 ? 0 : memory.stage + 1);
    play.textContent = words.pause;
    memory.timer = setInterval(() => {
      if (!root.isConnected) return end();
      go(memory.stage + 1);
      if (memory.stage >= STAGES - 1) stop();
    }, calm ? CALM_STAGE_MS : STAGE_MS);
  };
  find(".back").onclick = () => { stop(); go((memory.stage ?? STAGES - 1) - 1); };
  find(".forward").onclick = () => { stop(); go(memory.stage === null ? 0 : memory.stage + 1); };
  everything.onclick = () => { stop(); go(null); find(".play").focus(); };

  // --- drawing ---

  function layout() {
    width = find(".drawing").clientWidth;
    drawn = draw(find(".drawing"), Math.max(width, 280), sizes, words, nodeName);
    drawn.svg.onpointermove = (event) => { if (event.pointerType === "mouse") point(drawn.nearest(event, isGone)); };
    drawn.svg.onpointerdown = (event) => point(drawn.nearest(event, isGone));
    drawn.svg.onpointerleave = (event) => { if (event.pointerType === "mouse") point(null); };
    drawn.svg.onkeydown = keys;
    drawn.nodes.flat().forEach((node) => { node.element.onfocus = () => { if (memory.pointed?.to !== node) point({ layer: node.layer, index: node.index }); }; });
    update();
  }

  function keys(event) {
    const at = memory.pointed ?? { layer: 0, index: 0 };
    const [before, next, less, more] = drawn.down ? ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"] : ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
    let { layer, index } = at;
    if (event.key === before || event.key === next) {
      layer = Math.max(0, Math.min(5, layer + (event.key === next ? 1 : -1)));
      index = Math.min(sizes[layer] - 1, Math.floor(((at.index + 0.5) / sizes[at.layer]) * sizes[layer]));
    } else if (event.key === less || event.key === more) {
      index = Math.max(0, Math.min(sizes[layer] - 1, index + (event.key === more ? 1 : -1)));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (layer === 0) return;
      const feeds = sizes[layer - 1];
      return point({ layer, index, from: layer === 3 ? index : ((at.from ?? -1) + 1) % feeds });
    } else if (event.key === "Escape") {
      return point({ layer, index });
    } else return;
    event.preventDefault();
    point({ layer, index });
    drawn.focus(layer, index);
  }

  /** Point at a node {layer, index}, at a connection that also has `from`, or at nothing. */
  function point(pointed) {
    if (JSON.stringify(pointed) === JSON.stringify(memory.pointed)) return;
    memory.pointed = pointed;
    read();
  }

  function read() {
    const element = find(".reading"), { text, ...exact } = memory.pointed === null ? { text: words.hint } : reading(memory.pointed);
    drawn.mark(memory.pointed);
    if (element.textContent !== text) element.textContent = text; // the same sentence is not spoken twice
    for (const name of ["weight", "bias", "value"]) {
      if (name in exact) element.dataset[name] = exact[name];
      else delete element.dataset[name];
    }
  }
  /** The sentence about a node, or about the connection from a node, and the numbers in it unrounded. */
  function reading({ layer, index, from }) {
    const named = values(after), value = named[layer][index], name = nodeName(layer, index);
    if (from !== undefined) {
      const gap = layer - 1, source = nodeName(gap, from), a = named[gap][from], names = { from: source, to: name };
      if (gap === 2) {
        const text = isGone(2, from) ? fill(words.readGone, { name: source })
          : fill(words.readDivide, { ...names, a: three(a), length: three(after.length), value: three(value) });
        return { text, value };
      }
      const weight = weightOf(gap, from, index), carried = weight * a;
      const sentence = isGone(gap, from) || isGone(layer, index) ? words.readCut : words.readLink;
      return { text: fill(sentence, { ...names, weight: three(weight), a: three(a), carried: three(carried) }), weight, value: carried };
    }
    if (isGone(layer, index)) return { text: fill(words.readGone, { name }), bias: 0, value };
    const bias = layers[[null, 0, 1, null, 2, 3][layer]]?.bias[index];
    const sum = { 1: after.sums, 4: after.sumsBack, 5: after.raw }[layer]?.[index];
    const sentence = [words.readInput, words.readUnit, words.readZ, words.readU, words.readUnit, words.readOutput][layer];
    const text = fill(sentence, { name, value: three(value), bias: three(bias), sum: three(sum), n: dims });
    return bias === undefined ? { text, value } : { text, bias, value };
  }

  // --- what is said ---

  function summary() {
    if (!after.finite || !intact.finite) return words.notFinite;
    const named = { color: looks(after.rgb), intact: looks(intact.output), answer: looks(after.output), mse: figure(after.mse),
      mseIntact: figure(intact.mse), dims: `[${memory.deleted.join(", ")}]`, left: percent(after.length / intact.length), times: figure(1 / (after.length / intact.length)) };
    const text = !memory.deleted.length ? words.saidIntact : memory.deleted.length === dims ? words.saidAll : words.saidDeleted;
    return capital(fill(text, named));
  }
  function stageText() {
    if (!after.finite || !intact.finite) return words.notFinite;
    const left = after.length / intact.length;
    const cut = memory.deleted.length > 0, all = memory.deleted.length === dims;
    const named = {
      color: looks(after.rgb), r: fixed(after.rgb[0]), g: fixed(after.rgb[1]), b: fixed(after.rgb[2]), n: hidden, d: dims,
      active: after.encoder.filter((a) => a > 0).length, activeBack: after.decoder.filter((a) => a > 0).length,
      z: after.z.map((v, k) => (memory.deleted.includes(k) ? "0" : fixed(v))).join(", "), u: after.u.map((v, k) => (memory.deleted.includes(k) ? "0" : fixed(v))).join(", "),
      length: figure(after.length), before: figure(intact.length), left: percent(left), times: figure(1 / left),
      answer: looks(after.output), mse: figure(after.mse), dims: `[${memory.deleted.join(", ")}]`,
    };
    const text = [words.stageInput, words.stageEncoder, cut ? words.stageZCut : words.stageZ,
      all ? words.stageUAll : cut ? words.stageUCut : words.stageU, words.stageDecoder, words.stageOutput][memory.stage];
    return capital(fill(text, named));
  }
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function update() {
    intact = forward(layers, memory.rgb);
    after = forward(layers, memory.rgb, memory.deleted);
    const code = hex(memory.rgb), cut = memory.deleted.length > 0;
    find(".name b").textContent = looks(memory.rgb);
    find(".name span").textContent = code;
    find(".name i").style.background = code;
    for (const swatch of swatches.children) swatch.setAttribute("aria-pressed", String(swatch.dataset.code === code));
    sliders.forEach((slider, i) => {
      const level = Math.round(255 * memory.rgb[i]);
      slider.value = String(level);
      slider.nextElementSibling.textContent = String(level);
    });
    any.value = code;
    toggles.forEach((toggle, k) => toggle.setAttribute("aria-pressed", String(memory.deleted.includes(k))));
    kinds.forEach((kind) => kind.setAttribute("aria-pressed", String(kind.carried === memory.carried)));

    const named = values(after), before = values(intact);
    drawn.link((gap, from, to) => {
      if (gap === 2) return isGone(2, from) ? null : { value: after.u[from], share: Math.abs(after.u[from]) };
      if (isGone(gap, from) || isGone(gap + 1, to)) return null;
      const weight = weightOf(gap, from, to);
      const value = memory.carried ? weight * named[gap][from] : weight;
      return { value, share: Math.abs(value) / (memory.carried ? carriesMost : heaviest)[MATRIX[gap]] };
    });
    drawn.node((layer, i) => ({ value: named[layer][i], was: cut ? before[layer][i] : null, share: named[layer][i] / most[layer],
      wasShare: before[layer][i] / most[layer], gone: isGone(layer, i), text: fixed(named[layer][i]) }));
    drawn.divide(`÷ ${figure(after.length)}`);
    drawn.patches({ code, intact: intact.finite ? hex(intact.output) : null, after: after.finite ? hex(after.output) : null,
      mseIntact: figure(intact.mse), mseAfter: figure(after.mse), cut,
      labels: [fill(words.patchIn, { color: looks(memory.rgb) }), fill(words.patchOut, { title: words.intact, color: looks(intact.output), mse: figure(intact.mse) }),
        fill(words.patchOut, { title: words.after, color: looks(after.output), mse: figure(after.mse) })] });
    drawn.light(memory.stage);
    drawWheels();
    numbers();

    everything.hidden = memory.stage === null;
    find(".follow output").textContent = memory.stage === null ? "" : fill(words.stageOf, { n: memory.stage + 1, all: STAGES });
    find(".said").textContent = memory.stage === null ? summary() : stageText();
    clearTimeout(speaking);
    speaking = setTimeout(() => { find(".live").textContent = find(".said").textContent; }, SPEAK_MS);
    read();
    root.dataset.color = code;
    root.dataset.deleted = memory.deleted.join(",");
    root.dataset.stage = memory.stage === null ? "" : String(memory.stage);
    root.dataset.exact = JSON.stringify(Object.fromEntries([["intact", intact], ["after", after]].map(([name, pass]) => [name, { z: pass.z, u: pass.u, length: pass.length, rgb: pass.output, mse: pass.mse }])));
  }

  function numbers() {
    const table = find(".numbers table"), cut = memory.deleted.length > 0, stage = memory.stage ?? STAGES;
    const pending = (name) => (stage < { z: 2, u: 3 }[name] ? " pending" : ""); // not yet reached
    table.setAttribute("aria-label", words.table);
    const cell = (row, value, text, kind = "") => { const td = row.insertCell(); td.textContent = text; td.dataset.value = value; td.className = kind; };
    const head = (row, text, attributes) => { const th = row.appendChild(document.createElement("th")); th.textContent = text; set(th, attributes); };
    table.replaceChildren();
    const top = table.createTHead().insertRow(), second = table.tHead.insertRow();
    top.insertCell();
    head(top, words.intact, { colspan: 2, scope: "colgroup" });
    head(top, words.after, { colspan: 2, scope: "colgroup" });
    for (const text of [words.dimHead, "z", "u", "z", "u"]) head(second, text, { scope: "col" });
    const body = table.createTBody();
    for (let k = 0; k < dims; k++) {
      const row = body.insertRow(), gone = memory.deleted.includes(k);
      head(row, String(k), { scope: "row" });
      for (const [pass, name] of [[intact, "z"], [intact, "u"], [after, "z"], [after, "u"]]) {
        const value = pass[name][k], old = intact[name][k];
        if (pass === after && gone) cell(row, 0, "0", `gone${pending(name)}`);
        else cell(row, value, fixed(value), (cut && pass === after && Math.abs(value - old) > 0.005 ? "changed" : "") + pending(name));
      }
    }
    const row = body.insertRow(), norm = (u) => Math.hypot(...u);
    head(row, words.lengthHead, { scope: "row" });
    for (const [value, name] of [[intact.length, "z"], [norm(intact.u), "u"], [after.length, "z"], [norm(after.u), "u"]]) cell(row, value, fixed(value), pending(name));
    const left = after.length / intact.length;
    const list = find(".numbers dl");
    list.replaceChildren();
    for (const [key, name, value, text] of [["left", words.left, left, percent(left)], ["stretch", words.stretch, 1 / left, after.length > SMALLEST ? `× ${figure(1 / left)}` : "–"]]) {
      list.appendChild(document.createElement("dt")).textContent = name;
      const dd = list.appendChild(document.createElement("dd"));
      dd.textContent = text;
      dd.dataset.value = Number.isFinite(value) ? value : "";
      dd.className = key + pending(key === "left" ? "z" : "u");
    }
  }

  // --- wheels ---

  find(".note").textContent = words.wheelNote;
  const wheels = data.views.map((view) => wheel(view));
  find(".below").classList.toggle("many", wheels.length > 2);
  find(".wheels").replaceChildren(...wheels.map(({ svg }) => svg));
  function wheel([across, up]) {
    const svg = document.createElementNS(SVG, "svg");
    set(svg, { viewBox: "0 0 300 300", role: "img", class: "wheel" });
    const x = (v) => 150 + (v / REACH) * 150, y = (v) => 150 - (v / REACH) * 150;
    add(svg, "circle", { cx: 150, cy: 150, r: 150 / REACH, fill: "none", stroke: FAINT });
    const axes = [[across, { x1: x(-1), x2: x(1), y1: 150, y2: 150 }], [up, { x1: 150, x2: 150, y1: y(-1), y2: y(1) }]].map(([k, ends]) => ({ k, element: add(svg, "line", { ...ends, stroke: FAINT, "stroke-dasharray": "2 3" }) }));
    passes.forEach((pass, i) => { if (pass.finite) add(svg, "circle", { cx: x(pass.u[across]).toFixed(1), cy: y(pass.u[up]).toFixed(1), r: 2.6, fill: hex(grid[i]), "fill-opacity": 0.75 }); });
    const written = [];
    for (const { name, code } of data.rim) {
      const { u, finite } = forward(layers, fromHex(code)), r = Math.hypot(u[across], u[up]);
      if (!finite || r <= 0.35) continue; // nearer to the center, a name has no place on the rim
      const half = 3.4 * name.length + 2, rim = 150 / REACH;
      const left = Math.min(Math.max(150 + (u[across] / r) * (rim + 6 + half), half + 2), 298 - half), top = 150 - (u[up] / r) * (rim + 16);
      if (written.some((other) => Math.abs(left - other.left) < half + other.half && Math.abs(top - other.top) < 13)) continue;
      add(svg, "text", { x: left, y: top + 4, "text-anchor": "middle" }, name);
      written.push({ left, top, half });
    }
    axes[0].label = add(svg, "text", { x: 294, y: 292, "text-anchor": "end" }, `u${sub(across)} →`);
    axes[1].label = add(svg, "text", { x: 6, y: 16 }, `↑ u${sub(up)}`);
    const dropped = add(svg, "path", { fill: "none", stroke: "#000", "stroke-width": 1.5, "stroke-dasharray": "3 3", class: "dropped" });
    const stretched = add(svg, "path", { fill: "none", stroke: "#000", "stroke-width": 1.8, class: "stretched" });
    const dots = ["was", "now"].map((kind) => {
      const group = add(svg, "g", { class: `dot ${kind}` });
      return { group, rings: [["#000", 7.5], ["#fff", 6.2], [null, 4.6]].map(([color, r]) => add(group, "circle", { r, ...(color ? { fill: color } : {}) })) };
    });
    return { svg, across, up, x, y, axes, dropped, stretched, dots };
  }
  function drawWheels() {
    const cut = memory.deleted.length > 0, stage = memory.stage ?? STAGES;
    const middle = intact.u.map((v, k) => (memory.deleted.includes(k) ? 0 : v));
    for (const { svg, across, up, x, y, axes, dropped, stretched, dots } of wheels) {
      const at = (u) => [x(u[across]), y(u[up])];
      const ok = intact.finite && after.finite;
      for (const { k, element, label } of axes) element.style.display = label.style.display = memory.deleted.includes(k) ? "none" : "";
      const line = (a, b, short) => (ok && cut && stage >= 3 && Math.hypot(a[0] - b[0], a[1] - b[1]) > 2 ? arrow(a, b, short) : "");
      const [was, bare, now] = [at(intact.u), at(middle), at(after.u)];
      dropped.setAttribute("d", line(was, bare, 0));
      stretched.setAttribute("d", line(bare, now, 8));
      dots.forEach(({ group, rings }, i) => {
        group.style.display = ok && stage >= 3 && (i === 0 || cut) ? "" : "none";
        if (ok) group.setAttribute("transform", `translate(${(i ? now : was).map((v) => v.toFixed(2)).join(" ")})`);
        rings[2].setAttribute("fill", i ? (ok && stage >= 5 ? hex(after.output) : GROUND) : hex(memory.rgb));
      });
      svg.setAttribute("aria-label", fill(cut ? words.wheelCut : words.wheel, { color: looks(memory.rgb), a: `u${sub(across)}`, b: `u${sub(up)}`,
        x: fixed(intact.u[across]), y: fixed(intact.u[up]), x2: fixed(after.u[across]), y2: fixed(after.u[up]) }));
      svg.dataset.was = JSON.stringify([intact.u[across], intact.u[up]]);
      svg.dataset.now = JSON.stringify([after.u[across], after.u[up]]);
    }
  }

  stop();
  layout();
  const observer = new ResizeObserver(() => {
    if (!root.isConnected) end();
    else if (find(".drawing").clientWidth !== width) layout();
  });
  observer.observe(find(".drawing"));
  function end() {
    observer.disconnect();
    clearTimeout(speaking);
    stop();
    memory.built = null;
  }
  return { key, update, end };
}

/** A line from a to b; one that is to stop short of the dot at b has a head. */
function arrow(a, b, short) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]), [dx, dy] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
  const tip = [b[0] - dx * Math.min(short, length), b[1] - dy * Math.min(short, length)];
  const p = (along, aside) => `${(tip[0] - dx * along - dy * aside).toFixed(1)} ${(tip[1] - dy * along + dx * aside).toFixed(1)}`;
  return `M${a[0].toFixed(1)} ${a[1].toFixed(1)}L${p(0, 0)}${short && length > 20 ? `M${p(6, 4)}L${p(0, 0)}L${p(6, -4)}` : ""}`;
}

// --- the drawing of the network ------------------------------------------------------------------

/** Draw nodes and connections once for a width; returns what moves them. In a narrow place layers are rows. */
function draw(box, width, sizes, words, nodeName) {
  const down = width < 560;
  box.replaceChildren();
  const svg = add(box, "svg", { role: "application", "aria-label": words.drawing });
  const geometry = down ? rows(width, sizes) : columns(width, sizes);
  set(svg, { height: geometry.height, viewBox: `0 0 ${width} ${geometry.height}` });
  const { place, half } = geometry;

  // Connections beneath, nodes above.
  const links = [], lines = [], thin = Math.sqrt(Math.min(1, 24 / sizes[1])); // of many lines, each is less

  for (let gap = 0; gap < 5; gap++) {
    const group = add(svg, "g", { class: `links${down ? " down" : ""}` });
    links.push(group);
    for (let to = 0; to < sizes[gap + 1]; to++) {
      for (let from = 0; from < sizes[gap]; from++) {
        if (gap === 2 && from !== to) continue;
        const [a, b] = [place(gap, from), place(gap + 1, to)], [ha, hb] = [half(gap), half(gap + 1)];
        const ends = down ? { x1: a.x, y1: a.y + ha.y, x2: b.x, y2: b.y - hb.y } : { x1: a.x + ha.x, y1: a.y, x2: b.x - hb.x, y2: b.y };
        lines.push({ gap, from, to, ...ends, shown: true, element: add(group, "line", { class: "link", ...ends }) });
      }
    }
  }
  geometry.heads(svg, words, sizes);
  const divide = add(svg, "text", { class: "head", "text-anchor": "middle", ...geometry.divide });
  const nodes = sizes.map((size, layer) => {
    const group = add(svg, "g", { class: "layer" });
    return Array.from({ length: size }, (_, index) => {
      const { x, y } = place(layer, index), h = half(layer), latent = layer === 2 || layer === 3;
      const element = add(group, "g", { class: "node", transform: `translate(${x} ${y})`, tabindex: layer || index ? -1 : 0, role: "img" });
      if (latent) add(element, "rect", { class: "ring", x: -h.x - 4, y: -h.y - 4, width: 2 * h.x + 8, height: 2 * h.y + 8, rx: 3 });
      else add(element, "circle", { class: "ring", r: h.x + 4 });
      const parts = add(element, "g");
      if (latent) {
        add(parts, "rect", { class: "shell", x: -h.x, y: -h.y, width: 2 * h.x, height: 2 * h.y });
        add(parts, "line", { class: "middle", x1: 0, x2: 0, y1: -h.y, y2: h.y });
      } else add(parts, "circle", { class: "shell", r: h.x });
      const disc = add(parts, latent ? "rect" : "circle", { class: "fill" });
      const was = latent ? add(parts, "line", { class: "was", y1: -h.y - 3, y2: h.y + 3 }) : null;
      const label = latent || layer === 0 || layer === 5 ? geometry.label(parts, layer, h) : null;
      return { layer, index, element, group, parts, disc, was, label, latent, x, y, h };
    });
  });
  const plates = geometry.patches(svg, words);

  return {
    svg, nodes, links, down,
    link(of) {
      for (const line of lines) {
        const value = of(line.gap, line.from, line.to);
        line.shown = value !== null && Number.isFinite(value.value);
        line.element.style.display = line.shown ? "" : "none";
        if (!line.shown) continue;
        const share = Math.min(1, value.share);
        const thick = 0.4 + 3.6 * share * thin, dash = `${(3 + 1.5 * thick).toFixed(1)} ${(2.5 + thick).toFixed(1)}`;
        set(line.element, { "stroke-width": thick.toFixed(2), "stroke-opacity": ((0.07 + 0.8 * Math.sqrt(share)) * thin).toFixed(3), "stroke-dasharray": value.value < 0 ? dash : "none" });
      }
    },
    node(of) {
      for (const node of nodes.flat()) {
        const { value, was, share, wasShare, gone, text } = of(node.layer, node.index), h = node.h;
        node.parts.style.display = gone ? "none" : "";
        const name = nodeName(node.layer, node.index);
        node.element.setAttribute("aria-label", gone ? fill(words.readGone, { name }) : fill(words.nodeAlt, { name, value: text }));
        node.element.dataset.value = value;
        node.element.classList.toggle("gone", gone);
        if (!Number.isFinite(share)) { node.disc.style.display = "none"; continue; }
        node.disc.style.display = "";
        const size = Math.min(1, Math.abs(share));
        node.disc.classList.toggle("negative", share < 0);
        if (node.latent) {
          const length = size * (h.x - 1), thick = h.y - 2;
          set(node.disc, { x: share < 0 ? -length : 0, y: -thick, width: length, height: 2 * thick });
          const x = Math.max(-1, Math.min(1, wasShare)) * (h.x - 1);
          set(node.was, { x1: x, x2: x });
          node.was.style.display = was === null ? "none" : "";
        } else node.disc.setAttribute("r", Math.max(0, (h.x - 1.5) * Math.sqrt(size)));
        if (node.label) node.label(text, nodeName(node.layer, node.index));
      }
    },
    divide(text) { divide.textContent = text; },
    patches: plates,
    light(stage) {
      nodes.forEach((layer, l) => layer[0].group.classList.toggle("later", stage !== null && l > stage));
      links.forEach((group, gap) => group.classList.toggle("later", stage !== null && gap >= stage));
      divide.style.visibility = stage !== null && stage < 3 ? "hidden" : "";
      plates.light(stage);
    },
    nearest(event, isGone) {
      const frame = svg.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
      for (const node of nodes.flat()) {
        if (Math.abs(x - node.x) <= node.h.x + 1 && Math.abs(y - node.y) <= node.h.y + 1) return { layer: node.layer, index: node.index };
      }
      let best = null, least = NEAR;
      for (const line of lines) {
        if (!line.shown) continue;
        const far = distance(x, y, line);
        if (far < least) { least = far; best = line; }
      }
      return best && { layer: best.gap + 1, index: best.to, from: best.from };
    },
    mark(at) {
      svg.classList.toggle("pointing", at !== null);
      for (const line of lines) {
        const one = at?.from !== undefined && line.gap === at.layer - 1 && line.to === at.index && line.from === at.from;
        const touches = at !== null && at.from === undefined && ((line.gap === at.layer - 1 && line.to === at.index) || (line.gap === at.layer && line.from === at.index));
        line.element.classList.toggle("on", one || touches);
        line.element.classList.toggle("one", one);
      }
      for (const node of nodes.flat()) {
        const end = at !== null && ((node.layer === at.layer && node.index === at.index) || (at.from !== undefined && node.layer === at.layer - 1 && node.index === at.from));
        node.element.classList.toggle("on", end);
      }
    },
    focus(layer, index) {
      for (const node of nodes.flat()) node.element.setAttribute("tabindex", node.layer === layer && node.index === index ? 0 : -1);
      nodes[layer][index].element.focus();
    },
  };
}

function distance(x, y, { x1, y1, x2, y2 }) {
  const dx = x2 - x1, dy = y2 - y1, t = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}

/** Layers as columns, left to right. */
function columns(width, sizes) {
  const height = 508, top = 52, tall = height - top - 8;
  const first = 168, last = width - 196, step = (last - first) / 5.2;
  const xs = [0, 1, 2.1, 3.1, 4.2, 5.2].map((n) => first + n * step);
  const gap = (layer) => (sizes[layer] <= 3 ? 96 : Math.min(112, tall / sizes[layer]));
  const half = (layer) => {
    if (layer === 2 || layer === 3) return { x: Math.min(44, step * 0.3), y: 10 };
    const r = layer === 0 || layer === 5 ? 13 : Math.max(2.5, Math.min(11, gap(layer) * 0.38));
    return { x: r, y: r };
  };
  return {
    height, half,
    place: (layer, i) => ({ x: xs[layer], y: top + tall / 2 + (i - (sizes[layer] - 1) / 2) * gap(layer) }),
    divide: { x: (xs[2] + xs[3]) / 2, y: 34 },
    heads(svg, words) {
      words.heads.forEach((text, layer) => {
        add(svg, "text", { class: "head", x: xs[layer], y: 16, "text-anchor": "middle" }, text);
        add(svg, "text", { class: "faint", x: xs[layer], y: 34, "text-anchor": "middle" }, String(sizes[layer]));
      });
      add(svg, "text", { class: "faint", x: (xs[2] + xs[3]) / 2, y: 16, "text-anchor": "middle" }, words.normalize);
    },
    label(parent, layer, h) {
      const at = layer === 2 || layer === 3 ? { x: 0, y: -h.y - 8, "text-anchor": "middle" } : layer === 0 ? { x: -h.x - 8, y: 4, "text-anchor": "end" } : { x: h.x + 8, y: 4 };
      const text = add(parent, "text", at);
      return (value, name) => { text.textContent = layer === 2 || layer === 3 ? `${name} ${value}` : value; };
    },
    patches: (svg, words) => plates(svg, words, { x: 0, y: top + tall / 2 - 52, size: 104 }, [{ x: width - 116, y: top + tall / 2 - 190, size: 116 }, { x: width - 116, y: top + tall / 2 + 22, size: 116 }]),
  };
}

/** Layers as rows, top to bottom. */
function rows(width, sizes) {
  const side = 46, ys = [124, 232, 356, 440, 556, 664], height = 870;
  const wide = width - side;
  const gap = (layer) => (sizes[layer] <= 3 ? wide / 3 : wide / sizes[layer]);
  const half = (layer) => {
    if (layer === 2 || layer === 3) return { x: Math.min(34, gap(layer) / 2 - 4), y: 8 };
    const r = layer === 0 || layer === 5 ? 11 : Math.max(1.8, Math.min(9, gap(layer) * 0.4));
    return { x: r, y: r };
  };
  return {
    height, half,
    place: (layer, i) => ({ x: side + wide / 2 + (i - (sizes[layer] - 1) / 2) * gap(layer), y: ys[layer] }),
    divide: { x: side / 2 - 4, y: (ys[2] + ys[3]) / 2 + 4 },
    heads(svg, words) {
      words.heads.forEach((text, layer) => {
        add(svg, "text", { class: "head", x: 0, y: ys[layer] + 4 }, text);
      });
    },
    label(parent, layer, h) {
      const text = add(parent, "text", layer === 2 ? { x: 0, y: -h.y - 7, "text-anchor": "middle" } : layer === 3 ? { x: 0, y: h.y + 15, "text-anchor": "middle" } : { x: h.x + 6, y: 4 });
      return (value) => { text.textContent = value; };
    },
    patches: (svg, words) => plates(svg, words, { x: side, y: 0, size: 76, wide }, [{ x: side, y: 712, size: 92, wide: (wide - 12) / 2 }, { x: side + (wide + 12) / 2, y: 712, size: 92, wide: (wide - 12) / 2 }]),
  };
}

/** The color that goes in and the two that come out, each on its ground; returns what fills them. */
function plates(svg, words, into, out) {
  const plate = ({ x, y, size, wide = size }, title, inner) => {
    const group = add(svg, "g", { class: "plate layer", role: "img" }), pad = 10;
    if (title) add(group, "text", { class: "head", x, y: y - 8 + (inner ? 22 : 0) }, title);
    const top = inner ? y + 22 : y;
    add(group, "rect", { x, y: top, width: wide, height: size, rx: 4, fill: GROUND });
    const outer = add(group, "rect", { x: x + pad, y: top + pad, width: wide - 2 * pad, height: size - 2 * pad });
    const square = Math.round(size * 0.3);
    const truth = inner ? add(group, "rect", { x: x + wide / 2 - square / 2, y: top + size / 2 - square / 2, width: square, height: square }) : null;
    const below = inner ? [18, 34].map((dy) => add(group, "text", { class: "faint", x, y: top + size + dy })) : [];
    return { group, outer, truth, below };
  };
  const start = plate(into, "", false), ends = [plate(out[0], words.intact, true), plate(out[1], words.after, true)];
  const show = ({ code, intact, after, mseIntact, mseAfter, labels }) => {
    start.outer.setAttribute("fill", code);
    start.group.setAttribute("aria-label", labels[0]);
    [[intact, mseIntact], [after, mseAfter]].forEach(([answer, mse], i) => {
      const { group, outer, truth, below } = ends[i];
      set(group, { "aria-label": labels[i + 1] });
      outer.setAttribute("fill", answer ?? GROUND);
      truth.setAttribute("fill", answer ? code : GROUND);
      below[0].textContent = answer ?? "–";
      below[1].textContent = `MSE ${mse}`;
    });
  };
  show.light = (stage) => ends.forEach(({ group }) => group.classList.toggle("later", stage !== null && stage < 5));
  return show;
}
