/**
 * BlazePose by @mediapipe/pose: one person, 33 landmarks, on the CPU.
 *
 * The package is no module: its script puts a class on the window, and is loaded when it is first needed.
 */
import type { Options, Pose, Results } from "@mediapipe/pose";
import assets from "virtual:assets";
import type { Detected } from "../pose";
import { type Detector, type Picture, heightOf, widthOf } from "./detector";

const LANDMARKS = 33;
/** A landmark that is less likely to be seen is missing for the lifter, which then fills it in. */
const LEAST_VISIBILITY = 0.3;

export type Complexity = "lite" | "full";

declare global {
  interface Window {
    Pose?: new (config: { locateFile(name: string): string }) => Pose;
  }
}

const addressOf = (name: string) => new URL(assets.mediapipe + name, document.baseURI).href;

let script: Promise<void> | undefined;

function loadScript(): Promise<void> {
  script ??= new Promise<void>((resolve, reject) => {
    const element = document.createElement("script");
    element.src = addressOf("pose.js");
    element.onload = () => resolve();
    element.onerror = () => {
      script = undefined;
      reject(new Error("The detector's code did not come. Is the network there?"));
    };
    document.head.append(element);
  });
  return script;
}

export class BlazePose implements Detector {
  private pose?: Pose;
  private found: Results | null = null;

  constructor(private readonly complexity: Complexity = "lite") {}

  async start(): Promise<void> {
    await loadScript();
    const pose = new window.Pose!({ locateFile: addressOf });
    const options: Options & { useCpuInference: boolean } = {
      modelComplexity: this.complexity === "lite" ? 0 : 1,
      smoothLandmarks: false, // smoothed is the 3D, once
      useCpuInference: true, // the GPU path takes many seconds to start and is no faster on phones
    };
    pose.setOptions(options);
    pose.onResults((results) => void (this.found = results));
    await pose.initialize();
    this.pose = pose;
  }

  async detect(picture: Picture, time: number): Promise<Detected[]> {
    const width = widthOf(picture);
    const height = heightOf(picture);
    if (!this.pose || !width || !height) return [];
    this.found = null;
    await this.pose.send({ image: picture }, time * 1000);
    const landmarks = (this.found as Results | null)?.poseLandmarks;
    if (!landmarks) return [];
    const keypoints = new Float32Array(2 * LANDMARKS);
    const confidence = new Float32Array(LANDMARKS);
    landmarks.slice(0, LANDMARKS).forEach(({ x, y, visibility = 1 }, i) => {
      keypoints[2 * i] = x * width;
      keypoints[2 * i + 1] = y * height;
      confidence[i] = visibility < LEAST_VISIBILITY ? 0 : Math.min(visibility, 1);
    });
    return [{ skeleton: "mediapipe33", keypoints, confidence, id: 0 }];
  }

  reset(): void {
    this.pose?.reset();
  }

  async close(): Promise<void> {
    await this.pose?.close();
    this.pose = undefined;
  }
}
