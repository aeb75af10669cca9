/** What a lifter's file answers, as poses. */
import { NUM_JOINTS } from "../joints/skeleton";
import type { Pose2D, Pose3D } from "../pose";

/** The 3D pose in a row of the outputs; null where there are too few joints. */
export function poseIn(outputs: Record<string, Float32Array>, row: number, { confidence }: Pose2D): Pose3D | null {
  const rowOf = (values: Float32Array, size: number) => values.slice(row * size, (row + 1) * size);
  const joints = rowOf(outputs.keypoints_3d, 3 * NUM_JOINTS);
  if (!joints.every(Number.isFinite)) return null;
  return {
    joints,
    filled: Array.from(confidence, (value) => value === 0),
    elevation: outputs.elevation[row],
    score: null,
    // Lifters exported before it was estimated do not have it.
    expectedError: outputs.expected_error && rowOf(outputs.expected_error, NUM_JOINTS),
  };
}
