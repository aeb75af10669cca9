/** Sequences that need neither camera nor file: procedural motion, made by `demo/make/samples.py`. */

import type { Frame2D } from "../pose";

/** A sequence of one person, as its file has it. */
interface Recorded {
  skeleton: string;
  fps: number;
  width: number;
  height: number;
  /** Frames, joints: x, y in pixels. */
  keypoints: number[][];
  /** For each joint that is missing at times the frames [first, one past the last]. */
  missing: Record<string, [number, number][]>;
}

export interface Sample {
  name: string;
  load(): Promise<Frame2D[]>;
}

export const SAMPLES: Sample[] = [
  sample("Walking", () => import("./walking.json")),
  sample("Waving", () => import("./waving.json")),
  sample("Kicking", () => import("./kicking.json")),
  sample("Squatting", () => import("./squatting.json")),
  sample("Legs hidden", () => import("./hidden.json")),
];

function sample(name: string, read: () => Promise<{ default: unknown }>): Sample {
  return { name, load: async () => frames((await read()).default as Recorded) };
}

function frames(recorded: Recorded): Frame2D[] {
  const { skeleton, fps, width, height, keypoints, missing } = recorded;
  return keypoints.map((flat, frame) => {
    const confidence = new Float32Array(flat.length / 2).fill(1);
    for (const [joint, spans] of Object.entries(missing)) {
      if (spans.some(([from, to]) => from <= frame && frame < to)) confidence[Number(joint)] = 0;
    }
    const person = { skeleton, keypoints: Float32Array.from(flat), confidence, id: 0 };
    return { time: frame / fps, people: [person], width, height };
  });
}
