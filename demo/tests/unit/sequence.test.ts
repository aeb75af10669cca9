import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Frame2D } from "../../src/pose";
import { SequenceSource } from "../../src/source/sequence";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** Ten frames a second, from second 3 on, as a cut of a longer recording has them. */
const frames = (count: number): Frame2D[] => Array.from({ length: count }, (_, i) => ({ time: 3 + i / 10, people: [] }));
const after = (seconds: number) => vi.advanceTimersByTime(1000 * seconds);
const timeOf = async (source: SequenceSource) => (await source.next())?.time;

it("gives each frame when its time has come, and once", async () => {
  const source = new SequenceSource(frames(10));
  expect(await timeOf(source)).toBe(3);
  expect(await source.next()).toBeNull();
  after(0.11);
  expect(await timeOf(source)).toBeCloseTo(3.1);
  after(0.5);
  expect(await timeOf(source)).toBeCloseTo(3.6);
});

it("begins anew after the last", async () => {
  const source = new SequenceSource(frames(10));
  expect(source.duration).toBeCloseTo(1);
  after(1.25);
  expect(await timeOf(source)).toBeCloseTo(3.2);
});

it("stands still while it is paused", async () => {
  const source = new SequenceSource(frames(10));
  after(0.31);
  await source.next();
  source.playing = false;
  after(5);
  expect(await source.next()).toBeNull();
  source.playing = true;
  after(0.1);
  expect(await timeOf(source)).toBeCloseTo(3.4);
});

it("goes where it is told to, also while it is paused", async () => {
  const source = new SequenceSource(frames(10));
  source.playing = false;
  source.seek(0.72);
  expect(await timeOf(source)).toBeCloseTo(3.7);
  source.seek(99);
  expect(await timeOf(source)).toBeCloseTo(3.9);
});

it("is a still where there is one frame", async () => {
  const source = new SequenceSource(frames(1));
  expect([source.moves, source.duration]).toEqual([false, 0]);
  expect(await timeOf(source)).toBe(3);
  after(10);
  expect(await source.next()).toBeNull();
});
