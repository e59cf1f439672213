// Without WebGL 2 the viewer would only fail: say so, and read no further. Runs first in the page's body, after `EXCOLOR`.

if (!document.createElement("canvas").getContext("webgl2")) {
  const note = document.body.appendChild(document.createElement("p"));
  note.className = "xc-none";
  note.setAttribute("role", "status");
  note.textContent = EXCOLOR.words.none;
  document.documentElement.dataset.scene = "none";
  window.stop();
}
