/** Takes the pictures of docs/demo.md: `npm run screenshots`. */
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { type Options, PHONE, launch, ready } from "../tests/e2e/browser";
import { serve } from "../tests/e2e/server";

const IMAGES = resolve(import.meta.dirname, "../../docs/images");
const CLIP = resolve(import.meta.dirname, "../tests/e2e/person.mjpeg");

/** Waits for so many frames, then holds the figure still at an angle at which depth is seen. */
async function pose(page: Page, source: string, frames: number): Promise<void> {
  await page.waitForFunction(
    ([name, least]) => {
      const { source, lifted } = (window as any).posenet3d.state();
      return source === name && lifted >= least;
    },
    [source, frames] as const,
  );
  await page.locator("#view").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await page.locator("#view").blur();
  await page.waitForTimeout(1500); // the figures of the panel are written twice a second
}

const pictures: [string, Options, (page: Page) => Promise<void>][] = [
  [
    "demo_portrait",
    { viewport: PHONE, clip: CLIP, colorScheme: "dark" },
    async (page) => {
      await page.locator("#source-camera").tap();
      await pose(page, "camera", 30);
    },
  ],
  [
    "demo_landscape",
    { viewport: { width: 915, height: 412 }, colorScheme: "dark" },
    async (page) => {
      await page.locator("#sample").selectOption({ label: "Legs hidden" });
      await page.waitForFunction(() => !document.getElementById("filled")!.hidden);
      await page.locator("#pause").tap();
      await pose(page, "sample", 1);
    },
  ],
  [
    "demo_desktop",
    { viewport: { width: 1280, height: 720 }, mobile: false, colorScheme: "light" },
    async (page) => {
      await page.locator("#sample").selectOption({ label: "Waving" });
      await pose(page, "sample", 40);
    },
  ],
];

const served = await serve();
for (const [name, options, prepare] of pictures) {
  const { page, close } = await launch({ ...options, flags: ["--hide-scrollbars"] });
  await page.goto(served.address);
  await ready(page);
  await page.waitForFunction(() => document.documentElement.dataset.offline === "true");
  await prepare(page);
  await page.screenshot({ path: resolve(IMAGES, `${name}.png`) });
  await close();
}
await served.stop();
