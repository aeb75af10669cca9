/** From the camera's frame to the room's: upright, with the feet on the floor. */
import type { Pose3D } from "../pose";

/** Degrees; beyond, the estimate is more likely wrong than the camera so steep. */
const STEEPEST = 60;

/**
 * Turns a pose by the camera's elevation about the camera's horizontal axis, so that gravity points down.
 *
 * @param pose Camera frame: x right, y down, z forward.
 * @param elevation Degrees by which the camera looks down; NaN counts as 0.
 * @returns `[17, 3]`, x right, y up, z towards the camera, from the root, in pose units.
 */
export function level(pose: Pose3D, elevation: number, mirrored: boolean): Float32Array {
  const degrees = Number.isFinite(elevation) ? Math.max(-STEEPEST, Math.min(STEEPEST, elevation)) : 0;
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const side = mirrored ? -1 : 1;
  const room = new Float32Array(pose.joints.length);
  for (let i = 0; i < room.length; i += 3) {
    const [x, y, z] = [pose.joints[i], pose.joints[i + 1], pose.joints[i + 2]];
    room[i] = side * x;
    room[i + 1] = -(y * cos + z * sin);
    room[i + 2] = y * sin - z * cos;
  }
  return room;
}

/** The lowest joint's height. */
export function lowest(room: Float32Array): number {
  let low = Infinity;
  for (let i = 1; i < room.length; i += 3) low = Math.min(low, room[i]);
  return low;
}
