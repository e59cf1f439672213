// What the pointer is at, and how it is marked.

const NEAR = 7; // pixels within which a line is pointed at

/** The node under the pointer, or else the nearest line that is near, or null. */
export function nearest({ svg, nodes, lines }, event) {
  const frame = svg.getBoundingClientRect();
  const x = event.clientX - frame.left;
  const y = event.clientY - frame.top;
  const under = ({ x: left, y: top, half }) => Math.abs(x - left) <= half.x + 1 && Math.abs(y - top) <= half.y + 1;
  const node = nodes.flat().find(under);
  if (node) return { layer: node.layer, index: node.index };
  let best = null;
  let least = NEAR;
  for (const line of lines) {
    const far = line.shown ? distance(x, y, line) : NEAR;
    if (far < least) {
      least = far;
      best = line;
    }
  }
  return best && { layer: best.gap + 1, index: best.to, from: best.from };
}

function distance(x, y, { x1, y1, x2, y2 }) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy);
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}

/** Mark a connection and its two ends, or a node and all its connections, or nothing. */
export function mark({ svg, nodes, lines }, at) {
  svg.classList.toggle("pointing", at !== null);
  for (const line of lines) {
    const comes = at !== null && line.gap === at.layer - 1 && line.to === at.index;
    const goes = at !== null && line.gap === at.layer && line.from === at.index;
    const one = comes && line.from === at.from;
    line.element.classList.toggle("on", at?.from === undefined ? comes || goes : one);
    line.element.classList.toggle("one", one);
  }
  for (const { layer, index, element } of nodes.flat()) {
    const end = layer === at?.layer && index === at?.index;
    const source = at?.from !== undefined && layer === at.layer - 1 && index === at.from;
    element.classList.toggle("on", end || source);
  }
}

/** Give the keyboard's focus to a node; only that one can then be reached with Tab. */
export function focus({ nodes }, layer, index) {
  for (const { element } of nodes.flat()) element.setAttribute("tabindex", -1);
  const { element } = nodes[layer][index];
  element.setAttribute("tabindex", 0);
  element.focus();
}
