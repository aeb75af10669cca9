/** Buttons, keys and the timeline. */
import type { App, SourceName } from "../app/app";
import { SAMPLES } from "../samples";
import { type Dialogs } from "./dialogs";
import { button, byId, press } from "./elements";
import { toast } from "./messages";

const SOURCES: SourceName[] = ["sample", "camera", "video", "photo", "keypoints"];
const TURN = Math.PI / 15; // radians a key

export class Controls {
  private seeking = false;

  constructor(
    private readonly app: App,
    private readonly dialogs: Dialogs,
  ) {
    this.sources();
    this.transport();
    this.timeline();
    this.keys();
    this.drop();
    app.addEventListener("change", () => this.update());
    app.addEventListener("frame", () => this.tick());
    byId("view").addEventListener("pointerdown", () => this.touched());
    button("input").onclick = () => press(button("input"), button("input").getAttribute("aria-pressed") !== "true");
    if (matchMedia("(hover: hover)").matches) byId("hint").textContent = "Drag to turn · scroll to zoom";
    this.update();
  }

  choose(name: SourceName): void {
    const { app } = this;
    if (name === "sample") void app.openSample(app.sample);
    else if (name === "camera") void app.openCamera();
    else if (name === "keypoints") this.dialogs.keypoints();
    else byId<HTMLInputElement>(`${name}-file`).click();
  }

  private sources(): void {
    for (const name of SOURCES) byId(`source-${name}`).onclick = () => this.choose(name);
    for (const name of ["video", "photo"] as const) {
      const input = byId<HTMLInputElement>(`${name}-file`);
      input.onchange = () => {
        const file = input.files?.[0];
        input.value = ""; // the same file may be chosen again
        if (file) void (name === "video" ? this.app.openVideo(file) : this.app.openPhoto(file));
      };
    }
  }

  private transport(): void {
    const { app } = this;
    button("pause").onclick = () => this.pause();
    button("mirror").onclick = () => (app.mirrored = !app.mirrored);
    button("flip").onclick = () => void app.openCamera(app.facing === "user" ? "environment" : "user");
    button("home").onclick = () => app.stage?.orbit.reset();
    button("record").onclick = () => this.record();
  }

  private pause(): void {
    if (this.app.source?.moves) this.app.playing = !this.app.playing;
  }

  private record(): void {
    const { recorder } = this.app;
    if (recorder.recording) {
      recorder.end();
      this.dialogs.save(recorder.frames);
    } else {
      recorder.begin();
      const { source } = this.app;
      if (source && !source.moves) source.seek(0); // a photograph's one frame
      toast("Recording the 3D. Press again to stop and save.");
    }
    this.update();
  }

  private timeline(): void {
    const { app } = this;
    const choice = byId<HTMLSelectElement>("sample");
    choice.replaceChildren(...SAMPLES.map(({ name }, i) => new Option(name, String(i))));
    choice.onchange = () => void app.openSample(Number(choice.value));
    const seek = byId<HTMLInputElement>("seek");
    seek.onpointerdown = () => (this.seeking = true);
    seek.onpointerup = seek.onpointercancel = () => (this.seeking = false);
    seek.oninput = () => {
      app.seek(Number(seek.value));
      this.clock(Number(seek.value));
    };
  }

  private keys(): void {
    addEventListener("keydown", (event) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
      if (event.key === " " && target.tagName === "BUTTON") return; // presses the button
      if (this.key(event.key)) event.preventDefault();
    });
  }

  /** Whether the key means something. */
  private key(key: string): boolean {
    const { app } = this;
    const { stage } = app;
    const turns: Record<string, [number, number]> = { ArrowLeft: [TURN, 0], ArrowRight: [-TURN, 0], ArrowUp: [0, TURN], ArrowDown: [0, -TURN] };
    if (turns[key]) {
      stage?.orbit.turn(...turns[key]);
      this.touched();
    } else if (key === "+" || key === "=") stage?.orbit.zoomBy(1.15);
    else if (key === "-") stage?.orbit.zoomBy(1 / 1.15);
    else if (key === "Home") stage?.orbit.reset();
    else if (key === " ") this.pause();
    else if (key.toLowerCase() === "m") app.mirrored = !app.mirrored;
    else if (key.toLowerCase() === "r") this.record();
    else if (key.toLowerCase() === "f" && !button("flip").disabled) button("flip").click();
    else if (/^[1-5]$/.test(key)) this.choose(SOURCES[Number(key) - 1]);
    else return false;
    return true;
  }

  private drop(): void {
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      if (file.type.startsWith("video/")) void this.app.openVideo(file);
      else if (file.type.startsWith("image/")) void this.app.openPhoto(file);
      else this.dialogs.keypoints(file);
    });
  }

  /** Who has taken the figure in hand wants it to stay as it is. */
  private touched(): void {
    byId("hint").classList.add("done");
    if (this.app.stage) this.app.stage.orbit.turning = false;
  }

  private update(): void {
    const { app } = this;
    for (const name of SOURCES) press(byId(`source-${name}`), name === app.sourceName);
    button("pause").disabled = !app.source?.moves;
    button("pause").setAttribute("aria-label", app.playing ? "Pause" : "Play");
    byId("pause-icon").setAttribute("href", app.playing ? "#i-pause" : "#i-play");
    press(button("mirror"), app.mirrored);
    button("flip").disabled = app.sourceName !== "camera";
    byId("sample").hidden = app.sourceName !== "sample";
    byId<HTMLSelectElement>("sample").value = String(app.sample);
    byId("timeline").classList.toggle("still", !app.source?.duration);
    const seek = byId<HTMLInputElement>("seek");
    seek.disabled = !app.source?.duration;
    seek.max = String(app.source?.duration || 1);
    this.recordButton();
    this.tick();
  }

  private recordButton(): void {
    const { recorder } = this.app;
    const { recording } = recorder;
    press(button("record"), recording);
    byId("record-icon").setAttribute("href", recording ? "#i-stop" : "#i-record");
    byId("record-text").textContent = recording ? minutes(recorder.seconds) : "Record";
    button("record").setAttribute("aria-label", recording ? "Stop recording and save" : "Record");
  }

  private tick(): void {
    const { source, recorder } = this.app;
    if (source && !this.seeking) {
      byId<HTMLInputElement>("seek").value = String(source.time);
      this.clock(source.time);
    }
    if (recorder.recording) this.recordButton();
    else if (button("record").getAttribute("aria-pressed") === "true") {
      this.recordButton(); // it was full
      this.dialogs.save(recorder.frames);
    }
  }

  private clock(time: number): void {
    const { source } = this.app;
    byId("clock").textContent = source?.live ? "live" : source?.duration ? minutes(time) : "";
  }
}

function minutes(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
