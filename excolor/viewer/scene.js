// What a lesson adds to trame-vtk's viewer: titles, labels that follow the camera, camera presets, a camera that is
// kept when the scene is built again, frames to scrub, balls for points, and a ring round the picked color. `EXCOLOR`
// holds the settings, `window.global.renderWindow` the scene, and `excolorPicked` of the page around it what is picked.

const { panels, views, words, reach, radius, frames, ball } = EXCOLOR;
const STACKED = 190; // pixels: at least the height of a panel under another
const CLEAR = 20; // pixels around the center in which no name stands
const LINE = 8; // half the height of a name, in pixels
const over = document.body.appendChild(document.createElement("div"));
over.className = "xc-over";
waitForScene();

function waitForScene() {
  const ready = window.global.renderWindow?.getRenderers().filter((r) => r.getActors().length);
  if (ready?.length === panels.length) start(window.global.renderWindow, ready);
  else setTimeout(waitForScene, 20);
}

function start(renderWindow, renderers) {
  const meshes = renderers.map((renderer) => renderer.getActors().map((actor) => actor.getMapper().getInputData()));
  meshes.forEach(([points]) => makeBalls(points));
  const titles = panels.map(({ title }) => element("div", "xc-title", title));
  const labels = panels.map((panel) => panel.labels.map(({ text, place }) => {
    const node = element("div", "xc-label", text);
    return { place, node, half: node.offsetWidth / 2 };
  }));
  const rings = panels.map(() => element("div", "xc-ring"));
  const cameras = renderers.map((renderer) => renderer.getActiveCamera());
  const distinct = [...new Set(cameras)];
  distinct.forEach((camera) => camera.setParallelProjection(true)); // which is not exported
  // The viewer's own renderer lies behind them all and is white.
  renderWindow.getRenderers().forEach((renderer) => renderer.setBackground(renderers[0].getBackground()));
  const memory = `excolor-camera-${EXCOLOR.key}`;
  // A turn of the wheel goes on scrolling the page; with Ctrl, or two fingers, it zooms.
  document.body.addEventListener("wheel", (event) => event.ctrlKey || event.stopPropagation(), { capture: true });

  const bar = element("div", "xc-bar");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", words.views ?? "");
  for (const view of views) {
    const button = bar.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = view.name;
    button.onclick = () => { distinct.forEach((camera) => look(camera, view)); refresh(); };
  }
  if (frames) addFrames(bar, meshes[0][0], renderWindow);
  restore();
  fit();
  distinct.forEach((camera) => camera.onModified(() => { keep(); place(); }));
  new ResizeObserver(() => { fit(); refresh(); }).observe(document.body);
  window.parent.addEventListener("excolor-picked", place);
  window.addEventListener("pagehide", () => window.parent.removeEventListener("excolor-picked", place));
  refresh();
  document.documentElement.dataset.scene = "ready";

  function look(camera, view) {
    camera.set({ position: view.position.map((v) => 4 * v), focalPoint: [0, 0, 0], viewUp: view.up, parallelScale: scale() });
  }

  // Panels stand side by side, or under each other where that makes them larger; the buttons are then below them all.
  function cell() {
    const width = document.body.clientWidth, n = panels.length;
    const stacked = n > 1 && Math.min(width, EXCOLOR.height / n) > Math.min(width / n, EXCOLOR.height);
    const under = stacked ? bar.offsetHeight + 16 : 0;
    const height = stacked ? Math.max(EXCOLOR.height, STACKED * n + under) : EXCOLOR.height;
    return { stacked, height, under, width: stacked ? width : width / n, down: stacked ? (height - under) / n : height };
  }

  // The whole sphere must fit, however narrow a panel is.
  function scale() {
    const { width, down } = cell();
    return reach * Math.max(1, down / width);
  }

  function fit() {
    const n = panels.length, { stacked, height, under, down } = cell();
    if (window.frameElement) window.frameElement.height = height;
    const row = (i) => [0, (under + (n - 1 - i) * down) / height, 1, (under + (n - i) * down) / height];
    renderers.forEach((renderer, i) => renderer.setViewport(...(stacked ? row(i) : [i / n, 0, (i + 1) / n, 1])));
    distinct.forEach((camera) => camera.setParallelScale(scale()));
  }

  function refresh() {
    renderers.forEach((renderer) => renderer.resetCameraClippingRange());
    renderWindow.render();
    place();
  }

  function place() {
    const { height, width: across, down } = cell(), width = document.body.clientWidth;
    const picked = window.parent.excolorPicked?.[EXCOLOR.key];
    renderers.forEach((renderer, i) => {
      const [column, , , top] = renderer.getViewport();
      const at = (place) => {
        const [x, y] = renderer.worldToNormalizedDisplay(...place, across / down);
        return [x * width, (1 - y) * height];
      };
      const center = at([0, 0, 0]);
      titles[i].style.left = `${column * width + 12}px`;
      titles[i].style.top = `${(1 - top) * height + 8}px`;
      const spot = picked?.places[i];
      rings[i].hidden = !spot;
      if (spot) {
        const [x, y] = at(spot), size = (2.4 * radius * down) / (2 * cameras[i].getParallelScale());
        Object.assign(rings[i].style, { left: `${x - size}px`, top: `${y - size}px`, width: `${2 * size}px`, height: `${2 * size}px`, background: picked.color });
      }
      for (const { place, node, half } of labels[i]) {
        const [x, y] = at(place), away = [x - center[0], y - center[1]], distance = Math.hypot(...away) || 1;
        // Beyond what it names, and not beyond the panel's edge; nowhere when its axis points at the reader: it would hide points.
        node.style.left = `${within(x + (half * away[0]) / distance, column * width, across, half)}px`;
        node.style.top = `${within(y + (LINE * away[1]) / distance, (1 - top) * height, down, LINE)}px`;
        node.hidden = distance < CLEAR;
      }
    });
  }

  function within(value, start, size, margin) {
    return Math.min(Math.max(value, start + margin), start + size - margin);
  }

  function keep() {
    const states = distinct.map((c) => ({ position: c.getPosition(), focalPoint: c.getFocalPoint(), viewUp: c.getViewUp() }));
    try { sessionStorage.setItem(memory, JSON.stringify(states)); } catch { /* a browser that keeps nothing opens at the start */ }
  }

  function restore() {
    try {
      const states = JSON.parse(sessionStorage.getItem(memory) ?? "[]");
      states.forEach((state, i) => distinct[i]?.set(state));
    } catch { /* as above */ }
  }
}

