/** The lifter over time: the file as the browser runs it, and the page when it is chosen. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { ready, stateOf } from "./browser";
import { usePhone } from "./phone";

const GOLDEN = resolve(import.meta.dirname, "../../../saved_models/full_sequence/golden.json");
const CLIP = resolve(import.meta.dirname, "person.mjpeg");
const PHOTO = resolve(import.meta.dirname, "person.jpg");
const VARIANT = "full_sequence_dynamic_int8";
const browser = usePhone({ clip: CLIP });

const OUTPUTS = ["keypoints_3d", "elevation", "expected_error", "score"] as const;
type Numbers = (number | null)[];
type Told = Record<(typeof OUTPUTS)[number], number | number[]>;
interface Golden {
  inputs: { keypoints_2d: number[][][]; confidence: number[][]; frame_rate: number };
  /** A row a frame; null is NaN: the frame cannot be lifted. */
  outputs: Record<(typeof OUTPUTS)[number], (number | null | Numbers | Numbers[])[]>;
  tolerances: Record<(typeof OUTPUTS)[number], number>;
}

const { inputs, outputs, tolerances }: Golden = JSON.parse(readFileSync(GOLDEN, "utf8"))[`${VARIANT}.tflite`];
const rowOf = (value: unknown) => [value].flat(Infinity) as Numbers;

async function lifted(source: string, count: number): Promise<void> {
  await browser.page.waitForFunction(
    ([name, least]) => {
      const { source, lifted, people } = (window as any).posenet3d.state();
      return source === name && lifted >= least && people === 1;
    },
    [source, count] as const,
  );
}

/** Head above pelvis above ankles, of a size that a body has. */
function upright(joints: number[]): boolean {
  const height = (joint: number) => -joints[3 * joint + 1];
  return height(10) > 0.8 && Math.max(height(3), height(6)) < -0.8;
}

const modelsKept = () =>
  browser.page.evaluate(async () => {
    const requests = await (await caches.open("posenet3d-heavy")).keys();
    return requests.map(({ url }) => url).filter((url) => url.includes("/models/"));
  });

it("answers frame after frame as the exported file does in Python", async () => {
  const flat = inputs.keypoints_2d.map((pose) => pose.flat());
  const found: (Told | null)[] = await browser.page.evaluate(
    ([name, keypoints, confidence, rate]) => (window as any).posenet3d.liftOverTime(name, keypoints, confidence, rate),
    [VARIANT, flat, inputs.confidence, inputs.frame_rate] as const,
  );
  expect(found).toHaveLength(24);
  expect(found.map((told) => told === null)).toEqual(outputs.elevation.map((value) => value === null));
  for (const name of OUTPUTS) {
    found.forEach((told, frame) => {
      if (!told) return;
      const wanted = rowOf(outputs[name][frame]);
      const off = rowOf(told[name]).map((value, i) => Math.abs(value! - wanted[i]!));
      expect(off).toHaveLength(wanted.length);
      expect(Math.max(...off), `${name} of frame ${frame}`).toBeLessThanOrEqual(tolerances[name]);
    });
  }
});

it("is loaded when it is chosen, not before, and kept for use without network", async () => {
  const { page, served } = browser;
  await page.waitForFunction(() => document.documentElement.dataset.offline === "true");
  await page.reload(); // the test above has loaded the file
  await page.evaluate(async (name) => {
    const cache = await caches.open("posenet3d-heavy");
    for (const request of await cache.keys()) if (request.url.includes(name)) await cache.delete(request);
  }, VARIANT);
  await ready(page);
  const asked = () => served.asked.filter((name) => name.includes(VARIANT)).length;
  served.asked.length = 0;
  await page.waitForTimeout(500);
  expect(asked()).toBe(0);
  await page.locator("#open-panel").tap();
  await page.locator("#model").selectOption({ label: "full over time" });
  await page.waitForFunction(() => (window as any).posenet3d.state().overTime);
  expect(asked()).toBe(1);
  expect((await modelsKept()).filter((address) => address.includes(VARIANT))).toHaveLength(1);
});

it("follows the person of a sample, whose poses are not smoothed again", async () => {
  const { page } = browser;
  expect(await page.locator("#weights option").allTextContents()).toEqual(["int8, dynamic, 4.2 MB"]);
  expect(await page.locator("#smooth").isChecked()).toBe(false);
  const { lifted: before } = await stateOf(page);
  await lifted("sample", before + 30);
  const { joints, projected, score, overTime } = await stateOf(page);
  expect(overTime).toBe(true);
  expect(upright(joints!)).toBe(true);
  for (const [x, y] of projected!) expect(Math.min(x, y, 1 - x, 1 - y)).toBeGreaterThan(0);
  expect(score).toBeGreaterThan(0.2);
});

it("follows the person before the camera, also after a reload", async () => {
  const { page } = browser;
  await page.reload();
  await ready(page);
  await page.locator("#source-camera").tap();
  await lifted("camera", 20);
  const { joints, projected, latency, overTime } = await stateOf(page);
  expect(overTime).toBe(true);
  expect(upright(joints!)).toBe(true);
  for (const [x, y] of projected!) expect(Math.min(x, y, 1 - x, 1 - y)).toBeGreaterThan(0);
  expect(latency.lifter!.count).toBeGreaterThan(10);
});

it("leaves a photograph to the lifter of single frames, and smooths with that as before", async () => {
  const { page } = browser;
  await page.locator("#photo-file").setInputFiles(PHOTO);
  await lifted("photo", 1);
  const { joints, overTime } = await stateOf(page);
  expect(overTime).toBe(false);
  expect(upright(joints!)).toBe(true);
  expect(await page.locator("#smooth").isChecked()).toBe(true);
  await page.evaluate(() => localStorage.clear());
});
