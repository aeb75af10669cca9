import { describe, expect, it } from "vitest";
import { KEYPOINT_SETS, LEAST_JOINTS, mapJoints } from "../../src/joints";
import { SAMPLES } from "../../src/samples";

describe.each(SAMPLES.map((sample) => [sample.name, sample] as const))("the sample %s", (_, sample) => {
  it("is a person in the picture who can be lifted in every frame", async () => {
    const frames = await sample.load();
    expect(frames.length).toBeGreaterThan(50);
    for (const { people, width, height } of frames) {
      expect(people).toHaveLength(1);
      expect(KEYPOINT_SETS).toContain(people[0].skeleton);
      const { keypoints, confidence } = mapJoints(people[0]);
      expect(confidence.filter((c) => c > 0).length).toBeGreaterThanOrEqual(LEAST_JOINTS);
      keypoints.forEach((value, i) => {
        if (!confidence[i >> 1]) return;
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan((i % 2 ? height : width) as number);
      });
    }
  });

  it("moves in even time", async () => {
    const frames = await sample.load();
    const first = frames[0].people[0].keypoints;
    const moved = frames.map(({ people }) => Math.max(...people[0].keypoints.map((v, i) => v - first[i])));
    expect(Math.max(...moved)).toBeGreaterThan(20);
    frames.forEach(({ time }, i) => expect(time).toBeCloseTo(i / 25, 9));
  });
});

it("joints are missing in one of them at times", async () => {
  const all = await Promise.all(SAMPLES.map((sample) => sample.load()));
  const gaps = all.map((frames) => frames.filter(({ people }) => people[0].confidence.includes(0)).length);
  expect(gaps.filter((count) => count > 0)).toHaveLength(1);
  expect(Math.max(...gaps)).toBeLessThan(all[0].length);
});
