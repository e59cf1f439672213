// Panels stand side by side, or under each other where that makes them larger; the buttons are then below them all.

const STACKED = 190; // pixels: at least the height of a panel under another

/** The size of a panel and of the whole, in pixels: `down` is a panel's height, `under` the room below them all. */
export function cell({ bar }) {
  const width = document.body.clientWidth;
  const n = EXCOLOR.panels.length;
  const stacked = n > 1 && Math.min(width, EXCOLOR.height / n) > Math.min(width / n, EXCOLOR.height);
  const under = stacked ? bar.offsetHeight + 16 : 0;
  const height = stacked ? Math.max(EXCOLOR.height, STACKED * n + under) : EXCOLOR.height;
  return { stacked, height, under, width: stacked ? width : width / n, down: stacked ? (height - under) / n : height };
}

/** Half of the height that a camera shows: the whole sphere must fit, however narrow a panel is. */
export function scale(scene) {
  const { width, down } = cell(scene);
  return EXCOLOR.reach * Math.max(1, down / width);
}

export function fit(scene) {
  const n = EXCOLOR.panels.length;
  const { stacked, height, under, down } = cell(scene);
  if (window.frameElement) window.frameElement.height = height;
  const row = (i) => [0, (under + (n - 1 - i) * down) / height, 1, (under + (n - i) * down) / height];
  scene.renderers.forEach((renderer, i) => {
    renderer.setViewport(...(stacked ? row(i) : [i / n, 0, (i + 1) / n, 1]));
  });
  for (const camera of scene.distinct) camera.setParallelScale(scale(scene));
}
