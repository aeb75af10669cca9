/** Follows one person with a lifter of sequences, and knows when what it remembers is of no use any more. */
import type { LiveLifter, Memory } from "../lift/live";
import type { Pose2D, Pose3D } from "../pose";
import { FASTEST, FrameRate } from "./frame_rate";
import { samePerson } from "./same_person";

/** Seconds without a frame, or without the person, after which the memory is thrown away. */
export const LONGEST_GAP = 0.5;

const LEAST_INTERVAL = 1 / FASTEST - 1e-3; // seconds; clocks are not exact

/** What is known of the person who is followed. */
interface Track {
  id: number | undefined;
  rate: FrameRate;
  memory: Memory;
  /** Of the last frame: by the source's time and by the clock, and the person in it. */
  time: number;
  clock: number;
  lifted: Pose3D | null;
  /** When and how the person was last seen. */
  seenAt: number;
  seen: Pose2D;
}

export class Follower {
  private track: Track | null = null;
  private turn = 0;

  constructor(private readonly lifter: Pick<LiveLifter, "step">) {}

  /** Throws the memory away: the next frame is somebody's first. */
  forget(): void {
    this.track = null;
    this.turn++;
  }

  /**
   * Lifts the next frame; null where nobody can be lifted.
   *
   * Frames that come faster than the lifter knows get the answer of the frame before.
   *
   * @param pose Null: nobody is seen.
   * @param time Seconds, by the source. One that goes back or jumps begins anew.
   * @param id Identity, where the source knows it.
   */
  async lift(pose: Pose2D | null, time: number, id?: number): Promise<Pose3D | null> {
    const clock = performance.now() / 1000;
    if (this.track && !goesOn(this.track, pose, time, clock, id)) this.forget();
    const { track, turn } = this;
    if (!pose && !track) return null;
    if (track && time - track.time < LEAST_INTERVAL) return pose && track.lifted;
    const rate = track?.rate ?? new FrameRate();
    const { pose: lifted, memory } = await this.lifter.step(pose, rate.next(time), track?.memory ?? null);
    if (turn !== this.turn) return lifted; // what was forgotten meanwhile is not remembered again
    const last = pose && lifted ? { id, seenAt: time, seen: pose } : track;
    this.track = last && { ...last, rate, memory, time, clock, lifted };
    return lifted;
  }
}

function goesOn(track: Track, pose: Pose2D | null, time: number, clock: number, id: number | undefined): boolean {
  if (time < track.time || time - track.seenAt > LONGEST_GAP || clock - track.clock > LONGEST_GAP) return false;
  return !pose || (id === track.id && samePerson(track.seen, pose, time - track.seenAt));
}
