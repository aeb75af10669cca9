/** The lifter of sequences, live: frame after frame of one person, each with what went before. */
import type { Variant } from "virtual:assets";
import { NUM_JOINTS } from "../joints/skeleton";
import type { Pose2D, Pose3D } from "../pose";
import { poseIn } from "./answer";
import { LiteFile } from "./file";

const STEP = "step"; // the file's signature

/** What the lifter remembers of the frames before. */
export type Memory = Float32Array;

export interface Step {
  /** Null where there are too few joints. */
  pose: Pose3D | null;
  /** For the frame that follows. */
  memory: Memory;
}

const NOBODY: Pose2D = { keypoints: new Float32Array(2 * NUM_JOINTS), confidence: new Float32Array(NUM_JOINTS) };

export class LiveLifter {
  private readonly first: Memory; // zeros: of nothing

  private constructor(private readonly file: LiteFile) {
    this.first = new Float32Array(file.sizeOf(STEP, "memory"));
  }

  /** Loads a lifter and runs it once, so that the first person does not wait for it. */
  static async load(variant: Variant): Promise<LiveLifter> {
    const lifter = new LiveLifter(await LiteFile.load(variant));
    await lifter.step(null, 30, null);
    return lifter;
  }

  /**
   * Lifts the next frame.
   *
   * @param pose Null: nobody is seen, and the time passes.
   * @param frameRate Frames a second.
   * @param memory Of the frame before; null: this is a person's first frame.
   */
  async step(pose: Pose2D | null, frameRate: number, memory: Memory | null): Promise<Step> {
    const seen = pose ?? NOBODY;
    const kept = memory ?? this.first;
    const outputs = await this.file.run(STEP, {
      keypoints_2d: [seen.keypoints, [1, NUM_JOINTS, 2]],
      confidence: [seen.confidence, [1, NUM_JOINTS]],
      frame_rate: [Float32Array.of(frameRate), [1]],
      memory: [kept, [kept.length]],
    });
    return { pose: poseIn(outputs, 0, seen), memory: outputs.memory };
  }

  dispose(): void {
    this.file.dispose();
  }
}
