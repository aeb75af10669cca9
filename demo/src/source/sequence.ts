/** Keypoints over time, played in a loop by the clock. */
import type { Frame2D } from "../pose";
import type { Source } from "./source";

export class SequenceSource implements Source {
  readonly live = false;
  readonly picture = null;
  readonly duration: number;
  readonly moves: boolean;
  private readonly step: number;
  private position = 0;
  private last = -1;
  private clock = performance.now();
  private running = true;

  constructor(
    private readonly frames: Frame2D[],
    readonly oneOverTime = false,
  ) {
    const count = frames.length;
    this.step = count > 1 ? (frames[count - 1].time - frames[0].time) / (count - 1) : 0;
    this.moves = count > 1;
    this.duration = count > 1 ? frames[count - 1].time - frames[0].time + this.step : 0;
  }

  get playing(): boolean {
    return this.running;
  }

  set playing(value: boolean) {
    this.time; // takes the clock to now
    this.running = value;
  }

  get time(): number {
    const now = performance.now();
    if (this.running && this.duration > 0) this.position = (this.position + (now - this.clock) / 1000) % this.duration;
    this.clock = now;
    return this.position;
  }

  async next(): Promise<Frame2D | null> {
    const index = this.indexAt(this.time);
    if (index === this.last) return null;
    this.last = index;
    return this.frames[index];
  }

  seek(time: number): void {
    this.clock = performance.now();
    this.position = Math.max(0, Math.min(time, this.duration - 1e-3));
    this.last = -1;
  }

  close(): void {
    this.running = false;
  }

  private indexAt(time: number): number {
    const at = this.frames[0].time + time;
    let low = 0;
    let high = this.frames.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.frames[middle].time <= at + 1e-6) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
