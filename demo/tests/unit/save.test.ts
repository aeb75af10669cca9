import { describe, expect, it } from "vitest";
import { JOINT_NAMES } from "../../src/joints";
import { type RecordedFrame, SaveError, toBvh, toCsv, toJson } from "../../src/save";
import { parseBvh } from "./bvh";
import { expectNear, flat, golden, type GoldenPose, pose3D } from "./golden";

interface Golden {
  recorded: {
    time: number;
    people: { id: number; pose: GoldenPose; seen: { keypoints: unknown; confidence: unknown } }[];
  }[];
  json: { people: Record<string, unknown>[] };
  csv: string;
  bvh: string[];
}

const python = golden<Golden>("save");

const frames: RecordedFrame[] = python.recorded.map(({ time, people }) => ({
  time,
  people: people.map(({ id, pose, seen }) => ({
    id,
    pose: pose3D(pose),
    seen: { keypoints: flat(seen.keypoints), confidence: flat(seen.confidence) },
  })),
}));

/** Each number within a hundred-thousandth, which is the last digit written; the rest equal. */
function expectAlike(found: unknown, expected: unknown): void {
  if (typeof expected === "number") expect(Math.abs((found as number) - expected)).toBeLessThan(1.5e-5);
  else if (expected !== null && typeof expected === "object") {
    expect(Object.keys(found as object).filter((key) => key !== "time")).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectAlike((found as Record<string, unknown>)[key], value);
    }
  } else expect(found).toEqual(expected);
}

describe("toJson", () => {
  it("writes what the package writes, but for the reason why somebody was not lifted", () => {
    const expected = structuredClone(python.json);
    for (const person of expected.people) {
      if (person.problem) person.problem = "too few joints are present";
    }
    expectAlike(JSON.parse(toJson(frames)), expected);
  });

  it("has what is expected of each joint, where the lifter says it", () => {
    const [frame] = structuredClone(frames.slice(0, 1));
    const [{ id, pose }] = frame.people;
    const expectedError = Float32Array.from({ length: 17 }, (_, joint) => joint / 4);
    const said = [{ time: 0, people: [{ id, pose: { ...pose, expectedError } }] }];
    expect(JSON.parse(toJson(said)).people[0].expected_error).toEqual([...expectedError]);
    expect(toCsv(said).split("\r\n")[3 + 1]).toMatch(/,0\.75,0,,,,$/);
    const unsaid = [{ time: 0, people: [{ id, pose: { ...pose, expectedError: undefined } }] }];
    expect(JSON.parse(toJson(unsaid)).people[0].expected_error).toBeNull();
    expect(toCsv(unsaid).split("\r\n")[3 + 1]).toMatch(/,$/);
  });

  it("says when, and has null where it does not know", () => {
    const [frame] = structuredClone(frames.slice(0, 1));
    const [{ id, pose }] = frame.people;
    const people = [{ id, pose: { ...pose, elevation: NaN, score: null } }];
    const [person] = JSON.parse(toJson([{ time: 1.5, people }])).people;
    expect(person).toMatchObject({ time: 1.5, elevation: null, score: null, keypoints_2d: null });
  });
});

describe("toCsv", () => {
  it("writes what the package writes", () => {
    const [found, expected] = [toCsv(frames), python.csv].map((text) => text.split("\r\n"));
    expect(found).toHaveLength(expected.length);
    expect(found[0]).toBe(expected[0]);
    found.slice(1).forEach((row, i) => {
      const cells = (line: string) => line.split(",").map((cell) => (/^-?\d/.test(cell) ? Number(cell) : cell));
      expectAlike(cells(row), cells(expected[i + 1]));
    });
  });
});

describe("toBvh", () => {
  it.each([0, 1])("brings the joints of person %i where the package's file brings them", (id) => {
    const [found, expected] = [parseBvh(toBvh(frames, id)), parseBvh(python.bvh[id])];
    expect(found.joints.map(({ name, parent }) => [name, parent])).toEqual(
      expected.joints.map(({ name, parent }) => [name, parent]),
    );
    expect(found.frameTime).toBeCloseTo(expected.frameTime, 6);
    expect(found.positions).toHaveLength(expected.positions.length);
    found.positions.forEach((places, frame) => {
      for (const name of JOINT_NAMES) expectNear(places[name], expected.positions[frame][name], 1e-3);
    });
  });

  it("writes the file that the package's own reader is tested with", async () => {
    await expect(toBvh(frames, 0)).toMatchFileSnapshot("../golden/recorded.bvh");
  });

  it("keeps angles near those of the frame before", () => {
    const { frames: rows } = parseBvh(toBvh(frames, 0));
    rows.slice(1).forEach((row, i) => row.forEach((v, c) => expect(Math.abs(v - rows[i][c])).toBeLessThan(180)));
  });

  it("takes the person who is in most frames", () => {
    expect(toBvh(frames)).toBe(toBvh(frames, 0));
  });

  it("writes limbs that point as they were lifted", () => {
    const { positions } = parseBvh(toBvh(frames, 0));
    const joint = (name: string) => JOINT_NAMES.indexOf(name);
    positions.forEach((places, frame) => {
      const { joints } = frames[frame].people[0].pose;
      const [knee, ankle] = [joint("left_knee"), joint("left_ankle")];
      const lifted = [0, 1, 2].map((a) => (a ? -1 : 1) * (joints[3 * ankle + a] - joints[3 * knee + a]));
      const written = [0, 1, 2].map((a) => places.left_ankle[a] - places.left_knee[a]);
      const [size, scale] = [Math.hypot(...written), Math.hypot(...lifted)];
      expectNear(written.map((v) => v / size), lifted.map((v) => v / scale), 1e-4);
    });
  });

  it("is evenly spaced though the recording is not, and turns evenly through gaps", () => {
    const uneven = frames.map((frame, i) => ({ ...frame, time: i === 11 ? 0.8 : frame.time + 0.004 * (i % 2) }));
    const bvh = parseBvh(toBvh(uneven, 0));
    expect(bvh.frames.length).toBeGreaterThan(16);
    expect(bvh.frames.every((row) => row.every(Number.isFinite))).toBe(true);
    const ankle = bvh.positions.map((places) => places.left_ankle);
    const steps = ankle.slice(1).map((place, i) => Math.hypot(...place.map((v, a) => v - ankle[i][a])));
    expect(Math.max(...steps)).toBeLessThan(40);
  });

  it("writes a single pose", () => {
    expect(parseBvh(toBvh(frames.slice(0, 1))).positions).toHaveLength(1);
  });

  it("says who is recorded when it is asked for somebody else", () => {
    expect(() => toBvh(frames, 7)).toThrow(/person 7; recorded are: 0, 1/);
  });
});

describe.each([
  ["toJson", toJson],
  ["toCsv", toCsv],
  ["toBvh", toBvh],
])("%s refuses", (_, write) => {
  const nobody = { joints: new Float32Array(51).fill(NaN), filled: [], elevation: NaN, score: null };
  it.each([
    ["an empty recording", [], /Nothing has been recorded/],
    ["frames without people", [{ time: 0, people: [] }], /Nobody is in the 1 recorded frames/],
    ["people who were not lifted", [{ time: 0, people: [{ id: 0, pose: nobody }] }], /was lifted/],
  ])("%s", (__, recorded, message) => {
    expect(() => write(recorded)).toThrow(message);
    expect(() => write(recorded)).toThrow(SaveError);
  });
});
