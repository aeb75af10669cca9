import { describe, expect, it } from "vitest";
import * as joints from "../../src/joints";
import { mapJoints } from "../../src/joints";
import { expectNear, flat, golden } from "./golden";

interface Case {
  skeleton: string;
  keypoints: number[][];
  confidence: number[];
  expected: { keypoints: number[][]; confidence: number[] };
}

function detected({ skeleton, keypoints, confidence }: Case) {
  return { skeleton, keypoints: flat(keypoints), confidence: flat(confidence) };
}

describe("mapJoints", () => {
  const cases = golden<Case[]>("joints");

  it.each(cases.map((c, i) => [`${c.skeleton} ${i % 4}`, c] as const))("maps %s as Python does", (_, c) => {
    const mapped = mapJoints(detected(c));
    expectNear(mapped.keypoints, flat(c.expected.keypoints), 1e-3);
    expectNear(mapped.confidence, flat(c.expected.confidence), 1e-6);
  });

  it("has golden poses in which joints are missing, and second choices taken", () => {
    for (const skeleton of joints.KEYPOINT_SETS) {
      const missing = cases.filter((c) => c.skeleton === skeleton && c.confidence.includes(0));
      expect(missing.length).toBeGreaterThan(0);
    }
  });

  it("does not look at what stands at a joint that was not seen", () => {
    const [first] = cases;
    const person = detected(first);
    person.confidence[0] = 0;
    const before = mapJoints(person);
    person.keypoints.fill(NaN, 0, 2);
    expect(mapJoints(person)).toEqual(before);
  });

  it("names the sets there are when it is given another", () => {
    const person = { skeleton: "dog9", keypoints: new Float32Array(18), confidence: new Float32Array(9) };
    expect(() => mapJoints(person)).toThrow(/dog9.*coco17.*mediapipe33/);
  });

  it("says how many numbers there should be", () => {
    const person = { skeleton: "coco17", keypoints: new Float32Array(4), confidence: new Float32Array(2) };
    expect(() => mapJoints(person)).toThrow(/34 coordinates and 17 confidences; got 4 and 2/);
  });
});

describe("the skeleton", () => {
  it("is a tree with one root", () => {
    expect(joints.PARENTS.filter((parent) => parent < 0)).toHaveLength(1);
    expect(joints.PARENTS[joints.ROOT]).toBe(-1);
  });

  it("mirrors left to right and back", () => {
    joints.MIRROR.forEach((other, joint) => expect(joints.MIRROR[other]).toBe(joint));
    joints.LEFT.forEach((left, i) => {
      expect(joints.JOINT_NAMES[left].replace("left", "right")).toBe(joints.JOINT_NAMES[joints.RIGHT[i]]);
    });
  });
});
