import { describe, expect, it } from "vitest";
import { KeypointsError, readKeypoints } from "../../src/keypoints";
import type { Frame2D } from "../../src/pose";
import { expectNear, flat, golden, repositoryFile } from "./golden";

type Person = { skeleton: string; keypoints: number[][]; confidence: number[]; id: number | string | null };
type People = Person[][];

const SIZE = { width: 1280, height: 720 };

function expectPeople(frames: Frame2D[], images: People): void {
  const found = frames.filter(({ people }) => people.length); // Python does not list empty images
  expect(found.map(({ people }) => people.length)).toEqual(images.map((people) => people.length));
  found.forEach(({ people }, image) =>
    people.forEach((person, i) => {
      const expected = images[image][i];
      expect(person.skeleton).toBe(expected.skeleton);
      expectNear(person.keypoints, flat(expected.keypoints), 1e-3);
      expectNear(person.confidence, flat(expected.confidence), 1e-6);
      expect(person.id === undefined).toBe(expected.id === null);
      if (typeof expected.id === "number") expect(person.id).toBe(expected.id);
    }),
  );
}

describe("readKeypoints", () => {
  const samples = Object.entries(golden<Record<string, People>>("keypoints"));
  it.each(samples)("reads the sample %s as Python does", (file, images) => {
    expectPeople(readKeypoints(repositoryFile(`docs/samples/${file}`), file, SIZE), images);
  });

  const edge = golden<{ name: string; text: string; people: People | null; refused: string }[]>(
    "keypoints_edge",
  );
  it.each(edge.filter((c) => c.people).map((c) => [c.name, c] as const))("reads: %s", (_, c) => {
    expectPeople(readKeypoints(c.text, "case", SIZE), c.people as People);
  });

  it.each(edge.filter((c) => !c.people).map((c) => [c.name, c] as const))("refuses: %s", (_, c) => {
    const message = refusal(c.text);
    expect(message).toMatch(/^case/);
    // Which person, joint, line and landmark is at fault is said as Python says it.
    for (const [where] of c.refused.matchAll(/person \d+|joint \w+|line \d+|landmark \w+/g)) {
      // Python reads NaN, which JSON.parse refuses wherever it stands.
      if (![c.refused, message].some((text) => text.includes("valid JSON"))) expect(message).toContain(where);
    }
  });

  it("counts frames in time, and has the image's size where the file has it", () => {
    const frames = readKeypoints(repositoryFile("docs/samples/coco_annotations.json"));
    expect(frames.map(({ time }) => time)).toEqual(frames.map((_, i) => i / 30));
    expect(frames[0]).toMatchObject(SIZE);
  });

  it.each([
    ["numbers that count", [3, 5, 4], [0, 1, 2], [3, 4, 5]],
    ["numbers with a gap", [0, 3, 4], [0, 3, 4], [0, 3, 4]],
    ["steps of ten", [20, 0, 10], [0, 1, 2], [0, 10, 20]],
    ["ids that do not count", [900, 7, 100], [0, 1, 2], [7, 100, 900]],
    ["numbered names", ["f_10.jpg", "f_9.jpg"], [0, 1], ["f_9.jpg", "f_10.jpg"]],
    ["other names", ["b", "a"], [0, 1], ["b", "a"]],
  ])("puts images in order and time: %s", (_, images, frames, order) => {
    const keypoints = (image: unknown) => new Array(51).fill(10 + images.indexOf(image as never) / 100);
    const results = images.map((image) => ({ image_id: image, keypoints: keypoints(image).map((v, i) => (i % 3 === 2 ? 1 : v)) }));
    const found = readKeypoints(JSON.stringify(results));
    expect(found.map(({ time }) => Math.round(time * 30))).toEqual(frames);
    expectNear(found.map(({ people }) => people[0].keypoints[0]), order.map((image) => keypoints(image)[0]), 1e-4);
  });

  it("asks for the image's size where MediaPipe's landmarks need it", () => {
    const text = repositoryFile("docs/samples/mediapipe.json");
    const error = thrown(() => readKeypoints(text, "mediapipe.json"));
    expect(error).toMatchObject({ needsImageSize: true });
    expect((error as Error).message).toMatch(/^mediapipe.json holds landmarks of MediaPipe.*1920 and 1080\.$/);
  });

  it.each([NaN, 0, -5, Infinity])("asks for the image's size again where it was %d", (width) => {
    const text = repositoryFile("docs/samples/mediapipe.json");
    const error = thrown(() => readKeypoints(text, "a", { width, height: 720 }));
    expect(error).toMatchObject({ needsImageSize: true });
    expect((error as Error).message).toContain(`got ${width} and 720`);
  });

  it("takes a joint in the very corner for missing", () => {
    const keypoints = [...new Array(51).keys()].map((v) => (v % 3 === 2 ? 0.9 : v + 10));
    keypoints.splice(27, 2, 0, 0);
    const [{ people }] = readKeypoints(JSON.stringify([{ image_id: 1, keypoints }]));
    expect([...people[0].confidence].flatMap((c, joint) => (c ? [] : [joint]))).toEqual([9]);
  });

  it("asks for the image's size where coordinates are parts of it, and multiplies", () => {
    const keypoints = [...new Array(51).keys()].map((v) => (v % 3 === 2 ? 0.9 : (v + 10) / 100));
    const text = JSON.stringify([{ image_id: 1, keypoints }]);
    expect(thrown(() => readKeypoints(text))).toMatchObject({ needsImageSize: true });
    const [{ people }] = readKeypoints(text, "a", SIZE);
    expectNear([...people[0].keypoints.slice(0, 2)], [128, 79.2], 1e-3);
  });

  it("keeps the frames in which MediaPipe found nobody, so that time goes on", () => {
    const pose = Array.from({ length: 33 }, () => ({ x: 0.5, y: 0.5 }));
    const frames = readKeypoints(JSON.stringify([null, [pose], null, [pose]]), "a", SIZE);
    expect(frames.map(({ people }) => people.length)).toEqual([0, 1, 0, 1]);
  });

  it("numbers tracks that have names", () => {
    const rows = ["0,ann,nose,50,60,1", "0,bo,nose,150,60,1", "1,bo,nose,151,60,1"];
    const frames = readKeypoints(["frame,person,joint,x,y,confidence", ...rows].join("\n"));
    expect(frames.map(({ people }) => people.map(({ id }) => id))).toEqual([[0, 1], [1]]);
  });

  it("refuses a text too long for a phone", () => {
    expect(refusal(`[${" ".repeat(64e6)}]`)).toMatch(/64 million characters.*Python package/);
  });

  it("reads or refuses whatever the samples become when they are damaged", () => {
    const random = generator(1);
    for (const [file] of samples) {
      const text = repositoryFile(`docs/samples/${file}`).slice(0, 3000);
      for (let round = 0; round < 60; round++) {
        expectReadOrRefused(damaged(file.endsWith("csv") ? text : closed(text), random));
      }
    }
  });

  it("reads or refuses any JSON", () => {
    const random = generator(2);
    for (let round = 0; round < 1000; round++) expectReadOrRefused(JSON.stringify(nonsense(random, 0)));
    expectReadOrRefused(`${"[".repeat(1e5)}${"]".repeat(1e5)}`);
    expectReadOrRefused(`${'{"landmarks":'.repeat(1e5)}1${"}".repeat(1e5)}`);
  });
});

