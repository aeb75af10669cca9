/** How many frames a second reach the lifter, as measured. */

/** Frames a second that lifters of sequences know: with fewer and with more they go as with these. */
export const SLOWEST = 7.5;
export const FASTEST = 45;

const USUAL = 30; // until there are two frames
const SPAN = 1; // seconds over which it is measured

export class FrameRate {
  private readonly times: number[] = [];

  /** Takes in a frame, by its time in seconds; the rate with it. */
  next(time: number): number {
    this.times.push(time);
    while (time - this.times[0] > SPAN) this.times.shift();
    const intervals = this.times.length - 1;
    if (intervals === 0) return USUAL;
    return Math.min(Math.max(intervals / (time - this.times[0]), SLOWEST), FASTEST);
  }
}
