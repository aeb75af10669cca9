/** A detector's or a file's joints as the lifter's, by the maps that the Python package declares. */

import type { Detected, Pose2D } from "../pose";
import { NUM_JOINTS } from "./skeleton";
import tables from "./tables.json";

/** A weighted sum of source joints. */
interface Sum {
  joints: number[];
  weights: number[];
}

interface JointMap {
  joint_names: string[];
  /** For each joint of the lifter the sums it may come from, best first. */
  rules: Sum[][];
}

const MAPS = new Map<string, JointMap>(Object.entries(tables.maps));

/** Names of the keypoint sets that `mapJoints` knows. */
export const KEYPOINT_SETS: readonly string[] = [...MAPS.keys()];

/** The joints of a keypoint set in their order; throws where it is not known. */
export function jointNames(skeleton: string): readonly string[] {
  return mapOf(skeleton).joint_names;
}

/**
 * The lifter's joints of a detected person.
 *
 * Each comes from the first of its rules whose joints were all seen (confidence above 0), and is as
 * certain as the least certain of them; where there is none the joint is missing: (0, 0) with
 * confidence 0. What stands at a joint that was not seen is not looked at.
 */
export function mapJoints(detected: Detected): Pose2D {
  const map = mapOf(detected.skeleton);
  const count = map.joint_names.length;
  if (detected.keypoints.length !== 2 * count || detected.confidence.length !== count) {
    throw new Error(
      `${detected.skeleton} has ${count} joints, so there must be ${2 * count} coordinates and ` +
        `${count} confidences; got ${detected.keypoints.length} and ${detected.confidence.length}.`,
    );
  }
  const keypoints = new Float32Array(2 * NUM_JOINTS);
  const confidence = new Float32Array(NUM_JOINTS);
  map.rules.forEach((sums, joint) => {
    const sum = sums.find(({ joints }) => joints.every((j) => detected.confidence[j] > 0));
    if (!sum) return;
    confidence[joint] = Math.min(...sum.joints.map((j) => detected.confidence[j]));
    for (const axis of [0, 1]) {
      let value = 0;
      sum.joints.forEach((j, i) => (value += sum.weights[i] * detected.keypoints[2 * j + axis]));
      keypoints[2 * joint + axis] = value;
    }
  });
  return { keypoints, confidence };
}

function mapOf(skeleton: string): JointMap {
  const map = MAPS.get(skeleton);
  if (!map) {
    throw new Error(`No joints named ${skeleton} are known; known are ${KEYPOINT_SETS.join(", ")}.`);
  }
  return map;
}
