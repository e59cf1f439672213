// Balls for points: every point of a mesh becomes a round solid in its color.

/** Make them of a mesh of points; `ball` is the solid, with its corners at distance 1, and `radius` theirs. */
export function makeBalls(mesh, { ball, radius }) {
  const centers = mesh.getPoints().getData();
  const n = centers.length / 3;
  const corners = ball.corners.length / 3;
  const scalars = mesh.getPointData().getScalars();
  const levels = scalars.getData();
  const level = (_, i) => levels[3 * Math.floor(i / (3 * corners)) + (i % 3)];
  scalars.setData(Uint8Array.from({ length: n * corners * 3 }, level), 3);
  const faces = new Uint32Array((n * ball.triangles.length * 4) / 3);
  for (let i = 0, k = 0; i < n; i++) {
    for (let t = 0; t < ball.triangles.length; t++) {
      if (t % 3 === 0) faces[k++] = 3;
      faces[k++] = i * corners + ball.triangles[t];
    }
  }
  mesh.getVerts().setData(new Uint32Array(0));
  mesh.getPolys().setData(faces);
  moveBalls(mesh, centers, { ball, radius });
}

// Balls at one place, as after a deletion, would flicker while they are turned: which is in front would be decided by
// rounding. No two are of quite the same size: multiples of the golden ratio spread most evenly.
const [SPREAD, GOLDEN] = [0.04, (1 + Math.sqrt(5)) / 2];
const size = (i) => 1 - SPREAD * ((i * GOLDEN) % 1);

/** Move them to other centers, as many as there were. */
export function moveBalls(mesh, centers, { ball, radius }) {
  const { corners } = ball;
  const data = new Float32Array((centers.length * corners.length) / 3);
  for (let i = 0, k = 0; i < centers.length; i += 3) {
    const r = radius * size(i / 3);
    for (let v = 0; v < corners.length; v++, k++) data[k] = centers[i + (v % 3)] + r * corners[v];
  }
  mesh.getPoints().setData(data, 3);
  mesh.modified();
}
