/** Moving pictures: the camera, or a video file. */
import type { Detector } from "../detect/detector";
import type { Frame2D } from "../pose";
import { type Source, SourceError } from "./source";

export type Facing = "user" | "environment";

const SHOWN_SIDE = 480; // px: the picture is shown small

export class VideoSource implements Source {
  readonly moves = true;
  readonly oneOverTime = true; // the detector finds one person
  /** The frame that the detector has got: the video itself is further on when it is done. */
  readonly picture = document.createElement("canvas");
  private readonly context = this.picture.getContext("2d")!;
  private last = -1;
  private wanted = true;

  private constructor(
    private readonly video: HTMLVideoElement,
    private readonly detector: Detector,
    private readonly stream: MediaStream | null,
    private readonly address: string,
  ) {}

  /** @throws SourceError with what went wrong, in words for people. */
  static async camera(facing: Facing, detector: Detector): Promise<VideoSource> {
    const stream = await openCamera(facing);
    const video = quietVideo();
    video.srcObject = stream;
    await video.play();
    return new VideoSource(video, detector, stream, "");
  }

  /** @throws SourceError where the browser cannot play the file. */
  static async file(file: Blob, detector: Detector): Promise<VideoSource> {
    const video = quietVideo();
    const address = URL.createObjectURL(file);
    video.loop = true;
    video.src = address;
    await new Promise<void>((resolve, reject) => {
      video.onloadeddata = () => resolve();
      video.onerror = () => {
        URL.revokeObjectURL(address);
        reject(new SourceError("The browser cannot play this video.", "MP4 (H.264) and WebM work in most browsers."));
      };
    });
    if (!video.videoWidth) throw new SourceError("This file has sound but no picture.", "Choose a video.");
    await video.play().catch(() => {}); // without leave to play it is stepped through by the slider
    return new VideoSource(video, detector, null, address);
  }

  get live(): boolean {
    return this.stream !== null;
  }

  get duration(): number {
    return this.live || !Number.isFinite(this.video.duration) ? 0 : this.video.duration;
  }

  get time(): number {
    return this.video.currentTime;
  }

  get playing(): boolean {
    return this.wanted;
  }

  set playing(value: boolean) {
    this.wanted = value;
    if (value) void this.video.play().catch(() => {});
    else this.video.pause();
  }

  async next(): Promise<Frame2D | null> {
    const { video } = this;
    if (this.stream && !this.stream.active) throw new SourceError("The camera has stopped.", "Choose Camera again.");
    const time = video.currentTime;
    if (video.readyState < 2 || time === this.last) return null;
    if (time < this.last) this.detector.reset(); // from the end to the start
    this.last = time;
    const { videoWidth: width, videoHeight: height } = video;
    this.film();
    const people = await this.detector.detect(video, performance.now() / 1000);
    return { time, people, width, height };
  }

  private film(): void {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, SHOWN_SIDE / Math.max(videoWidth, videoHeight));
    const width = Math.max(1, Math.round(videoWidth * scale));
    const height = Math.max(1, Math.round(videoHeight * scale));
    if (this.picture.width !== width || this.picture.height !== height) Object.assign(this.picture, { width, height });
    this.context.drawImage(this.video, 0, 0, width, height);
  }

  seek(time: number): void {
    if (!this.live) this.video.currentTime = time;
  }

  close(): void {
    this.video.pause();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
    if (this.address) URL.revokeObjectURL(this.address);
  }
}

function quietVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true; // else iPhones go to full screen
  return video;
}

/** @throws SourceError where it is known without asking that there will be no camera. */
export function needCamera(): void {
  if (!window.isSecureContext) {
    throw new SourceError(
      "Browsers give the camera to secure pages alone, and this one came over plain http.",
      "Open it over https://, or on the same machine as http://localhost. docs/demo.md says how.",
    );
  }
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new SourceError("This browser gives pages no camera.", "Try another browser, or a video, a photo or keypoints.");
  }
}

async function openCamera(facing: Facing): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: facing }, width: { ideal: 640 } },
      audio: false,
    });
  } catch (error) {
    throw cameraError(error instanceof Error ? error.name : "");
  }
}

function cameraError(name: string): SourceError {
  if (name === "NotAllowedError" || name === "SecurityError") {
    return new SourceError(
      "The camera was not allowed.",
      "Allow it for this page beside the address, and choose Camera again. Pictures never leave this device.",
    );
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") {
    return new SourceError("There is no camera on this device.", "A video, a photo or keypoints work without one.");
  }
  if (name === "NotReadableError" || name === "AbortError") {
    return new SourceError("The camera is in use by something else.", "Close the other app or tab, and choose Camera again.");
  }
  return new SourceError("The camera did not start.", "Choose Camera again, or a video, a photo or keypoints.");
}
