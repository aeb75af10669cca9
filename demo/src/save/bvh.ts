/** A recorded person over time as BVH, for Blender and others: as posenet3d/formats/writers/bvh.py. */

import { JOINT_NAMES, NUM_JOINTS, PARENTS, ROOT, STATURE_WEIGHTS } from "../joints/skeleton";
import { CHILDREN, DEPTH_FIRST, restOffsets, solve } from "./inverse_kinematics";
import { evenly, trackOf } from "./tracks";
import { needPoses, type RecordedFrame } from "./recording";
import * as v from "../geometry/vectors";
import type { Matrix, Quaternion, Vector } from "../geometry/vectors";

/** Standing height of people, which one view cannot tell, as the package assumes it. */
export const ASSUMED_HEIGHT_CM = 175;

/** Share of the stature between ankle and top of the head, as in posenet3d/poses/stature.py. */
const ANKLE_TO_TOP = 1 - 0.039;

const ROTATION = "Zrotation Xrotation Yrotation";
const END_SHARE = 0.25; // of the last bone; without an end site tools cannot draw the last joint

/**
 * One person as a body with rigid bones, in centimetres, y up.
 *
 * The person is 175 cm tall. Frames are evenly spaced, by the middle of the intervals between those
 * recorded; where the person was not seen, joints turn evenly from the pose before to the one after.
 *
 * @param id Who; by default the person who is in most frames.
 * @throws SaveError where there is no pose.
 */
export function toBvh(frames: RecordedFrame[], id?: number): string {
  needPoses(frames);
  const { poses, interval } = evenly(trackOf(frames, id));
  const points = poses.map((pose) => pose && inCentimetres(pose));
  const offsets = restOffsets(points.filter((pose) => pose !== null));
  const rotations = points.map((pose) => pose && solve(pose, offsets).map(v.toQuaternion));
  const turned = withoutGaps(rotations);
  const angles = withoutJumps(
    turned.map((pose) => DEPTH_FIRST.map((joint) => eulerZxy(v.toMatrix(pose[joint])))),
  );
  return [
    "HIERARCHY",
    ...jointLines(offsets, ROOT, ""),
    "MOTION",
    `Frames: ${points.length}`,
    `Frame Time: ${interval.toFixed(9)}`,
    ...angles.map((pose) => `${numbers([0, 0, 0])} ${pose.map((a) => numbers(degrees(a))).join(" ")}`),
    "",
  ].join("\n");
}

/** From pose units, x right and y down, to a body of the assumed height, y up. */
function inCentimetres(joints: Float32Array): Vector[] {
  const points = Array.from(
    { length: NUM_JOINTS },
    (_, j): Vector => [joints[3 * j], -joints[3 * j + 1], -joints[3 * j + 2]],
  );
  const lower = PARENTS.flatMap((parent, joint) => (parent < 0 ? [] : [joint]));
  const body = lower.reduce((total, joint, bone) => {
    const vector = v.subtract(points[joint], points[PARENTS[joint]]);
    return total + STATURE_WEIGHTS[bone] * v.length(vector);
  }, 0);
  const factor = body > 0 ? (ANKLE_TO_TOP * ASSUMED_HEIGHT_CM) / body : 0;
  return points.map((point) => v.scale(v.subtract(point, points[ROOT]), factor));
}

/** The rotations of all frames; those between two poses turn evenly from the one to the other. */
function withoutGaps(rotations: readonly (Quaternion[] | null)[]): Quaternion[][] {
  const whole: Quaternion[][] = [];
  let last = -1; // the frame of the pose before; the first frame has one
  rotations.forEach((pose, frame) => {
    if (!pose) return;
    const start = whole[last] ?? pose;
    for (let between = last + 1; between < frame; between++) {
      const share = (between - last) / (frame - last);
      whole.push(start.map((q, joint) => v.slerp(q, pose[joint], share)));
    }
    whole.push(pose);
    last = frame;
  });
  while (whole.length < rotations.length) whole.push(whole[last]); // after the last pose it stands still
  return whole;
}

/** Angles about z, x and y whose matrix Rz Rx Ry is this, in radians. */
function eulerZxy(m: Matrix): Vector {
  const x = Math.asin(Math.min(Math.max(m[7], -1), 1));
  // Where x is a right angle z and y turn about the same axis; z does it all.
  if (Math.hypot(m[1], m[4]) < 1e-6) return [Math.atan2(m[3], m[0]), x, 0];
  return [Math.atan2(-m[1], m[4]), x, Math.atan2(-m[6], m[8])];
}

/** The same rotations, each near that of the frame before: tools interpolate angles. */
function withoutJumps(poses: Vector[][]): Vector[][] {
  const whole = 2 * Math.PI;
  for (let frame = 1; frame < poses.length; frame++) {
    poses[frame] = poses[frame].map((angles, joint) => {
      const last = poses[frame - 1][joint];
      const near = (a: number, axis: number) => a - whole * Math.round((a - last[axis]) / whole);
      const [z, x, y] = angles;
      const same = angles.map(near) as unknown as Vector;
      const flipped = [z + Math.PI, Math.PI - x, y + Math.PI].map(near) as unknown as Vector;
      return way(flipped, last) < way(same, last) ? flipped : same;
    });
  }
  return poses;
}

function way(angles: Vector, last: Vector): number {
  return angles.reduce((sum, angle, axis) => sum + Math.abs(angle - last[axis]), 0);
}

/** The joint's block of the tree. */
function jointLines(offsets: Vector[], joint: number, indent: string): string[] {
  const root = joint === ROOT;
  const channels = root ? `6 Xposition Yposition Zposition ${ROTATION}` : `3 ${ROTATION}`;
  const inner = `${indent}\t`;
  const end = numbers(v.scale(offsets[joint], END_SHARE));
  return [
    `${indent}${root ? "ROOT" : "JOINT"} ${JOINT_NAMES[joint]}`,
    `${indent}{`,
    `${inner}OFFSET ${numbers(offsets[joint])}`,
    `${inner}CHANNELS ${channels}`,
    ...CHILDREN[joint].flatMap((child) => jointLines(offsets, child, inner)),
    ...(CHILDREN[joint].length ? [] : [`${inner}End Site`, `${inner}{`, `${inner}\tOFFSET ${end}`, `${inner}}`]),
    `${indent}}`,
  ];
}

function degrees(angles: Vector): Vector {
  return v.scale(angles, 180 / Math.PI);
}

function numbers(values: Vector): string {
  return values.map((value) => (Math.abs(value) < 5e-7 ? 0 : value).toFixed(6)).join(" ");
}
