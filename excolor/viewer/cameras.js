// Where the scene is looked at from: the presets, and the camera that is kept when the scene is built again.

import { scale } from "./panels.js";

const memory = `excolor-camera-${EXCOLOR.key}`;

export function look(scene, { position, up }) {
  const far = position.map((value) => 4 * value);
  for (const camera of scene.distinct) {
    camera.set({ position: far, focalPoint: [0, 0, 0], viewUp: up, parallelScale: scale(scene) });
  }
}

export function keepCameras({ distinct }) {
  const states = distinct.map((camera) => ({
    position: camera.getPosition(),
    focalPoint: camera.getFocalPoint(),
    viewUp: camera.getViewUp(),
  }));
  try {
    sessionStorage.setItem(memory, JSON.stringify(states));
  } catch {
    // A browser that keeps nothing opens at the start.
  }
}

export function restoreCameras({ distinct }) {
  try {
    const states = JSON.parse(sessionStorage.getItem(memory) ?? "[]");
    states.forEach((state, i) => {
      distinct[i]?.set(state);
    });
  } catch {
    // As above.
  }
}
