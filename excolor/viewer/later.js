// The viewer is a megabyte of code, and asking for WebGL can take as long as reading it. Neither happens while a page is
// opened, but when its scene comes near the screen. Where there is no WebGL 2 the viewer would only fail: the page says so.

if (window.frameElement) window.frameElement.title = EXCOLOR.words.title ?? "";

new IntersectionObserver(
  (entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    const context = document.createElement("canvas").getContext("webgl2");
    if (context) read();
    else apologize();
    context?.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has few of them to give
  },
  { rootMargin: "300px" },
).observe(document.documentElement);

function read() {
  for (const waiting of document.querySelectorAll("script[data-later]")) {
    const script = document.createElement("script");
    const { from } = waiting.dataset;
    Object.assign(script, { type: "module", async: false, onerror: apologize });
    Object.assign(script, from ? { src: from } : { textContent: waiting.textContent });
    document.head.append(script);
  }
}

function apologize() {
  const note = document.body.appendChild(document.createElement("p"));
  note.className = "xc-none";
  note.setAttribute("role", "status");
  note.textContent = EXCOLOR.words.none;
  document.documentElement.dataset.scene = "none";
}
