import { describe, expect, it } from "vitest";
import type { Pose3D } from "../../src/pose";
import { level, lowest } from "../../src/view/level";

/** Somebody upright, seen from above by so many degrees: camera frame, x right, y down, z forward. */
function seenFrom(degrees: number): Pose3D {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const joints = new Float32Array(3 * 17);
  for (let joint = 0; joint < 17; joint++) {
    const up = joint - 8; // a pole
    joints.set([0.1 * joint, -up * cos, -up * sin], 3 * joint);
  }
  return { joints, filled: Array(17).fill(false), elevation: degrees, score: null };
}

describe("level", () => {
  it.each([-20, 0, 15, 40])("sets upright who is seen from %d degrees above", (degrees) => {
    const room = level(seenFrom(degrees), degrees, false);
    for (let joint = 0; joint < 17; joint++) {
      expect(room[3 * joint]).toBeCloseTo(0.1 * joint, 5);
      expect(room[3 * joint + 1]).toBeCloseTo(joint - 8, 5);
      expect(room[3 * joint + 2]).toBeCloseTo(0, 5);
    }
  });

  it("turns, and changes no length", () => {
    const pose = seenFrom(10);
    const room = level(pose, 33, false);
    for (let i = 0; i < 51; i += 3) {
      expect(Math.hypot(...room.slice(i, i + 3))).toBeCloseTo(Math.hypot(...pose.joints.slice(i, i + 3)), 4);
    }
  });

  it("mirrors left and right alone", () => {
    const pose = seenFrom(10);
    const [plain, mirrored] = [level(pose, 10, false), level(pose, 10, true)];
    plain.forEach((value, i) => expect(mirrored[i]).toBeCloseTo(i % 3 ? value : -value, 6));
  });

  it("takes an unknown elevation for none, and believes in no cliff", () => {
    const pose = seenFrom(0);
    expect(level(pose, NaN, false)).toEqual(level(pose, 0, false));
    expect(level(pose, 88, false)).toEqual(level(pose, 60, false));
  });
});

it("finds the lowest joint", () => {
  expect(lowest(level(seenFrom(0), 0, false))).toBeCloseTo(-8, 5);
});
