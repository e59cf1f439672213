// What lies over the scene, made as the page is read.

const over = document.body.appendChild(document.createElement("div"));
over.className = "xc-over";

export function element(name, className, text = "") {
  const node = over.appendChild(document.createElement(name));
  node.className = className;
  node.textContent = text;
  return node;
}

/** The bar of controls at the lower edge. */
export function bottomBar(label) {
  const bar = element("div", "xc-bar");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", label);
  return bar;
}
