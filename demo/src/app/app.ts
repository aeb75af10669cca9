/** The app: a source, a lifter, a view, and the loop between them. */
import type { Variant } from "virtual:assets";
import type { Detector } from "../detect/detector";
import { Lifters } from "../lift/lifters";
import type { Frame2D } from "../pose";
import { SAMPLES } from "../samples";
import { PhotoSource } from "../source/photo";
import { SequenceSource } from "../source/sequence";
import { type Source, SourceError } from "../source/source";
import { type Facing, VideoSource, needCamera } from "../source/video";
import { hideMessage, showFrame, showLoading, showMessage, toast } from "../ui/messages";
import { Flat } from "../view/flat";
import { NoWebGL, Stage } from "../view/stage";
import { byId } from "../ui/elements";
import { stayAwake } from "./awake";
import { Detectors } from "./detectors";
import { Latency } from "./latency";
import { type LiftedFrame, Pipeline } from "./pipeline";
import { Recorder } from "./recorder";
import { FIRST, type Settings, keepSettings, nameOf, readSettings, variantOf } from "./settings";

export type SourceName = "sample" | "camera" | "video" | "photo" | "keypoints";

const NOBODY_AFTER = 2000; // ms
const DISPOSE_AFTER = 1000; // ms
const WARM_UP = 5; // frames, in which shaders are compiled
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class App extends EventTarget {
  readonly settings: Settings = readSettings();
  readonly latency = new Latency();
  readonly recorder = new Recorder();
  readonly stage: Stage | null;
  readonly flat = new Flat(byId<HTMLCanvasElement>("flat"));
  source: Source | null = null;
  sourceName: SourceName = "sample";
  sample = 0;
  facing: Facing = "environment";
  lifters: Lifters | null = null;
  /** Frames that have been lifted from this source. */
  lifted = 0;
  last: LiftedFrame | null = null;
  private readonly pipeline = new Pipeline(this.latency);
  private readonly detectors = new Detectors();
  private opened = 0;
  private seenAt = 0;

  constructor() {
    super();
    this.stage = this.makeStage();
    this.apply();
  }

  /** Loads the lifter and plays the first sample. */
  async start(): Promise<void> {
    requestAnimationFrame(this.drawing);
    void this.lifting();
    await Promise.all([this.loadLifter(), this.openSample(this.sample)]);
  }

  async loadLifter(): Promise<void> {
    const variant = variantOf(this.settings);
    if (variant === this.lifters?.variant) return;
    showLoading(`Loading the lifter, ${(variant.bytes / 1e6).toFixed(1)} MB`);
    try {
      const lifters = await Lifters.load(variant, FIRST);
      if (variant !== variantOf(this.settings)) return lifters.dispose(); // chosen again meanwhile
      const old = this.lifters;
      this.lifters = lifters;
      this.pipeline.follow(lifters.live);
      setTimeout(() => old?.dispose(), DISPOSE_AFTER); // a frame may be in it
      this.latency.reset();
      this.refresh();
    } catch (error) {
      console.error(error);
      this.notLoaded(variant, error);
    } finally {
      showLoading(null);
      this.changed();
    }
  }

  /** Goes back to the lifter from before or, at the start, to the one that is kept with the page. */
  private notLoaded(variant: Variant, error: unknown): void {
    const before = this.lifters?.variant ?? (variant === FIRST ? null : FIRST);
    const advice = lifterAdvice(error);
    if (before) void this.set({ model: before.model, weights: before.weights });
    const run = () => void (before ? this.set({ model: variant.model, weights: variant.weights }) : this.loadLifter());
    showMessage(`The lifter ${nameOf(variant.model)}, ${variant.weights} does not load`, advice, { label: "Try again", run });
  }

  openSample(index: number): Promise<void> {
    this.sample = index;
    return this.open("sample", async () => {
      const source = new SequenceSource(await SAMPLES[index].load(), true);
      if (STILL.matches) {
        source.playing = false;
        toast("Paused, as this device asks for less motion.");
      }
      return source;
    });
  }

  openCamera(facing = this.facing): Promise<void> {
    this.facing = facing;
    return this.open("camera", async () => {
      needCamera(); // before the detector is waited for
      const detector = await this.needDetector(); // the camera's light goes on when all is ready
      return VideoSource.camera(facing, detector);
    });
  }

  openVideo(file: Blob): Promise<void> {
    return this.open("video", async () => VideoSource.file(file, await this.needDetector()));
  }

  openPhoto(file: Blob): Promise<void> {
    return this.open("photo", async () => PhotoSource.open(file, await this.needDetector()));
  }

  openKeypoints(frames: Frame2D[]): Promise<void> {
    return this.open("keypoints", async () => new SequenceSource(frames));
  }

  set playing(value: boolean) {
    if (this.source) this.source.playing = value;
    this.changed();
  }

  get playing(): boolean {
    return this.source?.playing ?? false;
  }

  seek(time: number): void {
    this.source?.seek(time);
    this.pipeline.reset();
  }

  set mirrored(value: boolean) {
    this.flat.mirrored = value;
    if (this.stage) this.stage.mirrored = value;
    this.stage?.again();
    this.flat.again();
    this.changed();
  }

  get mirrored(): boolean {
    return this.flat.mirrored;
  }

  /** Whether this source is lifted over time, each frame with those before it. */
  get overTime(): boolean {
    return !!this.lifters?.live && !!this.source?.oneOverTime;
  }

  /** Takes a change of settings into use and keeps it. */
  async set(change: Partial<Settings>): Promise<void> {
    const before = { ...this.settings };
    Object.assign(this.settings, change);
    keepSettings(this.settings);
    this.apply();
    if (before.model !== this.settings.model || before.weights !== this.settings.weights) await this.loadLifter();
    if (before.detector !== this.settings.detector && this.sourceName === "camera") await this.openCamera();
    this.changed();
  }

  /** What takes effect without anything being loaded. */
  private apply(): void {
    const { smooth, smoothOverTime, turning } = this.settings;
    Object.assign(this.pipeline, { smooth, smoothOverTime });
    if (this.stage) this.stage.orbit.turning = turning;
  }

  /** Replaces the source; where the new one does not open, says why. */
  private async open(name: SourceName, make: () => Promise<Source>): Promise<void> {
    const turn = ++this.opened;
    this.source?.close();
    this.source = null;
    this.sourceName = name;
    this.lifted = 0;
    this.pipeline.reset();
    this.flat.reset();
    this.stage?.reset();
    hideMessage();
    this.changed();
    try {
      const source = await make();
      if (turn !== this.opened) return source.close(); // another was chosen while this one opened
      this.source = source;
      this.seenAt = performance.now();
      this.mirrored = name === "camera" && this.facing === "user";
      this.latency.reset();
      void stayAwake(source.live);
    } catch (error) {
      if (turn !== this.opened) return;
      console.warn(error);
      const [title, advice] = explain(error);
      showMessage(title, advice, { label: "Play a sample", run: () => void this.openSample(this.sample) });
    } finally {
      if (turn === this.opened) {
        showLoading(null);
        this.changed();
      }
    }
  }

  private needDetector(): Promise<Detector> {
    return this.detectors.need(this.settings.detector);
  }

  /** Lifts what the source has, one frame after the other. */
  private async lifting(): Promise<void> {
    for (;;) {
      await nextFrame();
      const { source, lifters, opened } = this;
      if (!source || !lifters) continue;
      try {
        const start = performance.now();
        const frame = await source.next();
        if (!frame || opened !== this.opened) continue;
        if (source.picture) this.latency.add("detector", performance.now() - start);
        const lifted = await this.pipeline.lift(frame, lifters.single, source.oneOverTime);
        if (opened === this.opened) this.show(lifted, source);
      } catch (error) {
        if (opened !== this.opened || lifters !== this.lifters) continue; // it was put away meanwhile
        console.error(error);
        source.playing = false;
        source.close();
        this.source = null;
        const [title, advice] = explain(error);
        showMessage(title, advice, { label: "Play a sample", run: () => void this.openSample(this.sample) });
      }
    }
  }

  private show(frame: LiftedFrame, source: Source): void {
    this.last = frame;
    this.lifted++;
    if (this.lifted === WARM_UP) this.latency.reset();
    this.recorder.add(frame);
    this.flat.show(frame, source.picture);
    if (frame.people.length || this.sourceName !== "camera") this.stage?.show(frame.people);
    showFrame(frame);
    this.remark(frame);
    this.dispatchEvent(new Event("frame"));
  }

  /** Says so where nobody is found for a while. */
  private remark(frame: LiftedFrame): void {
    const now = performance.now();
    if (frame.people.length) this.seenAt = now;
    else if (this.sourceName === "photo" || now - this.seenAt > NOBODY_AFTER) {
      this.seenAt = now + 4000;
      toast(frame.notLifted ? "Too few joints are seen: show more of the body." : "Nobody is found: show the whole body.");
    }
  }

  private readonly drawing = (): void => {
    requestAnimationFrame(this.drawing);
    const start = performance.now();
    if (this.stage?.draw()) this.latency.add("draw", performance.now() - start);
  };

  /** The frame that is shown, anew: by another lifter, say. */
  private refresh(): void {
    this.pipeline.reset();
    if (this.source && !this.source.playing) this.source.seek(this.source.time);
  }

  private makeStage(): Stage | null {
    try {
      return new Stage(byId<HTMLCanvasElement>("view"));
    } catch (error) {
      if (!(error instanceof NoWebGL)) throw error;
      byId("hint").hidden = true;
      showMessage(error.message, "Switch it on in the browser's settings, or try another browser. People are lifted all the same, and recordings can be saved.");
      return null;
    }
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

/** What went wrong, and what to do about it. */
function explain(error: unknown): [string, string] {
  if (error instanceof SourceError) return [error.message, error.advice];
  return ["This did not work.", error instanceof Error ? error.message : String(error)];
}

function lifterAdvice(error: unknown): string {
  if (!navigator.onLine) return "There is no network, and this one has not been loaded before. The other one goes on.";
  return error instanceof Error ? error.message : String(error);
}
