import { expect, it } from "vitest";
import { Latency } from "../../src/app/latency";

it("knows nothing of a part that has not run", () => {
  expect(new Latency().of("lifter")).toBeNull();
});

it("has the median and the 95th percentile as NumPy has them", () => {
  const latency = new Latency();
  for (const time of [4, 1, 3, 2, 10]) latency.add("lifter", time);
  expect(latency.of("lifter")).toEqual({ median: 3, p95: expect.closeTo(8.8, 10), count: 5 });
});

it("forgets what was long ago", () => {
  const latency = new Latency();
  latency.add("draw", 1000);
  for (let i = 0; i < 200; i++) latency.add("draw", 5);
  expect(latency.of("draw")!.p95).toBe(5);
});

it("measures work and gives its result", async () => {
  const latency = new Latency();
  expect(await latency.measure("score", async () => 7)).toBe(7);
  expect(latency.of("score")!.count).toBe(1);
});
