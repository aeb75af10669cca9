import { describe, expect, it } from "vitest";
import tables from "../../src/joints/tables.json";
import { scoreOf, scoresOf, VIEWS_A_POSE, viewsOf } from "../../src/lift/score";
import type { Pose2D, Pose3D } from "../../src/pose";
import { expectNear, flat, golden } from "./golden";

interface Case {
  joints: number[][];
  elevation: number;
  score: number;
  views: number[][][];
  answers: number[][][];
  averaged: number[][][];
}

const cases = golden<Case[]>("score");

function pose({ joints, elevation }: Case): Pose3D {
  return { joints: flat(joints), filled: [], elevation, score: null };
}

/** As the lifter sees poses: the root at the origin, the mean distance from it a tenth. */
function normalised({ keypoints }: Pose2D): Float32Array {
  const centred = keypoints.map((value, i) => value - keypoints[i % 2]);
  let size = 0;
  for (let i = 0; i < centred.length; i += 2) size += Math.hypot(centred[i], centred[i + 1]);
  return centred.map((value) => value / ((10 * size) / (centred.length / 2)));
}

/** Answers from the table of this case, after a look at whether these are the views it was made for. */
function table(those: Case[], answers: "answers" | "averaged") {
  return async (seen: Pose2D[]) => {
    const views = those.flatMap((c) => c.views);
    expect(seen).toHaveLength(views.length);
    seen.forEach((view, i) => {
      expectNear(normalised(view), flat(views[i]), 1e-5);
      expect([...view.confidence].every((c) => c === 1)).toBe(true);
    });
    return those.flatMap((c) => c[answers].map(flat));
  };
}

describe("scoreOf", () => {
  it.each(cases.map((c, i) => [i, c] as const))("scores pose %i as the package does", async (_, c) => {
    expect(await scoreOf(pose(c), table([c], "answers"))).toBeCloseTo(c.score, 4);
  });

  it("scores several people with one call of the lifter", async () => {
    const scores = await scoresOf(cases.slice(0, 2).map(pose), table(cases.slice(0, 2), "answers"));
    expectNear(scores, [cases[0].score, cases[1].score], 1e-4);
    expect(2 * VIEWS_A_POSE).toBeLessThanOrEqual(16); // they fit the signature lift_16
  });

  it("is nearly the same with answers of a .tflite, which averages with the mirrored pose", async () => {
    const scores = await Promise.all(cases.map((c) => scoreOf(pose(c), table([c], "averaged"))));
    expectNear(scores, cases.map((c) => c.score), 0.03);
  });

  it("is 1 for a lifter that knows the depths, in whatever size it answers", async () => {
    const known = (size: number) => async () =>
      viewsOf(pose(cases[0])).map(({ turned }) => Float32Array.from(turned, (value) => size * value));
    expect(await scoreOf(pose(cases[0]), known(1))).toBeCloseTo(1, 5);
    expect(await scoreOf(pose(cases[0]), known(2.5))).toBeCloseTo(1, 5);
  });

  it("falls as answers move away", async () => {
    const wrong = (far: number) => async () =>
      viewsOf(pose(cases[0])).map(({ turned }) =>
        Float32Array.from(turned, (value, i) => value + (i % 9 === 2 ? far : 0)),
      );
    const scores = await Promise.all([0, 0.1, 0.5, 2].map((far) => scoreOf(pose(cases[0]), wrong(far))));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[3]).toBeLessThan(0.5);
    expect(scores[3]).toBeGreaterThan(0);
  });

  it("is NaN where there is no pose, without lifting", async () => {
    const missing = { joints: new Float32Array(51).fill(NaN), filled: [], elevation: NaN, score: null };
    const never = () => Promise.reject(new Error("lifted"));
    expect(await scoresOf([missing], never)).toEqual([NaN]);
  });

  it("takes the lifter's mean where the elevation is not known", async () => {
    const seen: Pose2D[][] = [];
    const keep = async (poses: Pose2D[]) => {
      seen.push(poses);
      return cases[0].answers.map(flat);
    };
    await scoreOf({ ...pose(cases[0]), elevation: NaN }, keep);
    await scoreOf({ ...pose(cases[0]), elevation: tables.self_check.elevation }, keep);
    expect(seen[0]).toEqual(seen[1]);
  });
});
