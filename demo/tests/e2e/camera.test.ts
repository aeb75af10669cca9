/** Camera, photograph and video, through the detector. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { stateOf } from "./browser";
import { usePhone } from "./phone";

const CLIP = resolve(import.meta.dirname, "person.mjpeg");
const PHOTO = resolve(import.meta.dirname, "person.jpg");
const browser = usePhone({ clip: CLIP });

async function lifted(source: string, count: number): Promise<void> {
  await browser.page.waitForFunction(
    ([name, least]) => {
      const { source, lifted, people } = (window as any).posenet3d.state();
      return source === name && lifted >= least && people === 1;
    },
    [source, count] as const,
    { timeout: 90_000 },
  );
}

/** Head above pelvis above ankles, of a size that a body has. */
function upright(joints: number[]): boolean {
  const height = (joint: number) => -joints[3 * joint + 1];
  return height(10) > 0.8 && Math.max(height(3), height(6)) < -0.8;
}

it("lifts what the camera sees", async () => {
  const { page } = browser;
  await page.locator("#source-camera").tap();
  await lifted("camera", 10);
  const { joints, projected, latency, mirrored } = await stateOf(page);
  expect(upright(joints!)).toBe(true);
  for (const [x, y] of projected!) expect(Math.min(x, y, 1 - x, 1 - y)).toBeGreaterThan(0);
  expect(latency.detector!.count).toBeGreaterThan(4);
  expect(mirrored).toBe(false);
});

it("shows the front camera as a mirror", async () => {
  const { page } = browser;
  await page.locator("#flip").tap();
  await lifted("camera", 3);
  expect((await stateOf(page)).mirrored).toBe(true);
});

it("stands still when paused, and goes on", async () => {
  const { page } = browser;
  await page.locator("#pause").tap();
  await page.waitForTimeout(400);
  const { lifted: before } = await stateOf(page);
  await page.waitForTimeout(600);
  expect((await stateOf(page)).lifted).toBe(before);
  await page.locator("#pause").tap();
  await lifted("camera", before + 3);
});

it("lifts a photograph", async () => {
  const { page } = browser;
  await page.locator("#photo-file").setInputFiles(PHOTO);
  await lifted("photo", 1);
  expect(upright((await stateOf(page)).joints!)).toBe(true);
  expect(await page.locator("#pause").isDisabled()).toBe(true);
});

it("lifts a video file", async () => {
  const { page } = browser;
  // The browser films the photograph: no video lies in the repository.
  const video = await page.evaluate(async (photo) => {
    const image = new Image();
    image.src = photo;
    await image.decode().catch(() => {});
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    for (let frame = 0; frame < 24; frame++) {
      context.drawImage(image, 4 * Math.sin(frame), 0);
      await new Promise((done) => setTimeout(done, 100));
    }
    const stopped = new Promise((done) => (recorder.onstop = done));
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, await photoAddress());
  await page.locator("#video-file").setInputFiles({ name: "walk.webm", mimeType: "video/webm", buffer: Buffer.from(video, "base64") });
  await lifted("video", 3);
  expect(upright((await stateOf(page)).joints!)).toBe(true);
});

it.each([
  ["photo", "image/png", /no picture/],
  ["video", "video/mp4", /cannot play/],
])("says that a broken %s is none", async (kind, mimeType, message) => {
  const { page } = browser;
  await page.locator(`#${kind}-file`).setInputFiles({ name: "broken", mimeType, buffer: Buffer.from("nothing") });
  await page.locator("#message").waitFor({ state: "visible" });
  expect(await page.locator("#message-title").textContent()).toMatch(message);
  await page.locator("#message-button").tap();
  await lifted("sample", 1);
});

it("asked no other host, and broke no rule of its security policy", () => {
  const others = browser.requests.filter((address) => !address.startsWith(browser.served.address) && !/^(blob|data):/.test(address));
  expect(others).toEqual([]);
  expect(browser.errors.filter((text) => /security policy/i.test(text))).toEqual([]);
});

/** The photograph as the page may show it: its policy admits no data: addresses, so by a blob. */
async function photoAddress(): Promise<string> {
  const bytes = [...readFileSync(PHOTO)];
  return browser.page.evaluate((numbers) => URL.createObjectURL(new Blob([new Uint8Array(numbers)])), bytes);
}
