/** What is asked of lifted poses in several places. */

import type { Pose3D } from "../pose";
import { NUM_JOINTS } from "./skeleton";

/** Whether there is a 3D pose; the lifter leaves people with too few joints as NaN. */
export function isLifted({ joints }: Pose3D): boolean {
  return joints.length === 3 * NUM_JOINTS && joints.every(Number.isFinite);
}