function refusal(text: string): string {
  const error = thrown(() => readKeypoints(text, "case", SIZE));
  expect(error).toBeInstanceOf(KeypointsError);
  return (error as Error).message;
}

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was thrown");
}

function expectReadOrRefused(text: string): void {
  try {
    for (const { people } of readKeypoints(text, "case", SIZE)) {
      for (const { keypoints, confidence } of people) {
        expect(keypoints.every(Number.isFinite) && confidence.every((c) => c >= 0 && c <= 1)).toBe(true);
      }
    }
  } catch (error) {
    if (!(error instanceof KeypointsError)) throw new Error(`on ${text.slice(0, 300)}`, { cause: error });
    expect(error.message.length).toBeLessThan(1500);
  }
}

/** Numbers in [0, 1) that are always the same (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** JSON that was cut, as JSON again. */
function closed(text: string): string {
  for (let end = text.length; end > 0; end--) {
    for (const tail of ["", "]", "}]", "}]}", "]}]", "]]]", "]]"]) {
      try {
        return JSON.stringify(JSON.parse(text.slice(0, end) + tail));
      } catch {
        continue;
      }
    }
  }
  return text;
}

/** The text with a few pieces replaced. */
function damaged(text: string, random: () => number): string {
  const pieces = ["", "null", '"12"', "-1", "1e999", "[]", "{}", "true", "NaN", ",", "]", "\u0000", "1e-400"];
  let changed = text;
  for (let i = 0; i < 1 + 3 * random(); i++) {
    const start = Math.floor(random() * changed.length);
    const numbers = [...changed.slice(start).matchAll(/-?\d+(\.\d+)?|"[^"]*"/g)];
    const [target] = numbers.length && random() < 0.8 ? numbers : [null];
    const from = start + (target?.index ?? 0);
    const piece = pieces[Math.floor(random() * pieces.length)];
    changed = changed.slice(0, from) + piece + changed.slice(from + (target?.[0].length ?? 1));
  }
  return changed;
}

/** Something nested, of the keys that readers look for. */
function nonsense(random: () => number, depth: number): unknown {
  const keys = ["keypoints", "image_id", "people", "annotations", "landmarks", "x", "y", "idx", "box",
    "categories", "images", "id", "pose_keypoints_2d", "person_id", "visibility", "frame"];
  const leaves = [0, -1, 1.5, 1e308, "a", "", null, true, "\ud800", 2 ** 60];
  const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)];
  const kind = random();
  if (depth > 4 || kind < 0.3) return pick(leaves);
  const count = Math.floor(random() * 5);
  if (kind < 0.6) return Array.from({ length: pick([count, count, 51, 33]) }, () => nonsense(random, depth + 2));
  return Object.fromEntries(Array.from({ length: count }, () => [pick(keys), nonsense(random, depth + 1)]));
}
