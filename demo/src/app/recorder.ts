/** What was seen in 3D, until it is saved. */
import type { Pose3D } from "../pose";
import type { LiftedFrame } from "./pipeline";

export interface RecordedFrame {
  time: number;
  people: { id: number; pose: Pose3D }[];
}

/** About ten minutes: beyond, a phone's memory is at stake. */
export const MOST_FRAMES = 18_000;

export class Recorder {
  frames: RecordedFrame[] = [];
  recording = false;
  private start = 0;

  begin(): void {
    this.frames = [];
    this.recording = true;
    this.start = performance.now();
  }

  end(): void {
    this.recording = false;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.start) / 1000;
  }

  /** Takes a frame; its time is the clock's, as the source may start over. */
  add(frame: LiftedFrame): void {
    if (!this.recording) return;
    this.frames.push({ time: this.seconds, people: frame.people.map(({ id, pose }) => ({ id, pose })) });
    if (this.frames.length >= MOST_FRAMES) this.recording = false;
  }
}
