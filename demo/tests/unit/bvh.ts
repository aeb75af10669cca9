/** A reader of BVH files for tests: the tree, and where the joints come to be. */

type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

interface Joint {
  name: string;
  parent: number;
  offset: Vector;
  channels: string[];
}

export interface Bvh {
  joints: Joint[];
  frameTime: number;
  /** Degrees and places, as the file has them. */
  frames: number[][];
  /** For each frame the place of each joint by name. */
  positions: Record<string, Vector>[];
}

export function parseBvh(text: string): Bvh {
  const [tree, motion] = text.split("MOTION\n");
  const joints: Joint[] = [];
  const stack: number[] = [];
  let ends = false;
  for (const line of tree.trim().split("\n").slice(1)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === "ROOT" || word === "JOINT") {
      joints.push({ name: rest[0], parent: stack[stack.length - 1] ?? -1, offset: [0, 0, 0], channels: [] });
    } else if (word === "End") ends = true;
    else if (word === "{") stack.push(joints.length - 1);
    else if (word === "}") {
      stack.pop();
      ends = false;
    } else if (word === "OFFSET" && !ends) joints[joints.length - 1].offset = rest.map(Number) as Vector;
    else if (word === "CHANNELS") joints[joints.length - 1].channels = rest.slice(1);
  }
  if (stack.length) throw new Error("a brace is not closed");
  const [count, time, ...rows] = motion.trim().split("\n");
  const frames = rows.map((row) => row.split(" ").map(Number));
  if (frames.length !== Number(count.replace("Frames: ", ""))) throw new Error("wrong number of frames");
  const positions = frames.map((frame) => placed(joints, frame));
  return { joints, frameTime: Number(time.replace("Frame Time: ", "")), frames, positions };
}

function placed(joints: Joint[], frame: number[]): Record<string, Vector> {
  const whole: Matrix[] = [];
  const places: Vector[] = [];
  let at = 0;
  for (const { parent, offset, channels } of joints) {
    const values = frame.slice(at, (at += channels.length));
    const above = whole[parent] ?? [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    const place = parent < 0 ? offset : add(places[parent], times(above, offset));
    const moved = channels.map((c, i) => [c, values[i]] as const);
    places.push(moved.reduce((p, [c, v]) => (c.endsWith("position") ? shifted(p, c[0], v) : p), place));
    whole.push(moved.reduce((m, [c, v]) => (c.endsWith("rotation") ? product(m, about(c[0], v)) : m), above));
  }
  return Object.fromEntries(joints.map(({ name }, joint) => [name, places[joint]]));
}

function shifted(place: Vector, axis: string, value: number): Vector {
  return place.map((p, i) => p + ("XYZ"[i] === axis ? value : 0)) as Vector;
}

function about(axis: string, degrees: number): Matrix {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  if (axis === "X") return [[1, 0, 0], [0, c, -s], [0, s, c]];
  if (axis === "Y") return [[c, 0, s], [0, 1, 0], [-s, 0, c]];
  return [[c, -s, 0], [s, c, 0], [0, 0, 1]];
}

function times(m: Matrix, v: Vector): Vector {
  return m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Vector;
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j])) as Matrix;
}

function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
