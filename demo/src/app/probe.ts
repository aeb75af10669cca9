/** What the console and the end-to-end tests may ask the page: `posenet3d` on the window. */
import assets from "virtual:assets";
import { Lifter } from "../lift/lifter";
import { LiveLifter, type Memory, type Step } from "../lift/live";
import { expectedErrorOf, scoreOfError } from "../lift/score";
import type { Pose2D, Pose3D } from "../pose";
import type { App } from "./app";
import { PARTS } from "./latency";

/** All that a lifter over time tells of a frame. */
export interface Told {
  keypoints_3d: number[];
  elevation: number;
  expected_error: number[];
  score: number;
}

export interface Probe {
  variants: string[];
  /** Lifts poses, `[17, 2]` and `[17]` each, by a lifter of its own; null where one cannot be lifted. */
  lift(variant: string, keypoints: number[][], confidence: number[][]): Promise<(number[] | null)[]>;
  /** Lifts the frames of one person, one after the other, by a lifter over time. */
  liftOverTime(variant: string, keypoints: number[][], confidence: number[][], frameRate: number): Promise<(Told | null)[]>;
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
      const poses = keypoints.map((flat, i) => poseOf(flat, confidence[i]));
      const lifted = await lifter.liftMany(poses);
      lifter.dispose();
      return lifted.map((pose) => pose && [...pose.joints, pose.elevation]);
    },
    async liftOverTime(variant, keypoints, confidence, frameRate) {
      const lifter = await LiveLifter.load(named(variant));
      const told: (Told | null)[] = [];
      let memory: Memory | null = null;
      for (const [i, flat] of keypoints.entries()) {
        const step: Step = await lifter.step(poseOf(flat, confidence[i]), frameRate, memory);
        told.push(step.pose && tell(step.pose));
        memory = step.memory;
      }
      lifter.dispose();
      return told;
    },
    async time(variant, keypoints, count) {
      const found = named(variant);
      const pose = poseOf(keypoints, Array(17).fill(1));
      const times: number[] = [];
      const timed = async <T>(work: () => Promise<T>): Promise<T> => {
        const start = performance.now();
        const result = await work();
        times.push(performance.now() - start);
        return result;
      };
      if (found.overTime) {
        const lifter = await LiveLifter.load(found);
        let memory: Memory | null = null;
        for (let i = 0; i < count; i++) ({ memory } = await timed(() => lifter.step(pose, 30, memory)));
        lifter.dispose();
      } else {
        const lifter = await Lifter.load(found);
        for (let i = 0; i < count; i++) await timed(() => lifter.lift(pose));
        lifter.dispose();
      }
      return times;
    },
    state: () => ({
      ready: app.lifters !== null && app.lifted > 0,
      source: app.sourceName,
      playing: app.playing,
      mirrored: app.mirrored,
      overTime: app.overTime,
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

function poseOf(keypoints: number[], confidence: number[]): Pose2D {
  return { keypoints: Float32Array.from(keypoints), confidence: Float32Array.from(confidence) };
}

function tell(pose: Pose3D): Told {
  return {
    keypoints_3d: [...pose.joints],
    elevation: pose.elevation,
    expected_error: [...pose.expectedError!],
    score: scoreOfError(expectedErrorOf(pose)!),
  };
}
