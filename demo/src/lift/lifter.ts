/** The lifter: a .tflite file of this repository, run by LiteRT in WebAssembly. */
import { type CompiledModel, Tensor, loadAndCompile, loadLiteRt } from "@litertjs/core";
import assets, { type Variant } from "virtual:assets";
import type { Pose2D, Pose3D } from "../pose";

export const JOINTS = 17;
const BATCH = 16; // of the signature lift_16

let runtime: Promise<unknown> | undefined;

/** Starts the runtime; once only. */
export function startRuntime(): Promise<unknown> {
  runtime ??= loadLiteRt(new URL(assets.litert, document.baseURI).href).catch((error) => {
    runtime = undefined;
    throw error;
  });
  return runtime;
}

export class Lifter {
  private constructor(
    readonly variant: Variant,
    private readonly model: CompiledModel,
  ) {}

  /** Loads a lifter and runs it once, so that the first person does not wait for it. */
  static async load(variant: Variant): Promise<Lifter> {
    const [file] = await Promise.all([fetchModel(variant), startRuntime()]);
    const lifter = new Lifter(variant, await loadAndCompile(file, { accelerator: "wasm" }));
    await lifter.lift({ keypoints: new Float32Array(2 * JOINTS), confidence: new Float32Array(JOINTS) });
    return lifter;
  }

  /** Lifts a person; null where there are too few joints. */
  async lift(pose: Pose2D): Promise<Pose3D | null> {
    return (await this.run("lift_1", [pose], 1))[0];
  }

  /** Lifts any number of persons, 16 at a time. */
  async liftMany(poses: Pose2D[]): Promise<(Pose3D | null)[]> {
    if (poses.length === 1) return [await this.lift(poses[0])];
    const lifted: (Pose3D | null)[] = [];
    for (let start = 0; start < poses.length; start += BATCH) {
      lifted.push(...(await this.run("lift_16", poses.slice(start, start + BATCH), BATCH)));
    }
    return lifted;
  }

  dispose(): void {
    this.model.delete();
  }

  private async run(signature: string, poses: Pose2D[], batch: number): Promise<(Pose3D | null)[]> {
    const keypoints = new Float32Array(batch * JOINTS * 2);
    const confidence = new Float32Array(batch * JOINTS); // 0 where the batch is filled up
    poses.forEach((pose, row) => {
      keypoints.set(pose.keypoints, row * JOINTS * 2);
      confidence.set(pose.confidence, row * JOINTS);
    });
    const inputs = {
      keypoints_2d: new Tensor(keypoints, [batch, JOINTS, 2]),
      confidence: new Tensor(confidence, [batch, JOINTS]),
    };
    try {
      const outputs = await this.model.run(signature, inputs);
      const joints = outputs.keypoints_3d.toTypedArray() as Float32Array;
      const elevation = outputs.elevation.toTypedArray() as Float32Array;
      // Lifters exported before it was estimated do not have it.
      const errors = outputs.expected_error?.toTypedArray() as Float32Array | undefined;
      Object.values(outputs).forEach((tensor) => tensor.delete());
      return poses.map((pose, row) => {
        const own = joints.slice(row * JOINTS * 3, (row + 1) * JOINTS * 3);
        if (!own.every(Number.isFinite)) return null;
        const filled = Array.from(pose.confidence, (value) => value === 0);
        const expectedError = errors?.slice(row * JOINTS, (row + 1) * JOINTS);
        return { joints: own, filled, elevation: elevation[row], score: null, expectedError };
      });
    } finally {
      Object.values(inputs).forEach((tensor) => tensor.delete()); // the runtime's memory is freed by hand
    }
  }
}

async function fetchModel(variant: Variant): Promise<Uint8Array> {
  const response = await fetch(new URL(variant.address, document.baseURI));
  if (!response.ok) throw new Error(`${variant.address} did not come (status ${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}
