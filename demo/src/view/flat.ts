/** The 2D input: the picture, and on it the joints that the lifter gets. */
import { LEFT, PARENTS, RIGHT } from "../joints/skeleton";
import type { LiftedFrame } from "../app/pipeline";

const colourOf = (joint: number) => (LEFT.includes(joint) ? "#ffd166" : RIGHT.includes(joint) ? "#4dabf7" : "#f8f9fa");

/** A part of the image, px. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const BARE = 3 / 4; // width by height where there is no picture
const MARGIN = 1.25; // around the people who are shown then

export class Flat {
  mirrored = false;
  private box: Box | null = null;
  private readonly context: CanvasRenderingContext2D;
  private last: { frame: LiftedFrame; picture: CanvasImageSource | null } | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d")!;
  }

  /** The next frame is of something else. */
  reset(): void {
    this.box = null;
  }

  show(frame: LiftedFrame, picture: CanvasImageSource | null): void {
    this.last = { frame, picture };
    const { canvas, context } = this;
    const box = picture ? { x: 0, y: 0, width: frame.width, height: frame.height } : this.around(frame);
    // Small pictures are drawn larger, so that lines are no stairs; large ones smaller, which is quicker.
    const scale = 480 / Math.max(box.width, box.height);
    const width = Math.max(1, Math.round(box.width * scale));
    const height = Math.max(1, Math.round(box.height * scale));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (this.mirrored) context.setTransform(-1, 0, 0, 1, width, 0);
    if (picture) {
      context.drawImage(picture, 0, 0, width, height);
      context.fillStyle = "rgb(10 12 24 / 28%)"; // lines stay visible on bright clothes
      context.fillRect(0, 0, width, height);
    }
    context.translate(-box.x * scale, -box.y * scale);
    for (const { pose2d } of frame.people) this.person(pose2d.keypoints, pose2d.confidence, scale);
  }

  again(): void {
    if (this.last) this.show(this.last.frame, this.last.picture);
  }

  /** Without a picture there is no need to show all of it: the part with the people, followed slowly. */
  private around({ people }: LiftedFrame): Box {
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (const { pose2d } of people) {
      pose2d.confidence.forEach((value, joint) => {
        for (let axis = 0; axis < 2 && value > 0; axis++) {
          low[axis] = Math.min(low[axis], pose2d.keypoints[2 * joint + axis]);
          high[axis] = Math.max(high[axis], pose2d.keypoints[2 * joint + axis]);
        }
      });
    }
    if (!(high[0] > low[0] && high[1] > low[1])) return this.box ?? { x: 0, y: 0, width: 3, height: 4 };
    const height = MARGIN * Math.max(high[1] - low[1], (high[0] - low[0]) / BARE);
    const width = height * BARE;
    const wanted = { x: (low[0] + high[0] - width) / 2, y: (low[1] + high[1] - height) / 2, width, height };
    const before = this.box ?? wanted;
    const near = (a: number, b: number) => a + (b - a) * 0.15;
    this.box = {
      x: near(before.x, wanted.x),
      y: near(before.y, wanted.y),
      width: near(before.width, wanted.width),
      height: near(before.height, wanted.height),
    };
    return this.box;
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
