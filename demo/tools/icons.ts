/** Draws the PNG icons from public/icons/icon.svg: `npm run icons`, after the SVG has been changed. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { launch } from "../tests/e2e/browser";

const folder = resolve(import.meta.dirname, "../public/icons");
const svg = readFileSync(resolve(folder, "icon.svg"), "utf8");
const { page, close } = await launch({ mobile: false, viewport: { width: 512, height: 512 } });
for (const [name, size, masked] of [["icon-192", 192, false], ["icon-512", 512, false], ["maskable-512", 512, true]] as const) {
  await page.setViewportSize({ width: size, height: size });
  // A launcher cuts circles and the like out of a maskable icon: it has no corners, and keeps its middle clear.
  const drawn = masked ? svg.replace('rx="112"', 'rx="0"').replace('viewBox="0 0 512 512"', 'viewBox="-40 -40 592 592"') : svg;
  const background = masked ? "linear-gradient(135deg, #252c5a, #0e1122)" : "transparent";
  await page.setContent(`<style>body{margin:0;background:${background}}svg{display:block;width:${size}px;height:${size}px}</style>${masked ? drawn.replace('id="plate"', 'id="plate" opacity="0"') : drawn}`);
  await page.screenshot({ path: resolve(folder, `${name}.png`), omitBackground: true });
}
await close();
