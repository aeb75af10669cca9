/** The records that the parts of the demo hand to each other. */

/** A person as the lifter takes it: 17 joints of `lifter.json`'s skeleton. */
export interface Pose2D {
  /** `[17, 2]` row by row, pixels: x right, y down. Finite also where the joint is missing. */
  keypoints: Float32Array;
  /** `[17]`, 0 to 1; 0 marks a missing joint. */
  confidence: Float32Array;
}

/** A person as a detector or a file has it, in the joints of one of the keypoint sets. */
export interface Detected {
  /** Name of the keypoint set, as in the Python package: "mediapipe33", "coco17", ... */
  skeleton: string;
  /** `[J, 2]`, pixels. */
  keypoints: Float32Array;
  /** `[J]`, 0 to 1. */
  confidence: Float32Array;
  /** Identity over time, where the source knows it. */
  id?: number;
}

/** A frame of a source: who is seen at what time. */
export interface Frame2D {
  /** Seconds from the start of the source. */
  time: number;
  people: Detected[];
  /** Size of the image in pixels, where there is one. */
  width?: number;
  height?: number;
}

/** A lifted person. */
export interface Pose3D {
  /** `[17, 3]` row by row: camera frame (x right, y down, z forward), from the root, pose units. */
  joints: Float32Array;
  /** `[17]`: the joint was missing and has been filled in. */
  filled: boolean[];
  /** Degrees by which the camera looks down on the person; NaN where it is not estimated. */
  elevation: number;
  /** 0 to 1, from `expectedError` or from how much the lifter agrees with itself; null: not computed. */
  score: number | null;
  /** `[17]`: how far each joint is expected to be off, pose units; absent where the lifter does not say. */
  expectedError?: Float32Array;
}
