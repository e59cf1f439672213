// The replay of a training: one cursor over latents (canvas) and over losses and weights (SVG).
// Called by Streamlit with every new run; what must outlive a run is kept on the root element.

const GROUND = "#808080", FAINT = "#5f5f5f", INK = "#000000"; // as in excolor/charts/base.py
const REACH = 1.34, RIM = 1.17;
const SVG = "http://www.w3.org/2000/svg";
const FRAMES_PER_SECOND = 15, CALM_STRIDE = 6; // where motion is reduced: every sixth frame, one a second
const DASHES = { unitarity: "1 3", anchor: "5 2", separate: "", planarity: "8 3 2 3", reconstruction: "", "learning rate": "2 2" };
const WIDTHS = { reconstruction: 2.4 };
const NEAR = 10; // pixels from a point that still count as a click on it

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".replay");
  const memory = (root.memory ??= { frame: null, timer: null });
  const last = data.steps.length - 1;
  // A new run shows its end, unless the student was looking at an earlier moment.
  const atEnd = memory.frame === null || memory.frame >= memory.last;
  memory.last = last;
  memory.frame = atEnd ? last : Math.min(memory.frame, last);

  const latents = unpack(data.latents);
  const find = (selector) => root.querySelector(selector);
  const slider = find("input"), play = find(".play");
  root.setAttribute("aria-label", data.words.alt);
  find(".note").textContent = data.words.baseline;
  find(".back").setAttribute("aria-label", data.words.back);
  find(".forward").setAttribute("aria-label", data.words.forward);
  slider.setAttribute("aria-label", data.words.scrub);
  slider.max = String(last);

  const canvases = data.views.map((_, i) => find(".wheels").children[i] ?? find(".wheels").appendChild(document.createElement("canvas")));
  while (find(".wheels").children.length > data.views.length) find(".wheels").lastChild.remove();
  canvases.forEach((canvas, i) => {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `u${data.views[i][0]}, u${data.views[i][1]}`);
    canvas.onclick = (event) => setTriggerValue("picked", data.colors[under(canvas, event, data.views[i])] ?? "");
  });
  let cursors = [], width = 0;

  function layout() {
    width = root.clientWidth;
    const x = scale(0, data.total - 1 || 1, 58, width - 116);
    cursors = [
      plot(find(".losses"), data.lines, data.baseline, "losses", x, 270, data.words.losses, logScale(1e-6, 100, 252, 8),
        [1e-6, 1e-4, 1e-2, 1, 100], "", data.total),
      plot(find(".weights"), data.lines, null, "weights", x, 156, data.words.weights, rootScale(1, 110, 8),
        [0, 0.01, 0.1, 0.4, 1], data.words.step, data.total),
    ];
    draw();
  }

  function draw() {
    const frame = memory.frame;
    data.views.forEach((view, i) => wheel(canvases[i], data, latents, frame, view));
    slider.value = String(frame);
    const done = data.steps[frame];
    find("output").textContent = `${done} ${data.words.of} ${data.total} ${data.words.updates}`;
    slider.setAttribute("aria-valuetext", find("output").textContent);
    for (const { cursor, x } of cursors) cursor.style.transform = `translateX(${Math.round(x(Math.max(0, done - 1)))}px)`;
    root.dataset.frame = String(frame);
  }

  function show(frame) {
    memory.frame = Math.max(0, Math.min(last, frame));
    draw();
  }

  // The point that was clicked: the nearest, if it is near.
  function under(canvas, event, view) {
    const size = canvas.clientWidth, { px, py, at } = places(size, data, latents, memory.frame, view);
    const far = data.colors.map((_, i) => { const [x, y] = at(i); return Math.hypot(px(x) - event.offsetX, py(y) - event.offsetY); });
    const nearest = far.indexOf(Math.min(...far));
    return far[nearest] <= NEAR ? nearest : -1;
  }

  function stop() {
    clearInterval(memory.timer);
    memory.timer = null;
    play.textContent = data.words.play;
  }

  function start() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (memory.frame >= last) show(0);
    play.textContent = data.words.pause;
    memory.timer = setInterval(() => {
      show(memory.frame + (calm ? CALM_STRIDE : 1));
      if (memory.frame >= last) stop();
    }, calm ? 1000 : 1000 / FRAMES_PER_SECOND);
  }

  stop();
  play.onclick = () => (memory.timer === null ? start() : stop());
  find(".back").onclick = () => { stop(); show(memory.frame - 1); };
  find(".forward").onclick = () => { stop(); show(memory.frame + 1); };
  slider.oninput = () => { stop(); show(Number(slider.value)); };

  layout();
  root.dataset.run = data.key ?? "";
  const observer = new ResizeObserver(() => { if (root.clientWidth !== width) layout(); });
  observer.observe(root);
  return () => { observer.disconnect(); clearInterval(memory.timer); memory.timer = null; };
}

function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

// From latents to pixels, and the latents of a point on two dims.
function places(size, data, latents, frame, [across, up]) {
  const first = frame * data.colors.length * data.dims;
  return {
    px: (v) => size / 2 + (v / REACH) * (size / 2),
    py: (v) => size / 2 - (v / REACH) * (size / 2),
    at: (point) => [across, up].map((dim) => latents[first + point * data.dims + dim] / 32767),
  };
}

