import { describe, expect, it } from "vitest";
import { Smoother } from "../../src/motion/smooth";
import { expectNear, flat, golden } from "./golden";

const { times, poses, expected } = golden<{ times: number[]; poses: unknown[]; expected: unknown[] }>(
  "smoothing",
);

/** A pose of two joints, one of which has moved this far. */
function at(x: number): Float32Array {
  return Float32Array.of(0, 0, 0, 1 + x, 0, 0);
}

describe("Smoother", () => {
  it("filters as the package does, at uneven times and over a missing frame", () => {
    const smoother = new Smoother();
    times.forEach((time, frame) => {
      expectNear(smoother.next(flat(poses[frame]), time), flat(expected[frame]), 1e-4);
    });
  });

  it("calms jitter", () => {
    const smoother = new Smoother();
    const smooth = times.map((_, i) => smoother.next(at(i % 2 ? 0.1 : -0.1), i / 30)[3]);
    const late = smooth.slice(20);
    expect(Math.max(...late) - Math.min(...late)).toBeLessThan(0.1);
  });

  it("does not care for the unit", () => {
    const [one, thousand] = [new Smoother(), new Smoother()];
    for (let i = 0; i < 20; i++) {
      const pose = at(Math.sin(i));
      const big = thousand.next(pose.map((v) => 1000 * v), i / 30);
      expectNear(big.map((v) => v / 1000), one.next(pose, i / 30), 1e-5);
    }
  });

  it.each([
    ["a long gap", 5],
    ["a video wound back", -1],
  ])("begins anew after %s", (_, time) => {
    const smoother = new Smoother();
    smoother.next(at(0), 0);
    expect(smoother.next(at(3), time)).toEqual(at(3));
  });

  it("gives the last answer again when time stands still", () => {
    const smoother = new Smoother();
    smoother.next(at(0), 0);
    const answer = smoother.next(at(1), 0.1);
    expect(smoother.next(at(2), 0.1)).toEqual(answer);
  });

  it("bears a missing pose and a time that is no number, and begins anew", () => {
    const smoother = new Smoother();
    smoother.next(at(0), 0);
    expect(smoother.next(at(NaN), 0.1).every(Number.isNaN)).toBe(true);
    expect(smoother.next(at(1), 0.2)).toEqual(at(1));
    expect(smoother.next(at(1), NaN).every(Number.isNaN)).toBe(true);
    expect(smoother.next(at(2), 0.3)).toEqual(at(2));
  });

  it("does not keep or change the caller's pose", () => {
    const smoother = new Smoother();
    const pose = at(0);
    const answer = smoother.next(pose, 0);
    pose.fill(9);
    answer.fill(9);
    expect(smoother.next(at(0), 0.1)).toEqual(at(0));
  });
});
