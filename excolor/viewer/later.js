// The viewer is a megabyte of code. It is read when the scene comes near the screen, not while its page is opened.

new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  for (const waiting of document.querySelectorAll("script[data-later]")) {
    const script = document.createElement("script");
    Object.assign(script, { type: "module", async: false, textContent: waiting.textContent });
    document.head.append(script);
  }
}, { rootMargin: "300px" }).observe(document.documentElement);
