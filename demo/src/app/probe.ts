/** What the console and the end-to-end tests may ask the page: `posenet3d` on the window. */
import assets from "virtual:assets";
import { Lifter } from "../lift/lifter";
import type { App } from "./app";
import { PARTS } from "./latency";

export interface Probe {
  variants: string[];
  /** Lifts poses, `[17, 2]` and `[17]` each, by a lifter of its own; null where one cannot be lifted. */
  lift(variant: string, keypoints: number[][], confidence: number[][]): Promise<(number[] | null)[]>;
  /** Milliseconds that lifting one pose takes, over and over. */
  time(variant: string, keypoints: number[], count: number): Promise<number[]>;
  state(): unknown;
}

export function probe(app: App): Probe {
  const named = (name: string) => {
    const found = assets.variants.find(({ model, weights }) => `${model}_${weights}` === name);
    if (!found) throw new Error(`There is no lifter ${name}.`);
    return found;
  };
  return {
    variants: assets.variants.map(({ model, weights }) => `${model}_${weights}`),
    async lift(variant, keypoints, confidence) {
      const lifter = await Lifter.load(named(variant));
      const poses = keypoints.map((flat, i) => ({ keypoints: Float32Array.from(flat), confidence: Float32Array.from(confidence[i]) }));
      const lifted = await lifter.liftMany(poses);
      lifter.dispose();
      return lifted.map((pose) => pose && [...pose.joints, pose.elevation]);
    },
    async time(variant, keypoints, count) {
      const lifter = await Lifter.load(named(variant));
      const pose = { keypoints: Float32Array.from(keypoints), confidence: new Float32Array(17).fill(1) };
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const start = performance.now();
        await lifter.lift(pose);
        times.push(performance.now() - start);
      }
      lifter.dispose();
      return times;
    },
    state: () => ({
      ready: app.lifter !== null && app.lifted > 0,
      source: app.sourceName,
      playing: app.playing,
      mirrored: app.mirrored,
      lifted: app.lifted,
      people: app.last?.people.length ?? 0,
      score: app.last?.people[0]?.pose.score ?? null,
      joints: app.last?.people[0] ? [...app.last.people[0].pose.joints] : null,
      azimuth: app.stage ? (app.stage.orbit.azimuth * 180) / Math.PI : null,
      projected: app.stage?.projected() ?? null,
      latency: Object.fromEntries(PARTS.map((part) => [part, app.latency.of(part)])),
    }),
  };
}