// Every point of a mesh becomes a ball in its color.
function makeBalls(mesh) {
  const centers = mesh.getPoints().getData(), n = centers.length / 3, corners = ball.corners.length / 3;
  const scalars = mesh.getPointData().getScalars(), levels = scalars.getData();
  scalars.setData(Uint8Array.from({ length: n * corners * 3 }, (_, i) => levels[3 * Math.floor(i / (3 * corners)) + (i % 3)]), 3);
  const faces = new Uint32Array((n * ball.triangles.length * 4) / 3);
  for (let i = 0, k = 0; i < n; i++) {
    for (let t = 0; t < ball.triangles.length; t++) {
      if (t % 3 === 0) faces[k++] = 3;
      faces[k++] = i * corners + ball.triangles[t];
    }
  }
  mesh.getVerts().setData(new Uint32Array(0));
  mesh.getPolys().setData(faces);
  moveBalls(mesh, centers);
}

function moveBalls(mesh, centers) {
  const { corners } = ball, data = new Float32Array((centers.length * corners.length) / 3);
  for (let i = 0, k = 0; i < centers.length; i += 3) {
    for (let v = 0; v < corners.length; v++, k++) data[k] = centers[i + (v % 3)] + radius * corners[v];
  }
  mesh.getPoints().setData(data, 3);
  mesh.modified();
}

function addFrames(bar, mesh, renderWindow) {
  const bytes = Uint8Array.from(atob(frames.places), (c) => c.charCodeAt(0));
  const places = Float32Array.from(new Int16Array(bytes.buffer), (place) => place / 32767);
  const { names } = frames, size = places.length / names.length;
  const slider = bar.appendChild(document.createElement("input"));
  const output = bar.appendChild(document.createElement("output"));
  Object.assign(slider, { type: "range", min: 0, max: names.length - 1, step: 1, value: names.length - 1 });
  slider.setAttribute("aria-label", words.frames ?? "");
  slider.oninput = () => {
    const moment = Number(slider.value);
    moveBalls(mesh, places.subarray(moment * size, (moment + 1) * size));
    renderWindow.render();
    output.textContent = names[moment];
    document.documentElement.dataset.frame = slider.value;
  };
  slider.oninput();
}

function element(name, className, text = "") {
  const node = over.appendChild(document.createElement(name));
  node.className = className;
  node.textContent = text;
  return node;
}
