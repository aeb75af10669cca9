/**
 * From joint positions to the rotations of a body with rigid bones: a port of
 * posenet3d/geometry/inverse_kinematics.py, where the method is explained.
 *
 * The frame is y up, right-handed, x to the left of a person who faces z.
 */

import { JOINT_NAMES, LEFT, MIRROR, NUM_JOINTS, PARENTS, ROOT } from "../joints/skeleton";
import * as v from "../geometry/vectors";
import type { Matrix, Vector } from "../geometry/vectors";

/** Joints of a pose. */
export type Points = readonly Vector[];

const [DOWN, UP, TO_LEFT, TO_RIGHT]: Vector[] = [[0, -1, 0], [0, 1, 0], [1, 0, 0], [-1, 0, 0]];

/** The T-pose: where the bone that ends at a joint points, from a joint with no other child. */
const REST_DIRECTIONS: Record<string, Vector> = {
  thorax: UP,
  head: UP,
  left_knee: DOWN,
  left_ankle: DOWN,
  right_knee: DOWN,
  right_ankle: DOWN,
  left_elbow: TO_LEFT,
  left_wrist: TO_LEFT,
  right_elbow: TO_RIGHT,
  right_wrist: TO_RIGHT,
};

export const CHILDREN: readonly (readonly number[])[] = PARENTS.map((_, joint) =>
  PARENTS.flatMap((parent, child) => (parent === joint ? [child] : [])),
);

/** All joints, each before those that hang on it, in the order of a file's tree. */
export const DEPTH_FIRST: readonly number[] = below(ROOT);

/** Where each joint is from its parent when nothing is turned. */
export function restOffsets(poses: readonly Points[]): Vector[] {
  const vectors = poses.map(boneVectors);
  const lengths = PARENTS.map((_, joint) => median(vectors.map((bones) => v.length(bones[joint]))));
  const directions: Vector[] = PARENTS.map(() => [0, 0, 0]);
  for (const children of CHILDREN) {
    if (children.length === 1) directions[children[0]] = restDirection(children[0]);
    if (children.length > 1) {
      measuredDirections(vectors, children).forEach((d, i) => (directions[children[i]] = d));
    }
  }
  return directions.map((d, joint) => v.scale(d, (lengths[joint] + lengths[MIRROR[joint]]) / 2));
}

/** Each joint's rotation in the axes of its parent, of the root in those of the pose. */
export function solve(pose: Points, offsets: readonly Vector[]): Matrix[] {
  const bones = boneVectors(pose);
  const whole: Matrix[] = new Array<Matrix>(NUM_JOINTS).fill(v.IDENTITY);
  const local: Matrix[] = new Array<Matrix>(NUM_JOINTS).fill(v.IDENTITY);
  for (const joint of DEPTH_FIRST) {
    const above = joint === ROOT ? v.IDENTITY : whole[PARENTS[joint]];
    const children = CHILDREN[joint];
    // In the parent's axes, so that a rotation is what the joint itself adds.
    const wanted = children.map((child) => v.apply(v.transpose(above), v.unit(bones[child])));
    if (children.length === 1) {
      local[joint] = v.shortestArc(v.unit(offsets[children[0]]), wanted[0]);
    } else if (children.length) {
      const rest = children.map((child) => offsets[child]);
      local[joint] = v.bestFit(rest, wanted.map((d, i) => v.scale(d, v.length(rest[i]))));
    }
    whole[joint] = v.multiply(above, local[joint]);
  }
  return local;
}

function below(joint: number): number[] {
  return [joint, ...CHILDREN[joint].flatMap(below)];
}

function boneVectors(pose: Points): Vector[] {
  return pose.map((point, joint) =>
    joint === ROOT ? [0, 0, 0] : v.subtract(point, pose[PARENTS[joint]]),
  );
}

function restDirection(joint: number): Vector {
  const direction = REST_DIRECTIONS[JOINT_NAMES[joint]];
  if (!direction) throw new Error(`The joint ${JOINT_NAMES[joint]} has no rest pose.`);
  return direction;
}

/** Directions of the bones on one joint, as they stand to each other in most poses. */
function measuredDirections(vectors: readonly Vector[][], children: readonly number[]): Vector[] {
  const left = children.find((child) => LEFT.includes(child)) as number;
  const middle = children.find((child) => MIRROR[child] === child) as number;
  const turned = vectors.map((bones) => {
    const x = v.unit(v.subtract(bones[left], bones[MIRROR[left]]));
    const y = v.unit(v.subtract(bones[middle], v.scale(x, v.dot(bones[middle], x))));
    const axes = [x, y, v.cross(x, y)];
    return children.map((child) => axes.map((axis) => v.dot(v.unit(bones[child]), axis)));
  });
  const medians = children.map((_, c) => [0, 1, 2].map((axis) => median(turned.map((t) => t[c][axis]))));
  return children.map((child, c) => {
    const other = medians[children.indexOf(MIRROR[child])];
    return v.unit([medians[c][0] - other[0], medians[c][1] + other[1], medians[c][2] + other[2]]);
  });
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}
