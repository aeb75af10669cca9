/** The 2D input: the picture, and on it the joints that the lifter gets. */
import { LEFT, PARENTS, RIGHT } from "../joints/skeleton";
import type { LiftedFrame } from "../app/pipeline";

const colourOf = (joint: number) => (LEFT.includes(joint) ? "#ffd166" : RIGHT.includes(joint) ? "#4dabf7" : "#f8f9fa");

export class Flat {
  mirrored = false;
  private readonly context: CanvasRenderingContext2D;
  private last: { frame: LiftedFrame; picture: CanvasImageSource | null } | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d")!;
  }

  show(frame: LiftedFrame, picture: CanvasImageSource | null): void {
    this.last = { frame, picture };
    const { canvas, context } = this;
    // Small pictures are drawn larger, so that lines are no stairs; large ones smaller, which is quicker.
    const scale = 480 / Math.max(frame.width, frame.height);
    const width = Math.max(1, Math.round(frame.width * scale));
    const height = Math.max(1, Math.round(frame.height * scale));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (this.mirrored) context.setTransform(-1, 0, 0, 1, width, 0);
    if (picture) {
      context.drawImage(picture, 0, 0, width, height);
      context.fillStyle = "rgb(10 12 24 / 28%)"; // lines stay visible on bright clothes
      context.fillRect(0, 0, width, height);
    }
    for (const { pose2d } of frame.people) this.person(pose2d.keypoints, pose2d.confidence, scale);
  }

  again(): void {
    if (this.last) this.show(this.last.frame, this.last.picture);
  }

  private person(keypoints: Float32Array, confidence: Float32Array, scale: number): void {
    const { context } = this;
    const at = (joint: number): [number, number] => [keypoints[2 * joint] * scale, keypoints[2 * joint + 1] * scale];
    context.lineWidth = 5;
    context.lineCap = "round";
    PARENTS.forEach((parent, joint) => {
      if (parent < 0 || !confidence[joint] || !confidence[parent]) return;
      context.strokeStyle = colourOf(joint);
      context.beginPath();
      context.moveTo(...at(parent));
      context.lineTo(...at(joint));
      context.stroke();
    });
    PARENTS.forEach((_, joint) => {
      if (!confidence[joint]) return;
      context.fillStyle = colourOf(joint);
      context.beginPath();
      context.arc(...at(joint), 5.5, 0, 2 * Math.PI);
      context.fill();
    });
  }
}