function wheel(canvas, data, latents, frame, [across, up]) {
  const ratio = devicePixelRatio || 1, size = canvas.clientWidth || 300;
  if (canvas.width !== Math.round(size * ratio)) canvas.width = canvas.height = Math.round(size * ratio);
  // Asks for a canvas in memory: without a graphics card far faster, and with one as fast for a picture this small.
  const g = canvas.getContext("2d", { willReadFrequently: true });
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.fillStyle = GROUND;
  g.fillRect(0, 0, size, size);
  const { px, py, at } = places(size, data, latents, frame, [across, up]);
  g.strokeStyle = FAINT;
  g.lineWidth = 1;
  g.beginPath();
  g.arc(px(0), py(0), px(1) - px(0), 0, 2 * Math.PI);
  g.stroke();
  g.setLineDash([2, 3]);
  g.beginPath();
  g.moveTo(px(-1), py(0)); g.lineTo(px(1), py(0));
  g.moveTo(px(0), py(-1)); g.lineTo(px(0), py(1));
  g.stroke();
  g.setLineDash([]);
  const radius = Math.max(3, size / 80);
  const dot = (i, r, fill) => {
    const [x, y] = at(i);
    g.fillStyle = fill;
    g.beginPath();
    g.arc(px(x), py(y), r, 0, 2 * Math.PI);
    g.fill();
  };
  data.colors.forEach((color, i) => dot(i, radius, color));
  if (data.picked >= 0) [["#ffffff", 5], [INK, 3.5], [data.colors[data.picked], 1]].forEach(([fill, more]) => dot(data.picked, radius + more, fill));
  g.fillStyle = INK;
  g.font = `${Math.max(10, size / 28)}px ${getComputedStyle(canvas).fontFamily}`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  const line = parseFloat(g.font), written = [];
  for (const { name, point } of data.named) {
    const [x, y] = at(point), r = Math.hypot(x, y);
    if (r <= 0.35) continue; // nearer to the center, a hue has no place on the rim
    const left = px((x / r) * RIM), top = py((y / r) * RIM), half = g.measureText(name).width / 2;
    if (written.some((other) => Math.abs(left - other.left) < half + other.half && Math.abs(top - other.top) < line)) continue;
    g.fillText(name, left, top);
    written.push({ left, top, half });
  }
  const sub = "₀₁₂₃₄₅";
  g.textAlign = "right";
  g.fillText(`u${sub[across]} →`, size - 6, size - 12);
  g.textAlign = "left";
  g.fillText(`↑ u${sub[up]}`, 6, 14);
}

const scale = (low, high, from, to) => (v) => from + ((v - low) / (high - low)) * (to - from);
const logScale = (low, high, from, to) => (v) => scale(Math.log(low), Math.log(high), from, to)(Math.log(Math.min(Math.max(v, low), high)));
const rootScale = (high, from, to) => (v) => scale(0, Math.sqrt(high), from, to)(Math.sqrt(Math.min(Math.max(v, 0), high)));

function plot(box, lines, baseline, kind, x, height, title, y, ticks, xTitle, total) {
  box.replaceChildren();
  const svg = add(box, "svg", { height, "aria-hidden": "true" });
  const left = x(0), right = x(total - 1 || 1);
  for (const value of ticks) {
    add(svg, "line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) });
    add(svg, "text", { class: "tick", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, tickText(value, kind));
  }
  const middle = (y(ticks[0]) + y(ticks[ticks.length - 1])) / 2;
  add(svg, "text", { x: 0, y: 0, transform: `translate(12 ${middle}) rotate(-90)`, "text-anchor": "middle" }, title);
  if (xTitle) {
    for (const share of [0, 1 / 3, 2 / 3, 1]) {
      const step = Math.round(share * (total - 1));
      add(svg, "text", { class: "tick", x: x(step), y: height - 22, "text-anchor": "middle" }, String(step));
    }
    add(svg, "text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle" }, xTitle);
  }
  if (baseline) {
    const stretch = (total - 1) / (baseline.x[baseline.x.length - 1] || 1);
    for (const values of Object.values(baseline[kind])) add(svg, "path", { class: "base", d: path(baseline.x.map((v) => v * stretch), values, x, y) });
  }
  const ends = [];
  for (const [name, values] of Object.entries(lines[kind])) {
    const style = { class: "line", "stroke-dasharray": DASHES[name] ?? "", "stroke-width": WIDTHS[name] ?? 1.4 };
    add(svg, "path", { ...style, d: path(lines.x, values, x, y), "data-name": name });
    const seen = values.filter((v) => v !== null);
    if (seen.length) ends.push({ name, style, at: y(seen[seen.length - 1]) });
  }
  ends.sort((a, b) => a.at - b.at);
  ends.forEach((end, i) => { end.text = i ? Math.max(end.at, ends[i - 1].text + 12) : end.at; });
  const low = y(ticks[0]) - 2, over = ends.length ? Math.max(0, ends[ends.length - 1].text - low) : 0;
  if (over) for (let i = ends.length - 1, cap = low; i >= 0; i--, cap -= 12) ends[i].text = Math.min(ends[i].text, cap);
  for (const end of ends) {
    add(svg, "line", { ...end.style, x1: right + 6, x2: right + 26, y1: end.text, y2: end.text });
    add(svg, "text", { x: right + 31, y: end.text + 4 }, end.name);
  }
  // Not a line of the SVG, which would be painted again with every frame.
  const cursor = box.appendChild(document.createElement("div"));
  cursor.className = "cursor";
  cursor.style.height = `${y(ticks[0]) - 4}px`;
  return { cursor, x };
}

function tickText(value, kind) {
  if (kind === "weights" || value >= 0.01) return String(value);
  return `10${String(Math.round(Math.log10(value))).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])}`;
}

function path(xs, values, x, y) {
  let d = "", pen = "M";
  values.forEach((value, i) => {
    if (value === null) { pen = "M"; return; }
    d += `${pen}${x(xs[i]).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  });
  return d;
}

function add(parent, name, attributes, text) {
  const element = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
