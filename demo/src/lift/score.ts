/**
 * The score: of the expected error, where the lifter says it; else of how much the lifter agrees with
 * itself, a port of posenet3d/models/self_check.py.
 *
 * A lifted pose is turned, projected and lifted again, from six sides, and each answer turned back.
 * Where the lifter knows the depths all answers agree with the pose. No label is needed.
 *
 * The Python package lifts each view once. A `.tflite` lifts every pose in a mirror as well and
 * averages the two, so with it the score is not exactly that of the package, but nearly.
 */

import * as v from "../geometry/vectors";
import type { Matrix } from "../geometry/vectors";
import { isLifted } from "../joints/poses";
import { MIRROR, NUM_JOINTS } from "../joints/skeleton";
import tables from "../joints/tables.json";
import type { Pose2D, Pose3D } from "../pose";

const { views: VIEWS, elevation: MEAN_ELEVATION, distance, min_depth: MIN_DEPTH } = tables.self_check;

/** How many 2D poses `scoreOf` lifts for a person. */
export const VIEWS_A_POSE: number = VIEWS;

/** Pixels a unit of the image plane: lifters normalise, so that any size will do. */
const PIXELS = 1000;

/** Lifts complete 2D poses, in pixels, all joints of confidence 1; `joints` as in `Pose3D`. */
export type LiftMany = (poses: Pose2D[]) => Promise<Float32Array[]>;

/**
 * The score of a pose in (0, 1], NaN where there is no pose.
 *
 * @param pose `joints` must be as the lifter gave them (pose units, from the root, camera frame),
 *   before any smoothing; `elevation` as it gave it, in degrees; NaN: the lifter's mean.
 */
export async function scoreOf(pose: Pose3D, liftMany: LiftMany): Promise<number> {
  return (await scoresOf([pose], liftMany))[0];
}

/** The scores of several people, whose views are lifted in one go. */
export async function scoresOf(poses: Pose3D[], liftMany: LiftMany): Promise<number[]> {
  const rows = poses.flatMap((pose, row) => (isLifted(pose) ? [row] : []));
  const seen = rows.flatMap((row) => viewsOf(poses[row]).map((view) => view.seen));
  const lifted = seen.length ? await liftMany(seen) : [];
  const scores = poses.map(() => NaN);
  rows.forEach((row, i) => {
    scores[row] = compare(poses[row], lifted.slice(i * VIEWS, (i + 1) * VIEWS));
  });
  return scores;
}

/** The expected error of a pose: the mean over its joints, the root not counted; null: not said. */
export function expectedErrorOf({ expectedError }: Pose3D): number | null {
  if (!expectedError) return null;
  return expectedError.reduce((sum, error) => sum + error, 0) / (NUM_JOINTS - 1); // the root's is 0
}

/** The score of an error in pose units: half where it is a tenth. */
export function scoreOfError(error: number): number {
  return 1 / (1 + error / 0.1);
}

interface View {
  /** The pose as it stands before this view's camera. */
  turned: Float64Array;
  seen: Pose2D;
  matrix: Matrix;
  mirrored: boolean;
}

/** What the fixed views see of a pose, every other one in a mirror. */
export function viewsOf(pose: Pose3D): View[] {
  const mean = radians(MEAN_ELEVATION);
  const from = Number.isFinite(pose.elevation) ? radians(pose.elevation) : mean;
  return Array.from({ length: VIEWS }, (_, number) => {
    const azimuth = (2 * Math.PI * (number + 0.5)) / VIEWS;
    const matrix = v.multiply(v.multiply(aboutX(mean), aboutY(azimuth)), aboutX(-from));
    const mirrored = number % 2 === 1;
    const points = turn(pose.joints, matrix);
    const turned = mirrored ? mirror(points) : points;
    return { turned, seen: project(turned), matrix, mirrored };
  });
}

function compare(pose: Pose3D, answers: Float32Array[]): number {
  const distances = viewsOf(pose).map(({ matrix, mirrored }, view) => {
    const answer = mirrored ? mirror(answers[view]) : answers[view];
    return meanDistance(sizedLike(turn(answer, v.transpose(matrix)), pose.joints), pose.joints);
  });
  const disagreement = distances.reduce((sum, d) => sum + d, 0) / distances.length;
  return scoreOfError(disagreement);
}

/** As the camera sees it, the root in the middle, its size that of the pose. */
function project(points: Float64Array): Pose2D {
  const keypoints = new Float32Array(2 * NUM_JOINTS);
  for (let joint = 0; joint < NUM_JOINTS; joint++) {
    const depth = Math.max(points[3 * joint + 2] + distance, MIN_DEPTH);
    keypoints[2 * joint] = (PIXELS * points[3 * joint]) / depth;
    keypoints[2 * joint + 1] = (PIXELS * points[3 * joint + 1]) / depth;
  }
  return { keypoints, confidence: new Float32Array(NUM_JOINTS).fill(1) };
}

/** x changes its sign, left and right joints change places. */
function mirror(points: ArrayLike<number>): Float64Array {
  const mirrored = new Float64Array(points.length);
  MIRROR.forEach((other, joint) => {
    mirrored[3 * joint] = -points[3 * other];
    mirrored[3 * joint + 1] = points[3 * other + 1];
    mirrored[3 * joint + 2] = points[3 * other + 2];
  });
  return mirrored;
}

/** Scaled by least squares to the size of the other. */
function sizedLike(points: Float64Array, model: Float32Array): Float64Array {
  let product = 0;
  let squared = 0;
  points.forEach((value, i) => {
    product += value * model[i];
    squared += value * value;
  });
  const factor = product / Math.max(squared, 1e-12);
  return points.map((value) => value * factor);
}

function meanDistance(points: Float64Array, model: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 3) {
    sum += Math.hypot(points[i] - model[i], points[i + 1] - model[i + 1], points[i + 2] - model[i + 2]);
  }
  return sum / NUM_JOINTS;
}

function turn(points: ArrayLike<number>, matrix: Matrix): Float64Array {
  const turned = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    turned.set(v.apply(matrix, [points[i], points[i + 1], points[i + 2]]), i);
  }
  return turned;
}

/** Turns y towards z. */
function aboutX(angle: number): Matrix {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [1, 0, 0, 0, c, -s, 0, s, c];
}

/** Turns z towards x. */
function aboutY(angle: number): Matrix {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c, 0, s, 0, 1, 0, -s, 0, c];
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
