/** What is recorded, and what the writers share. */

import { isLifted } from "../joints/poses";
import type { Pose2D, Pose3D } from "../pose";

/** A recorded person. */
export interface RecordedPerson {
  id: number;
  pose: Pose3D;
  /** What was lifted, where it is kept; the files then have it too. */
  seen?: Pose2D;
}

/** A recorded frame. */
export interface RecordedFrame {
  /** Seconds, not falling from frame to frame. */
  time: number;
  people: RecordedPerson[];
}

/** A recording that cannot be written; the message is for the person who made it. */
export class SaveError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SaveError";
  }
}

/** Refuses recordings in which nothing is. */
export function needPoses(frames: RecordedFrame[]): void {
  if (!frames.length) throw new SaveError("Nothing has been recorded yet; record some frames first.");
  const people = frames.reduce((count, frame) => count + frame.people.length, 0);
  if (!people) {
    throw new SaveError(
      `Nobody is in the ${frames.length} recorded frames; record while a person is seen.`,
    );
  }
  if (!frames.some((frame) => frame.people.some(({ pose }) => isLifted(pose)))) {
    throw new SaveError(
      `Nobody in the ${frames.length} recorded frames was lifted; record while most of the body is seen.`,
    );
  }
}

/** A hundred-thousandth, as the package rounds; null: no number. */
export function rounded(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.round(value * 1e5) / 1e5 + 0;
}
