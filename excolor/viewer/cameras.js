// Where the scene is looked at from: the presets, and the camera that is kept when the scene is built again.

import { scale } from "./panels.js";

const memory = `excolor-camera-${EXCOLOR.key}`;

/** Every other camera of its own looks from the opposite side. */
export function look(scene, { position, up }) {
  scene.distinct.forEach((camera, i) => {
    const far = position.map((value) => (i % 2 ? -4 : 4) * value);
    camera.set({ position: far, focalPoint: [0, 0, 0], viewUp: up, parallelScale: scale(scene) });
  });
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
