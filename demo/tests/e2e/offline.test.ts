/** Installed, and without network. */
import { resolve } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { ready, stateOf } from "./browser";
import { usePhone } from "./phone";

const CLIP = resolve(import.meta.dirname, "person.mjpeg");
const browser = usePhone({ clip: CLIP });

beforeAll(async () => {
  await browser.page.waitForFunction(() => document.documentElement.dataset.offline === "true");
});

it("can be installed", async () => {
  const session = await browser.context.newCDPSession(browser.page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  expect(installabilityErrors).toEqual([]);
  const { errors, data } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const { icons } = JSON.parse(data!) as { icons: { src: string; purpose: string }[] };
  expect(icons.map(({ purpose }) => purpose)).toContain("maskable");
  for (const { src } of icons) expect((await browser.page.request.get(browser.served.address + src)).status()).toBe(200);
});

it("keeps one variant of the runtime, and no lifter but that in use", async () => {
  const kept: string[] = await browser.page.evaluate(async () => {
    const found: string[] = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) found.push(request.url);
    }
    return found;
  });
  expect(kept.filter((address) => /\/litert\/.*\.wasm$/.test(address))).toHaveLength(1);
  expect(kept.filter((address) => address.endsWith(".tflite") && address.includes("/models/"))).toHaveLength(1);
  expect(kept.filter((address) => /\/mediapipe\/.*\.wasm$/.test(address))).toHaveLength(1);
});

it("asks the server for nothing when it comes back, but whether there is a new version", async () => {
  browser.served.asked.length = 0;
  await browser.page.reload();
  await ready(browser.page);
  expect([...new Set(browser.served.asked)].filter((name) => name !== "sw.js")).toEqual([]);
});

it("offers a new version, and takes it when told to", async () => {
  const { page } = browser;
  const versions = () => page.evaluate(async () => (await caches.keys()).filter((name) => !name.endsWith("heavy")));
  const before = await versions();
  browser.served.changed.set("sw.js", (code) => code.replace(before[0].slice("posenet3d-".length), "newer"));
  await page.reload();
  const update = page.locator("#offline button");
  await update.waitFor({ state: "attached" });
  await Promise.all([page.waitForEvent("load"), update.evaluate((button: HTMLButtonElement) => button.click())]);
  await ready(page);
  await expect.poll(versions).toEqual(["posenet3d-newer"]);
  await page.waitForFunction(() => document.documentElement.dataset.offline === "true");
});

it("comes back with the server stopped, camera and all", async () => {
  const { page, context } = browser;
  await browser.served.stop();
  await context.clearCookies(); // and nothing from the browser's own cache:
  const session = await context.newCDPSession(page);
  await session.send("Network.clearBrowserCache");
  await page.reload();
  await ready(page);
  expect((await stateOf(page)).people).toBe(1);
  await page.locator("#source-camera").tap();
  await page.waitForFunction(() => {
    const { source, lifted } = (window as any).posenet3d.state();
    return source === "camera" && lifted >= 10;
  });
  await page.locator("#open-about").tap();
  await page.locator("#licences button").first().tap();
  await page.waitForFunction(() => document.getElementById("licence-text")!.textContent!.includes("Apache License"));
});

it("says so where a lifter was never loaded, and goes on with the old one", async () => {
  const { page } = browser;
  await page.reload();
  await ready(page);
  await page.locator("#open-panel").tap();
  await page.locator("#weights").selectOption("float32");
  await page.locator("#message").waitFor({ state: "visible" });
  expect(await page.locator("#message-title").textContent()).toContain("full, float32 does not load");
  const { lifted } = await stateOf(page);
  await page.waitForFunction((before) => (window as any).posenet3d.state().lifted > before, lifted);
});

it("asked no other host", () => {
  const others = browser.requests.filter((address) => !address.startsWith(browser.served.address) && !/^(blob|data):/.test(address));
  expect(others).toEqual([]);
});
