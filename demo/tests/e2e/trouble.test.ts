/** What the page says where something is missing. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Options, launch, ready, stateOf } from "./browser";
import { type Served, serve } from "./server";

let served: Served;

beforeAll(async () => void (served = await serve()));
afterAll(() => served.stop());

async function visit(options: Options, look: (browser: Awaited<ReturnType<typeof launch>>) => Promise<void>, address = served.address) {
  const browser = await launch(options);
  try {
    await browser.page.goto(address);
    await ready(browser.page);
    await look(browser);
  } finally {
    await browser.close();
  }
}

it("says that the camera was not allowed, and plays the sample again", async () => {
  await visit({ clip: null }, async ({ page, context }) => {
    const session = await context.newCDPSession(page);
    await session.send("Browser.setPermission", { permission: { name: "camera" }, setting: "denied" });
    await page.locator("#source-camera").tap();
    await page.locator("#message").waitFor({ state: "visible" });
    expect(await page.locator("#message-title").textContent()).toBe("The camera was not allowed.");
    expect(await page.locator("#message").getAttribute("role")).toBe("alert");
    await page.locator("#message-button").tap();
    await page.waitForFunction(() => (window as any).posenet3d.state().source === "sample" && (window as any).posenet3d.state().lifted > 0);
    expect(await page.locator("#message").isVisible()).toBe(false);
  });
});

it("says that there is no camera", async () => {
  await visit({ clip: null, flags: ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=0"] }, async ({ page }) => {
    await page.locator("#source-camera").tap();
    await page.locator("#message").waitFor({ state: "visible" });
    expect(await page.locator("#message-title").textContent()).toBe("There is no camera on this device.");
  });
});

it("says that a camera needs https", async () => {
  const flags = ["--host-resolver-rules=MAP phone.test 127.0.0.1"];
  await visit(
    { flags },
    async ({ page }) => {
      await page.locator("#source-camera").tap();
      await page.locator("#message").waitFor({ state: "visible" });
      expect(await page.locator("#message-title").textContent()).toContain("secure pages alone");
      expect(await page.locator("#message-text").textContent()).toContain("https://");
    },
    served.address.replace("127.0.0.1", "phone.test"),
  );
});

it("says that there is no WebGL, and lifts all the same", async () => {
  await visit({ webgl: false }, async ({ page }) => {
    expect(await page.locator("#message-title").textContent()).toContain("WebGL is switched off or missing");
    expect((await stateOf(page)).people).toBe(1);
  });
});

it("stands still where the device asks for less motion", async () => {
  await visit({ reducedMotion: true }, async ({ page }) => {
    const before = await stateOf(page);
    expect(before.playing).toBe(false);
    await page.waitForTimeout(500);
    const after = await stateOf(page);
    expect(after.lifted).toBe(before.lifted);
    expect(after.azimuth).toBeCloseTo(before.azimuth!, 6);
    await page.locator("#pause").tap();
    await page.waitForFunction(() => (window as any).posenet3d.state().lifted > 5);
  });
});
