import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Follower } from "../../src/follow/follower";
import type { Memory, Step } from "../../src/lift/live";
import type { Pose2D, Pose3D } from "../../src/pose";

/** Remembers how many frames of the person it has got; notes what it was given. */
class Counting {
  /** Of each call: frames remembered, frames a second, joints seen. */
  readonly calls: [number, number, number][] = [];

  async step(pose: Pose2D | null, frameRate: number, memory: Memory | null): Promise<Step> {
    const before = memory?.[0] ?? 0;
    const seen = pose ? pose.confidence.filter((value) => value > 0).length : 0;
    this.calls.push([before, frameRate, seen]);
    const lifted = { joints: new Float32Array(51), filled: [], elevation: before, score: null };
    return { pose: seen < 9 ? null : lifted, memory: Float32Array.of(before + 1) };
  }

  get remembered(): number[] {
    return this.calls.map(([before]) => before);
  }
}

let lifter: Counting;
let follower: Follower;
let clock: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  clock = 0;
  lifter = new Counting();
  follower = new Follower(lifter);
});
afterEach(() => void vi.useRealTimers());

function person(x = 300, size = 100, seen = 17): Pose2D {
  const keypoints = Float32Array.from({ length: 34 }, (_, i) => (i % 2 ? 200 + size * Math.sin(i) : x + size * Math.cos(i)));
  return { keypoints, confidence: new Float32Array(17).fill(1, 0, seen) };
}

/** The frame of a time, which comes when the source says so. */
function at(time: number, pose: Pose2D | null = person(), id?: number): Promise<Pose3D | null> {
  if (time > clock) vi.advanceTimersByTime(1000 * (time - clock));
  clock = time;
  return follower.lift(pose, time, id);
}

async function walk(from: number, frames: number, rate = 30): Promise<void> {
  for (let i = 0; i < frames; i++) await at(from + i / rate);
}

it("gives each frame the memory of the one before", async () => {
  await walk(0, 5);
  expect(lifter.remembered).toEqual([0, 1, 2, 3, 4]);
});

it.each([
  [30, 30],
  [12, 12],
  [4, 7.5], // slower than the lifter knows
])("tells the rate at which frames come: %d a second", async (rate, told) => {
  await walk(0, 20, rate);
  expect(lifter.calls.at(-1)![1]).toBeCloseTo(told, 3);
});

it("measures the rate anew when it changes", async () => {
  await walk(0, 30, 30);
  await walk(1, 20, 10);
  expect(lifter.calls.at(-1)![1]).toBeCloseTo(10, 3);
});

it("leaves out frames that come faster than the lifter knows, and answers as before", async () => {
  const answers: (Pose3D | null)[] = [];
  for (let i = 0; i < 60; i++) answers.push(await at(i / 60));
  expect(lifter.calls).toHaveLength(30);
  expect(lifter.calls.at(-1)![1]).toBeCloseTo(30, 3);
  expect(answers[1]).toBe(answers[0]);
  expect(answers[2]).not.toBe(answers[0]);
});

it("lets the time pass while the person is not seen for a moment", async () => {
  await walk(0, 3);
  expect(await at(0.1, null)).toBeNull();
  await at(0.2);
  expect(lifter.remembered).toEqual([0, 1, 2, 3, 4]);
  expect(lifter.calls[3][2]).toBe(0);
});

it("forgets a person who was lost for long", async () => {
  await walk(0, 3);
  for (const time of [0.2, 0.35, 0.5, 0.65]) await at(time, null);
  await at(0.75);
  expect(lifter.remembered.at(-1)).toBe(0);
  expect(lifter.calls).toHaveLength(3 + 3 + 1); // nothing is done for nobody
});

it("takes somebody with too few joints for nobody", async () => {
  await walk(0, 3);
  for (const time of [0.2, 0.35, 0.5, 0.65]) expect(await at(time, person(300, 100, 5))).toBeNull();
  await at(0.75);
  expect(lifter.remembered.at(-1)).toBe(0);
});

it.each([
  ["a long pause", 0.7],
  ["a video wound back", 0.02],
])("forgets after %s", async (_, time) => {
  await walk(0, 3);
  await at(time);
  expect(lifter.remembered).toEqual([0, 1, 2, 0]);
});

it("forgets after a pause by the clock, though the source's time goes on where it was", async () => {
  await walk(0, 3);
  vi.advanceTimersByTime(600);
  await at(0.1);
  expect(lifter.remembered).toEqual([0, 1, 2, 0]);
});

it("forgets when it is told to, also while a frame is being lifted", async () => {
  await walk(0, 3);
  follower.forget();
  const lifting = at(0.1);
  follower.forget();
  await lifting;
  await at(0.13);
  expect(lifter.remembered).toEqual([0, 1, 2, 0, 0]);
});

it.each([
  ["of another identity", person(), 2],
  ["elsewhere in the image", person(700), 1],
  ["of another size", person(300, 30), 1],
])("forgets when the person is one %s", async (_, other, id) => {
  for (const time of [0, 0.03, 0.06]) await at(time, person(), 1);
  await at(0.1, other, id);
  await at(0.13, other, id);
  expect(lifter.remembered).toEqual([0, 1, 2, 0, 1]);
});

it("goes on with a person who runs through the image and comes nearer", async () => {
  for (let i = 0; i < 10; i++) await at(i / 10, person(300 + 60 * i, 100 + 8 * i), 1);
  expect(lifter.remembered.at(-1)).toBe(9);
});
