/** What was seen in 3D, until it is saved. */
import type { RecordedFrame } from "../save";
import type { LiftedFrame } from "./pipeline";

/** About ten minutes: beyond, a phone's memory is at stake. */
const MOST_FRAMES = 18_000;

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
    const people = frame.people.map(({ id, pose, pose2d }) => ({ id, pose, seen: pose2d }));
    this.frames.push({ time: this.seconds, people });
    if (this.frames.length >= MOST_FRAMES) this.recording = false;
  }
}
