/** Vectors, and rotations as matrices row by row and as unit quaternions (x, y, z, w). */

export type Vector = readonly [number, number, number];
export type Matrix = readonly number[];
export type Quaternion = readonly [number, number, number, number];

export const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

const TINY = 1e-9;

export function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function length(a: Vector): number {
  return Math.hypot(...a);
}

/** The same direction with length 1; no direction stays none. */
export function unit(a: Vector): Vector {
  const size = length(a);
  return size > TINY ? scale(a, 1 / size) : [0, 0, 0];
}

export function apply(m: Matrix, v: Vector): Vector {
  return [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ];
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [3 * Math.floor(i / 3), i % 3];
    return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6];
  });
}

export function transpose(m: Matrix): Matrix {
  return [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];
}

export function toMatrix([x, y, z, w]: Quaternion): Matrix {
  return [
    1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
  ];
}

/** Of the four ways to read a quaternion off a matrix the one that divides by the largest part. */
export function toQuaternion(m: Matrix): Quaternion {
  const [xx, yy, zz] = [m[0], m[4], m[8]];
  const [xy, xz, yz] = [m[1] + m[3], m[2] + m[6], m[5] + m[7]];
  const [wx, wy, wz] = [m[7] - m[5], m[2] - m[6], m[3] - m[1]];
  const rows = [
    [1 + xx - yy - zz, xy, xz, wx],
    [xy, 1 - xx + yy - zz, yz, wy],
    [xz, yz, 1 - xx - yy + zz, wz],
    [wx, wy, wz, 1 + xx + yy + zz],
  ];
  const diagonal = rows.map((row, i) => row[i]);
  return normalised(rows[diagonal.indexOf(Math.max(...diagonal))]);
}

/** Between two rotations, the short way round at constant speed (Shoemake, SIGGRAPH 1985). */
export function slerp(start: Quaternion, end: Quaternion, share: number): Quaternion {
  const cosine = start.reduce((sum, value, i) => sum + value * end[i], 0);
  const near = cosine < 0 ? end.map((value) => -value) : end;
  const angle = Math.acos(Math.min(Math.abs(cosine), 1));
  if (angle < TINY) return start;
  const [rest, weight] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
  return normalised(start.map((value, i) => rest * value + weight * near[i]));
}

/** Turns the unit vector `start` to `end` the shortest way. */
export function shortestArc(start: Vector, end: Vector): Matrix {
  if (length(end) === 0) return IDENTITY; // a bone without length says nothing
  const cosine = dot(start, end);
  if (cosine < -1 + TINY) {
    // Opposite directions leave the axis open: any at right angles will do.
    const sizes = start.map(Math.abs);
    const least = sizes.indexOf(Math.min(...sizes));
    const axis = unit(cross(start, [+(least === 0), +(least === 1), +(least === 2)]));
    return toMatrix([axis[0], axis[1], axis[2], 0]);
  }
  const axis = cross(start, end);
  return toMatrix(normalised([axis[0], axis[1], axis[2], 1 + cosine]));
}

/** The rotation about the origin that brings points nearest their targets in least squares. */
export function bestFit(points: readonly Vector[], targets: readonly Vector[]): Matrix {
  // The largest eigenvector of this matrix is the quaternion: Horn, Closed-form solution of
  // absolute orientation using unit quaternions, J. Opt. Soc. Am. A 4, 1987.
  const s = [0, 1, 2].map((i) => [0, 1, 2].map((j) => sum(points.map((p, k) => p[i] * targets[k][j]))));
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = s;
  return toMatrix(
    largestEigenvector([
      [xx - yy - zz, xy + yx, zx + xz, yz - zy],
      [xy + yx, -xx + yy - zz, yz + zy, zx - xz],
      [zx + xz, yz + zy, -xx - yy + zz, xy - yx],
      [yz - zy, zx - xz, xy - yx, xx + yy + zz],
    ]),
  );
}

/** Of a symmetric 4 x 4 matrix, by Jacobi's rotations. */
function largestEigenvector(matrix: number[][]): Quaternion {
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((__, j) => +(i === j)));
  const enough = 1e-12 * a.reduce((most, row, i) => Math.max(most, Math.abs(row[i])), 0);
  for (let sweep = 0; sweep < 12 && largestBeside(a) > enough; sweep++) {
    for (let p = 0; p < 3; p++) for (let q = p + 1; q < 4; q++) rotate(a, vectors, p, q);
  }
  const values = a.map((row, i) => row[i]);
  const largest = values.indexOf(Math.max(...values));
  return normalised(vectors.map((row) => row[largest]));
}

/** The largest element beside the diagonal. */
function largestBeside(a: number[][]): number {
  return Math.max(...[a[0][1], a[0][2], a[0][3], a[1][2], a[1][3], a[2][3]].map(Math.abs));
}

/** Brings the element (p, q) to 0. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < 4; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  for (let k = 0; k < 4; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
  for (const row of vectors) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}

function normalised(q: readonly number[]): Quaternion {
  const size = Math.hypot(...q);
  return size > 0 ? [q[0] / size, q[1] / size, q[2] / size, q[3] / size] : [0, 0, 0, 1];
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
