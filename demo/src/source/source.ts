/** Where frames come from: a sequence of keypoints, the camera, a video, a photograph. */
import type { Frame2D } from "../pose";

export interface Source {
  /** Whether it is the camera: it cannot be sought, and what was missed is gone. */
  readonly live: boolean;
  /** Whether there is more than one frame, so that it can be paused. */
  readonly moves: boolean;
  /** Whether it shows one person at most, frame after frame. */
  readonly oneOverTime: boolean;
  /** Seconds; 0: one frame, or nobody knows how many. */
  readonly duration: number;
  /** What the joints were found in, for drawing below them. */
  readonly picture: CanvasImageSource | null;
  playing: boolean;
  /** Seconds from the start. */
  readonly time: number;
  /** The frame of now; null where it is the one before. */
  next(): Promise<Frame2D | null>;
  seek(time: number): void;
  close(): void;
}

/** Something a person can mend: shown as it is. */
export class SourceError extends Error {
  constructor(
    message: string,
    readonly advice = "",
  ) {
    super(message);
  }
}
