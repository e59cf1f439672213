// What a lesson adds to trame-vtk's viewer: titles, labels that follow the camera, camera presets, a camera that is
// kept when the scene is built again, frames to scrub, balls for points, and a ring round the picked color. `EXCOLOR`
// holds the settings, `window.global.renderWindow` the scene, and `excolorPicked` of the page around it what is picked.

import { makeBalls } from "./balls.js";
import { keepCameras, look, restoreCameras } from "./cameras.js";
import { bottomBar, element } from "./elements.js";
import { addFrames } from "./frames.js";
import { fit } from "./panels.js";
import { labelsOf, place } from "./places.js";

waitForScene();

function waitForScene() {
  const ready = window.global.renderWindow?.getRenderers().filter((renderer) => renderer.getActors().length);
  if (ready?.length === EXCOLOR.panels.length) start(window.global.renderWindow, ready);
  else setTimeout(waitForScene, 20);
}

function start(renderWindow, renderers) {
  const { panels, words } = EXCOLOR;
  const meshes = renderers.map((renderer) => renderer.getActors()[0].getMapper().getInputData());
  for (const points of meshes) makeBalls(points, EXCOLOR);
  const cameras = renderers.map((renderer) => renderer.getActiveCamera());
  const scene = {
    renderWindow,
    renderers,
    cameras,
    distinct: [...new Set(cameras)],
    titles: panels.map(({ title }) => element("div", "xc-title", title)),
    labels: panels.map(labelsOf),
    rings: panels.map(() => element("div", "xc-ring")),
    bar: bottomBar(words.views ?? ""),
  };
  for (const camera of scene.distinct) camera.setParallelProjection(true); // which is not exported
  // The viewer's own renderer lies behind them all and is white.
  for (const each of renderWindow.getRenderers()) each.setBackground(renderers[0].getBackground());
  addViews(scene);
  if (EXCOLOR.frames) addFrames(scene.bar, meshes[0], renderWindow, EXCOLOR);
  restoreCameras(scene);
  fit(scene);
  listen(scene);
  refresh(scene);
  document.documentElement.dataset.scene = "ready";
}

function addViews(scene) {
  for (const view of EXCOLOR.views) {
    const button = scene.bar.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = view.name;
    button.onclick = () => {
      look(scene, view);
      refresh(scene);
    };
  }
}

function listen(scene) {
  const replace = () => place(scene);
  for (const camera of scene.distinct) {
    camera.onModified(() => {
      keepCameras(scene);
      replace();
    });
  }
  // A turn of the wheel goes on scrolling the page; with Ctrl, or two fingers, it zooms.
  document.body.addEventListener("wheel", (event) => event.ctrlKey || event.stopPropagation(), { capture: true });
  new ResizeObserver(() => {
    fit(scene);
    refresh(scene);
  }).observe(document.body);
  window.parent.addEventListener("excolor-picked", replace);
  window.addEventListener("pagehide", () => window.parent.removeEventListener("excolor-picked", replace));
}

function refresh(scene) {
  for (const renderer of scene.renderers) renderer.resetCameraClippingRange();
  scene.renderWindow.render();
  place(scene);
}
