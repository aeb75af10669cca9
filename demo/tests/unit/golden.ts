/** Reads what the Python package answers (`python demo/make/golden.py`). */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Pose3D } from "../../src/pose";

/** A golden file; null stands for NaN. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(path(`../golden/${name}.json`), "utf-8")) as T;
}

/** A file of the repository, by its path from the root. */
export function repositoryFile(name: string): string {
  return readFileSync(path(`../../../${name}`), "utf-8");
}

/** Nested rows as one array; null becomes NaN. */
export function flat(rows: unknown): Float32Array {
  const values = Array.isArray(rows) ? rows.flat(Infinity) : [];
  return Float32Array.from(values.map((value) => (value === null ? NaN : (value as number))));
}

export interface GoldenPose {
  joints: unknown;
  filled: boolean[];
  elevation: number | null;
  score: number | null;
  expected_error: (number | null)[];
}

export function pose3D({ joints, filled, elevation, score, expected_error }: GoldenPose): Pose3D {
  const expectedError = expected_error.includes(null) ? undefined : flat(expected_error);
  return { joints: flat(joints), filled, elevation: elevation ?? NaN, score, expectedError };
}

/** Every number near its counterpart; NaN only where the other is. */
export function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const near = Number.isNaN(expected[i])
      ? Number.isNaN(found[i])
      : Math.abs(found[i] - expected[i]) <= tolerance;
    if (!near) expect.fail(`number ${i} is ${found[i]}, expected ${expected[i]} within ${tolerance}`);
  }
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
