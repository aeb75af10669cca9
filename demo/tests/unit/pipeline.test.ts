import { describe, expect, it } from "vitest";
import { Latency } from "../../src/app/latency";
import { Pipeline } from "../../src/app/pipeline";
import type { Lifter } from "../../src/lift/lifter";
import type { Detected, Frame2D, Pose2D, Pose3D } from "../../src/pose";

/** Lifts everybody to depth 0; leaves out who has no joints. */
const flat = {
  liftMany: async (poses: Pose2D[]): Promise<(Pose3D | null)[]> =>
    poses.map(({ keypoints, confidence }) => {
      if (!confidence.some((value) => value > 0)) return null;
      const joints = new Float32Array(51);
      for (let joint = 0; joint < 17; joint++) {
        joints[3 * joint] = (keypoints[2 * joint] - keypoints[0]) / 100;
        joints[3 * joint + 1] = (keypoints[2 * joint + 1] - keypoints[1]) / 100;
      }
      return { joints, filled: Array.from(confidence, (value) => value === 0), elevation: 12, score: null };
    }),
} as unknown as Lifter;

function somebody(x: number, id?: number, seen = 1): Detected {
  const keypoints = Float32Array.from({ length: 34 }, (_, i) => (i % 2 ? 40 * Math.sin(i) + 200 : x + 30 * Math.cos(i)));
  return { skeleton: "cmu17", keypoints, confidence: new Float32Array(17).fill(seen), id };
}

const frame = (people: Detected[], time = 0): Frame2D => ({ time, people, width: 1000, height: 500 });

describe("Pipeline", () => {
  it("stands people side by side as in the image, and nobody in another", async () => {
    const { people } = await new Pipeline(new Latency()).lift(frame([somebody(700, 1), somebody(100, 2), somebody(705, 3)]), flat);
    const across = Object.fromEntries(people.map(({ id, across }) => [id, across]));
    expect(across[2]).toBeLessThan(across[1]);
    expect(across[3] - across[1]).toBeGreaterThan(1.5);
    expect(across[2] + across[3]).toBeCloseTo(0, 5);
  });

  it("stands one alone in the middle", async () => {
    const { people } = await new Pipeline(new Latency()).lift(frame([somebody(900)]), flat);
    expect(people[0].across).toBe(0);
  });

  it("counts who could not be lifted, and scores the others", async () => {
    const { people, notLifted } = await new Pipeline(new Latency()).lift(frame([somebody(100, 0), somebody(500, 1, 0)]), flat);
    expect([people.length, notLifted]).toEqual([1, 1]);
    expect(people[0].pose.score).toBeGreaterThan(0);
  });

  it("reads the score off the expected error, without a further lift", async () => {
    let calls = 0;
    const honest = {
      liftMany: async (poses: Pose2D[]) => {
        calls++;
        const lifted = await flat.liftMany(poses);
        return lifted.map((pose) => pose && { ...pose, expectedError: new Float32Array(17).fill(0.3).fill(0, 0, 1) });
      },
    } as unknown as Lifter;
    const { people } = await new Pipeline(new Latency()).lift(frame([somebody(100, 0), somebody(500, 1)]), honest);
    for (const { pose } of people) expect(pose.score).toBeCloseTo(0.25, 5);
    expect(calls).toBe(1);
  });

  it("tells people of the same id apart", async () => {
    const { people } = await new Pipeline(new Latency()).lift(frame([somebody(100, 4), somebody(500, 4)]), flat);
    expect(new Set(people.map(({ id }) => id)).size).toBe(2);
  });

  it("lifts one person over time where it follows one, without smoothing twice, and others each for itself", async () => {
    let memory = 0;
    const pipeline = new Pipeline(new Latency());
    pipeline.follow({
      step: async (pose) => {
        const [lifted] = pose ? await flat.liftMany([pose]) : [null];
        return { pose: lifted && { ...lifted, elevation: memory }, memory: Float32Array.of(++memory) };
      },
    });
    await pipeline.lift(frame([somebody(100, 0)], 0), flat, true);
    const moved = somebody(100, 0);
    moved.keypoints[20] += 80;
    const followed = await pipeline.lift(frame([moved], 1 / 30), flat, true);
    const [alone] = await flat.liftMany([moved]);
    expect(followed.people[0].pose.joints).toEqual(alone!.joints);
    expect(followed.people[0].pose.elevation).toBe(1); // it remembers the frame before
    expect((await pipeline.lift(frame([], 2 / 30), flat, true)).people).toEqual([]);
    await pipeline.lift(frame([somebody(100), somebody(500)], 3 / 30), flat, true);
    await pipeline.lift(frame([somebody(100)], 4 / 30), flat); // a picture
    expect(memory).toBe(3);
  });

  it("forgets whom it follows when it is reset, as when a video is wound", async () => {
    const anew: boolean[] = [];
    const pipeline = new Pipeline(new Latency());
    pipeline.follow({
      step: async (pose, _, memory) => {
        anew.push(memory === null);
        return { pose: (await flat.liftMany([pose!]))[0], memory: new Float32Array(1) };
      },
    });
    for (const time of [0, 0.1]) await pipeline.lift(frame([somebody(100)], time), flat, true);
    pipeline.reset();
    await pipeline.lift(frame([somebody(100)], 0.2), flat, true);
    expect(anew).toEqual([true, false, true]);
  });

  it("smooths each person over time, unless told not to", async () => {
    const jump = async (smooth: boolean) => {
      const pipeline = new Pipeline(new Latency());
      pipeline.smooth = smooth;
      await pipeline.lift(frame([somebody(100, 0)], 0), flat);
      const moved = somebody(100, 0);
      moved.keypoints[20] += 80;
      const { people } = await pipeline.lift(frame([moved], 1 / 30), flat);
      return people[0].pose.joints[30];
    };
    const [rough, smooth] = [await jump(false), await jump(true)];
    const still = (await new Pipeline(new Latency()).lift(frame([somebody(100, 0)]), flat)).people[0].pose.joints[30];
    expect(rough - still).toBeCloseTo(0.8, 4);
    expect(smooth - still).toBeGreaterThan(0);
    expect(smooth - still).toBeLessThan(0.9 * (rough - still));
  });
});
