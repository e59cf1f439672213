// Elements of a page and of a drawing.

export const SVG = "http://www.w3.org/2000/svg";

export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

/** A new SVG element at the end of `parent`. */
export function add(parent, name, attributes = {}, text = undefined) {
  const element = parent.appendChild(document.createElementNS(SVG, name));
  set(element, attributes);
  if (text !== undefined) element.textContent = text;
  return element;
}

export function button(parent, text, onclick) {
  const element = parent.appendChild(document.createElement("button"));
  element.type = "button";
  element.textContent = text;
  element.onclick = onclick;
  return element;
}
