/** The windows over the page: keypoints in, recordings out, licences. */
import assets from "virtual:assets";
import type { App } from "../app/app";
import type { Frame2D } from "../pose";
import type { RecordedFrame } from "../save";
import { button, byId } from "./elements";

// Readers and writers are loaded when they are needed: the page starts without them.
const loadReaders = () => import("../keypoints");
const loadWriters = () => import("../save");

const TYPES = { json: "application/json", bvh: "text/plain", csv: "text/csv" };
type Format = keyof typeof TYPES;

interface Licensed {
  name: string;
  by: string;
  licence: string;
  address: string;
}

const LICENCES: Licensed[] = [
  { name: "posenet3d", by: "this page and its code", licence: "Apache-2.0", address: "licences/apache-2.0.txt" },
  {
    name: "Lifters full, full over time and small",
    by: "Trained on 2D poses of the CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu, created with funding from NSF EIA-0196217) and of MPII Human Pose (Andriluka et al., CVPR 2014, simplified BSD)",
    licence: "Apache-2.0",
    address: "licences/model_full.md",
  },
  { name: "LiteRT.js", by: `@litertjs/core ${assets.versions["@litertjs/core"]}, Google LLC; runs the lifter`, licence: "Apache-2.0", address: "licences/apache-2.0.txt" },
  {
    name: "MediaPipe Pose",
    by: `@mediapipe/pose ${assets.versions["@mediapipe/pose"]}, Google LLC, with the BlazePose models; finds joints in pictures`,
    licence: "Apache-2.0",
    address: "licences/apache-2.0.txt",
  },
  { name: "three.js", by: `three ${assets.versions.three}, its authors; draws in 3D`, licence: "MIT", address: "licences/three.txt" },
];

export class Dialogs {
  private recorded: RecordedFrame[] = [];

  constructor(private readonly app: App) {
    button("keypoints-lift").onclick = () => void this.read();
    byId<HTMLInputElement>("keypoints-file").onchange = () => this.hideError("keypoints");
    for (const format of ["json", "bvh", "csv"] as const) byId(`save-${format}`).onclick = () => void this.write(format);
    button("open-about").onclick = () => byId<HTMLDialogElement>("about").showModal();
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close(); // beside it
      });
    }
    this.licences();
  }

  /** Asks for keypoints; a dropped file is read at once. */
  keypoints(file?: File): void {
    this.hideError("keypoints");
    byId("keypoints-size").hidden = true; // until a file asks for it
    const dialog = byId<HTMLDialogElement>("keypoints");
    if (!dialog.open) dialog.showModal();
    if (file) void this.read(file);
  }

  save(frames: RecordedFrame[]): void {
    this.recorded = frames;
    this.hideError("save");
    const people = new Set(frames.flatMap((frame) => frame.people.map(({ id }) => id))).size;
    const seconds = frames.length ? frames[frames.length - 1].time - frames[0].time : 0;
    byId("save-text").textContent = `${frames.length} frames in ${seconds.toFixed(1)} s, ${people} ${people === 1 ? "person" : "people"}.`;
    byId<HTMLDialogElement>("save").showModal();
  }

  private async read(dropped?: File): Promise<void> {
    const input = byId<HTMLInputElement>("keypoints-file");
    const files = dropped ? [dropped] : [...(input.files ?? [])];
    try {
      const frames = await readFrames(files, byId<HTMLTextAreaElement>("keypoints-text").value, this.imageSize());
      input.value = "";
      byId<HTMLDialogElement>("keypoints").close();
      await this.app.openKeypoints(frames);
    } catch (error) {
      if ((error as { needsImageSize?: boolean }).needsImageSize) byId("keypoints-size").hidden = false;
      this.showError("keypoints", error);
    }
  }

  /** Of the images, where it has been asked for. */
  private imageSize(): [number, number] | undefined {
    if (byId("keypoints-size").hidden) return undefined;
    return [byId<HTMLInputElement>("keypoints-width").valueAsNumber, byId<HTMLInputElement>("keypoints-height").valueAsNumber];
  }

  private async write(format: Format): Promise<void> {
    try {
      const { toBvh, toCsv, toJson } = await loadWriters();
      const write = { json: toJson, bvh: toBvh, csv: toCsv }[format];
      download(new Blob([write(this.recorded)], { type: TYPES[format] }), `posenet3d_${stamp()}.${format}`);
      this.hideError("save");
    } catch (error) {
      this.showError("save", error);
    }
  }

  private showError(where: "keypoints" | "save", error: unknown): void {
    const element = byId(`${where}-error`);
    element.textContent = error instanceof Error ? error.message : String(error);
    element.hidden = false;
  }

  private hideError(where: "keypoints" | "save"): void {
    byId(`${where}-error`).hidden = true;
  }

  private licences(): void {
    const items = LICENCES.map(({ name, by, licence, address }) => {
      const item = document.createElement("li");
      const title = document.createElement("b");
      title.textContent = name;
      const read = document.createElement("button");
      read.type = "button";
      read.textContent = licence;
      read.setAttribute("aria-label", `Read the licence of ${name}, ${licence}`);
      read.onclick = () => void showLicence(address);
      const small = document.createElement("small");
      small.textContent = by;
      item.append(title, " ", read, small);
      return item;
    });
    byId("licences").replaceChildren(...items);
  }
}

/** What the files hold, one after the other; without files, what the text holds. */
async function readFrames(files: File[], text: string, size?: [number, number]): Promise<Frame2D[]> {
  const { FRAME_RATE, readKeypoints } = await loadReaders();
  const imageSize = size && { width: size[0], height: size[1] };
  const frames: Frame2D[] = [];
  files.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  for (const file of files) frames.push(...readKeypoints(await file.text(), file.name, imageSize));
  if (!files.length) frames.push(...readKeypoints(text, "The pasted text", imageSize));
  if (!frames.some(({ people }) => people.length)) throw new Error("There is nobody in it.");
  return files.length > 1 ? frames.map((frame, i) => ({ ...frame, time: i / FRAME_RATE })) : frames;
}

async function showLicence(address: string): Promise<void> {
  const element = byId("licence-text");
  const response = await fetch(address).catch(() => null);
  element.textContent = response?.ok ? await response.text() : `${address} did not come.`;
  element.hidden = false;
  element.scrollIntoView({ block: "nearest" });
}

function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "_");
}
