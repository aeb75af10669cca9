/** Whether two poses, one soon after the other, can be of one person. */
import type { Pose2D } from "../pose";

const LEAST_COMMON = 5; // joints; of fewer nothing can be said

/** Sizes of the person (about half a metre each) that may lie between the two, at once and for each second. */
const AT_ONCE = 0.5;
const A_SECOND = 12;

const MOST_GROWTH = 2; // of the size in the image

/** False where the person jumps or grows in the image as nobody can: it is another one, or the picture was cut. */
export function samePerson(before: Pose2D, after: Pose2D, seconds: number): boolean {
  const common = [...before.confidence.keys()].filter((j) => before.confidence[j] > 0 && after.confidence[j] > 0);
  if (common.length < LEAST_COMMON) return true;
  const [a, b] = [extentOf(before, common), extentOf(after, common)];
  const size = Math.max(a.size, b.size);
  const moved = Math.hypot(b.x - a.x, b.y - a.y);
  return moved <= (AT_ONCE + A_SECOND * seconds) * size && size <= MOST_GROWTH * Math.min(a.size, b.size);
}

/** The centre of some joints, and their mean distance from it, pixels. */
function extentOf({ keypoints }: Pose2D, joints: number[]): { x: number; y: number; size: number } {
  const mean = (value: (joint: number) => number) => joints.reduce((sum, joint) => sum + value(joint), 0) / joints.length;
  const x = mean((joint) => keypoints[2 * joint]);
  const y = mean((joint) => keypoints[2 * joint + 1]);
  return { x, y, size: mean((joint) => Math.hypot(keypoints[2 * joint] - x, keypoints[2 * joint + 1] - y)) };
}
