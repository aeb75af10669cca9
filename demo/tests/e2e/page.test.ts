/** The page with its samples, as a finger, a keyboard and a screen reader have it. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { PHONE, ready, stateOf } from "./browser";
import { usePhone } from "./phone";

const SAMPLES = resolve(import.meta.dirname, "../../../docs/samples");
const browser = usePhone();

beforeEach(async () => {
  await browser.page.setViewportSize(PHONE);
  await browser.page.goto(browser.served.address);
  await ready(browser.page);
});

const state = () => stateOf(browser.page);

async function lifted(count: number): Promise<void> {
  await browser.page.waitForFunction((least) => (window as any).posenet3d.state().lifted >= least, count);
}

it("plays a sample at once, and scores it", async () => {
  await lifted(10);
  const { source, playing, people, score } = await state();
  expect({ source, playing, people }).toEqual({ source: "sample", playing: true, people: 1 });
  expect(score).toBeGreaterThan(0.2);
  expect(await browser.page.locator("#score-value").textContent()).toMatch(/^0\.\d\d$/);
});

it.each([
  ["portrait", PHONE],
  ["landscape", { width: 915, height: 412 }],
  ["a small phone", { width: 320, height: 568 }],
  ["a desk", { width: 1440, height: 900 }],
])("shows all joints, large enough, in %s", async (_, size) => {
  const { page } = browser;
  await page.setViewportSize(size);
  for (const sample of ["0", "2", "3"]) {
    await page.locator("#sample").selectOption(sample);
    await lifted(12);
    const { projected } = await state();
    expect(projected).toHaveLength(17);
    for (const [x, y] of projected!) {
      expect(x).toBeGreaterThan(0.01);
      expect(x).toBeLessThan(0.99);
      expect(y).toBeGreaterThan(0.01);
      expect(y).toBeLessThan(0.99);
    }
    const heights = projected!.map(([, y]) => y);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(0.3);
  }
});

it("has no button outside the window or smaller than a finger", async () => {
  const { page } = browser;
  for (const [width, height] of [[412, 839], [320, 568], [915, 412], [740, 360], [1440, 900]]) {
    await page.setViewportSize({ width, height });
    const boxes = await page.locator("body > header button:visible, .dock button:visible, .dock select:visible").evaluateAll((elements) =>
      elements.map((element) => ({ id: element.id, ...element.getBoundingClientRect().toJSON() })),
    );
    expect(boxes.length).toBeGreaterThan(10);
    // Where something sticks out, a phone shows all of it, smaller.
    expect(await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth])).toEqual([width, width]);
    for (const box of boxes) {
      const where = `${box.id} at ${width} x ${height}`;
      expect(box.width, where).toBeGreaterThanOrEqual(44);
      expect(box.height, where).toBeGreaterThanOrEqual(44);
      expect(box.left, where).toBeGreaterThanOrEqual(0);
      expect(box.right, where).toBeLessThanOrEqual(width);
      expect(box.bottom, where).toBeLessThanOrEqual(height);
    }
  }
});

it("turns under the finger", async () => {
  const { page } = browser;
  await page.locator("#pause").tap();
  const before = await state();
  const session = await browser.context.newCDPSession(page);
  const touch = (type: string, x: number, y: number) =>
    session.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  await touch("touchStart", 120, 480);
  for (let step = 1; step <= 10; step++) await touch("touchMove", 120 + 16 * step, 480);
  await touch("touchEnd", 0, 0);
  await page.waitForTimeout(300);
  const after = await state();
  expect(Math.abs(after.azimuth! - before.azimuth!)).toBeGreaterThan(20);
  expect(after.projected![3]).not.toEqual(before.projected![3]);
});

it("zooms between two fingers, and back", async () => {
  const { page } = browser;
  await page.locator("#pause").tap();
  const size = async () => {
    const heights = (await state()).projected!.map(([, y]) => y);
    return Math.max(...heights) - Math.min(...heights);
  };
  const before = await size();
  const session = await browser.context.newCDPSession(page);
  const fingers = (apart: number) => [{ x: 206 - apart, y: 450, id: 0 }, { x: 206 + apart, y: 450, id: 1 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(40) });
  for (let apart = 45; apart <= 80; apart += 5) await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: fingers(apart) });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(200);
  expect(await size()).toBeGreaterThan(1.3 * before);
  await page.locator("#home").tap();
  await page.waitForTimeout(200);
  expect(await size()).toBeLessThan(1.1 * before);
});

it("is used by the keyboard alone", async () => {
  const { page } = browser;
  await page.locator("#view").focus();
  await page.keyboard.press("Space");
  expect((await state()).playing).toBe(false);
  expect(await page.locator("#pause").getAttribute("aria-label")).toBe("Play");
  const { azimuth } = await state();
  await page.keyboard.press("ArrowLeft");
  await page.waitForTimeout(100);
  expect((await state()).azimuth! - azimuth!).toBeGreaterThan(8);
  await page.keyboard.press("m");
  expect((await state()).mirrored).toBe(true);
  await page.keyboard.press("5");
  expect(await page.locator("#keypoints").isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  expect(await page.locator("#keypoints").isVisible()).toBe(false);
});

it("has a name for everything that can be used", async () => {
  const nameless = await browser.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, select, input, textarea, canvas[tabindex]")]
      .filter((element) => element.tabIndex >= 0)
      .filter((element) => {
        const labels = (element as HTMLInputElement).labels;
        return !(element.getAttribute("aria-label") || element.textContent?.trim() || labels?.length);
      })
      .map((element) => element.outerHTML),
  );
  expect(nameless).toEqual([]);
  expect(await browser.page.locator("#described").textContent()).toMatch(/Person 1, score 0\.\d+/);
});

it("mirrors the figure", async () => {
  const { page } = browser;
  await page.locator("#pause").tap();
  await page.locator("#turning").evaluate((box: HTMLInputElement) => box.checked && box.click());
  await page.waitForTimeout(100);
  const before = (await state()).projected!;
  await page.locator("#mirror").tap();
  await page.waitForTimeout(100);
  const after = (await state()).projected!;
  expect(Math.abs(after[3][0] - before[3][0]) + Math.abs(after[6][0] - before[6][0])).toBeGreaterThan(0.02);
});

it("marks joints that were filled in", async () => {
  const { page } = browser;
  await page.locator("#sample").selectOption({ label: "Legs hidden" });
  await page.waitForFunction(() => !document.getElementById("filled")!.hidden);
  expect(await page.locator("#filled-text").textContent()).toMatch(/^\d+ filled in$/);
});

it("lifts by another lifter, and says what it costs", async () => {
  const { page } = browser;
  await page.locator("#open-panel").tap();
  await page.locator("#model").selectOption("small");
  await page.locator("#weights").selectOption("float16");
  await page.waitForFunction(() => document.getElementById("loading")!.hidden);
  await page.waitForTimeout(1500);
  const cells = await page.locator("#latency tr:nth-child(2) td").allTextContents();
  expect(cells.map(Number).every((value) => value > 0 && value < 1000)).toBe(true);
  await page.reload();
  await ready(page);
  expect(await page.locator("#model").inputValue()).toBe("small");
  await page.evaluate(() => localStorage.clear());
});

it("records, and saves as JSON, BVH and CSV", async () => {
  const { page } = browser;
  await page.locator("#record").tap();
  await lifted(25);
  await page.locator("#record").tap();
  expect(await page.locator("#save-text").textContent()).toMatch(/^\d+ frames in \d+\.\d s, 1 person\.$/);
  for (const [format, begins] of [["json", /^\{/], ["bvh", /^HIERARCHY/], ["csv", /^\w+(,\w+)+/]] as const) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`#save-${format}`).tap()]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^posenet3d_\\d{8}_\\d{6}\\.${format}$`));
    const text = readFileSync(await download.path(), "utf8");
    expect(text).toMatch(begins);
    expect(text.length).toBeGreaterThan(1000);
  }
});

it("lifts pasted keypoints, and files of other detectors", async () => {
  const { page } = browser;
  const shown = async () => {
    await page.locator("#keypoints").waitFor({ state: "hidden" });
    await page.waitForFunction(() => (window as any).posenet3d.state().source === "keypoints" && (window as any).posenet3d.state().lifted > 0);
    for (const [x, y] of (await state()).projected!) expect(Math.min(x, y, 1 - x, 1 - y)).toBeGreaterThan(0);
  };
  await page.locator("#source-keypoints").tap();
  await page.locator("#keypoints-text").fill(readFileSync(resolve(SAMPLES, "coco_results.json"), "utf8"));
  await page.locator("#keypoints-lift").tap();
  await shown();
  const openpose = Array.from({ length: 8 }, (_, i) => resolve(SAMPLES, `openpose/walk_00000000000${i}_keypoints.json`));
  for (const files of [openpose, [resolve(SAMPLES, "alphapose-results.json")], [resolve(SAMPLES, "mediapipe.json")], [resolve(SAMPLES, "table.csv")]]) {
    await page.locator("#source-sample").tap();
    await page.locator("#source-keypoints").tap();
    await page.locator("#keypoints-file").setInputFiles(files);
    await page.locator("#keypoints-lift").tap();
    const answer = await Promise.race([
      page.locator("#keypoints").waitFor({ state: "hidden" }).then(() => "read"),
      page.locator("#keypoints-size").waitFor({ state: "visible" }).then(() => "size?"),
    ]);
    if (answer === "size?") await page.locator("#keypoints-lift").tap(); // the size that is there is good
    await shown();
  }
});

it("says what is wrong with keypoints, and goes on with what there was", async () => {
  const { page } = browser;
  await page.locator("#source-keypoints").tap();
  const error = page.locator("#keypoints-error");
  for (const [text, message] of [
    ["{", /not valid JSON/],
    ["", /empty/],
    ['{"a": 1}', /an object with the keys "a"; expected COCO/],
    ["[]", /nobody|empty/i],
  ] as const) {
    await page.locator("#keypoints-text").fill(text);
    await page.locator("#keypoints-lift").tap();
    await page.waitForFunction((source) => new RegExp(source, "i").test(document.getElementById("keypoints-error")!.textContent!), message.source);
    expect(await error.isVisible()).toBe(true);
  }
  expect((await state()).source).toBe("sample");
});

it("shows the licences of what it consists of", async () => {
  const { page } = browser;
  await page.locator("#open-about").tap();
  const text = await page.locator("#licences").textContent();
  for (const name of ["posenet3d", "LiteRT", "MediaPipe", "three.js", "mocap.cs.cmu.edu", "MPII", "Apache-2.0", "MIT"]) {
    expect(text).toContain(name);
  }
  for (const [i, part] of [[0, "Apache License"], [1, "# full"], [4, "MIT License"]] as const) {
    await page.locator("#licences button").nth(i).tap();
    await page.waitForFunction((wanted) => document.getElementById("licence-text")!.textContent!.includes(wanted), part);
  }
});
