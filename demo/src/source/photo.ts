/** One photograph. */
import type { Detector } from "../detect/detector";
import type { Frame2D } from "../pose";
import { type Source, SourceError } from "./source";

const LARGEST_SIDE = 1280; // px: more is not looked at by the detector, and costs memory

export class PhotoSource implements Source {
  readonly live = false;
  readonly moves = false;
  readonly oneOverTime = false;
  readonly duration = 0;
  readonly time = 0;
  playing = false;
  private done = false;

  private constructor(
    readonly picture: HTMLCanvasElement,
    private readonly detector: Detector,
  ) {}

  static async open(file: Blob, detector: Detector): Promise<PhotoSource> {
    const image = await createImageBitmap(file).catch(() => {
      throw new SourceError("This file is no picture that the browser can read.", "JPEG, PNG and WebP work everywhere.");
    });
    const scale = Math.min(1, LARGEST_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return new PhotoSource(canvas, detector);
  }

  async next(): Promise<Frame2D | null> {
    if (this.done) return null;
    this.done = true;
    this.detector.reset();
    const people = await this.detector.detect(this.picture, performance.now() / 1000);
    return { time: 0, people, width: this.picture.width, height: this.picture.height };
  }

  seek(): void {
    this.done = false;
  }

  close(): void {
    this.done = true;
  }
}
