/** The lifter of single frames: each pose for itself. */
import type { Variant } from "virtual:assets";
import { NUM_JOINTS } from "../joints/skeleton";
import type { Pose2D, Pose3D } from "../pose";
import { poseIn } from "./answer";
import { LiteFile } from "./file";

const BATCH = 16; // of the signature lift_16

export class Lifter {
  private constructor(private readonly file: LiteFile) {}

  /** Loads a lifter and runs it once, so that the first person does not wait for it. */
  static async load(variant: Variant): Promise<Lifter> {
    const lifter = new Lifter(await LiteFile.load(variant));
    await lifter.lift({ keypoints: new Float32Array(2 * NUM_JOINTS), confidence: new Float32Array(NUM_JOINTS) });
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
    this.file.dispose();
  }

  private async run(signature: string, poses: Pose2D[], batch: number): Promise<(Pose3D | null)[]> {
    const keypoints = new Float32Array(batch * NUM_JOINTS * 2);
    const confidence = new Float32Array(batch * NUM_JOINTS); // 0 where the batch is filled up
    poses.forEach((pose, row) => {
      keypoints.set(pose.keypoints, row * NUM_JOINTS * 2);
      confidence.set(pose.confidence, row * NUM_JOINTS);
    });
    const outputs = await this.file.run(signature, {
      keypoints_2d: [keypoints, [batch, NUM_JOINTS, 2]],
      confidence: [confidence, [batch, NUM_JOINTS]],
    });
    return poses.map((pose, row) => poseIn(outputs, row, pose));
  }
}
