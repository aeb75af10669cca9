/**
 * Measures the built app in Chromium as a phone: `npm run measure`.
 *
 * Ready: from the start of loading until the first pose is lifted and shown. Lifting: one pose, over and
 * over. Frames: the camera's clip of the tests, on the processor, drawn in software.
 */
import { resolve } from "node:path";
import { type Browser, launch, ready, stateOf } from "../tests/e2e/browser";
import { serve } from "../tests/e2e/server";

const VISITS = 7;
const POSES = 1000;
const CAMERA_FRAMES = 150;
const CLIP = resolve(import.meta.dirname, "../tests/e2e/person.mjpeg");

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
const median = (values: number[]) => sorted(values)[Math.floor(values.length / 2)];
const p95 = (values: number[]) => sorted(values)[Math.floor(values.length * 0.95)];

async function visit({ page }: Browser, address: string): Promise<number> {
  await page.goto(address);
  await ready(page);
  return page.evaluate(() => performance.getEntriesByName("ready")[0].startTime);
}

const served = await serve();
const browser = await launch({ clip: CLIP });
const { page } = browser;
console.log(`first visit                    ${((await visit(browser, served.address)) / 1000).toFixed(2)} s until ready`);
await page.waitForFunction(() => document.documentElement.dataset.offline === "true");
const visits: number[] = [];
for (let i = 0; i < VISITS; i++) visits.push(await visit(browser, served.address));
console.log(`later visits                   ${(median(visits) / 1000).toFixed(2)} s median, ${(Math.max(...visits) / 1000).toFixed(2)} s at most of ${VISITS}`);

await page.locator("#pause").tap(); // what is timed does not share the processor with the sample
const pose = [500, 500, 480, 500, 478, 590, 476, 680, 520, 500, 522, 592, 530, 682, 500, 455, 500, 410, 500, 385, 502, 350, 535, 412, 560, 470, 570, 530, 465, 412, 440, 470, 432, 530];
const variants: string[] = await page.evaluate(() => (window as any).posenet3d.variants);
console.log("\nlifting one pose, ms           median     95 %");
for (const variant of variants) {
  const times: number[] = await page.evaluate(
    ([name, keypoints, count]) => (window as any).posenet3d.time(name, keypoints, count),
    [variant, pose, POSES] as const,
  );
  console.log(`  ${variant.padEnd(27)}${median(times).toFixed(2).padStart(8)} ${p95(times).toFixed(2).padStart(8)}`);
}

await page.locator("#source-camera").tap();
await page.waitForFunction((count) => {
  const { source, lifted } = (window as any).posenet3d.state();
  return source === "camera" && lifted > count;
}, CAMERA_FRAMES, { timeout: 120_000 });
const { latency } = await stateOf(page);
console.log("\ncamera, ms a frame             median     95 %");
for (const [part, figures] of Object.entries(latency)) {
  if (figures) console.log(`  ${part.padEnd(27)}${figures.median.toFixed(1).padStart(8)} ${figures.p95.toFixed(1).padStart(8)}`);
}
await browser.close();
await served.stop();
