/** How much code a first visit loads, gzipped; `npm run size` fails where it is too much. */
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 200;
const DIST = resolve(import.meta.dirname, "../dist");

const sizeOf = (path: string) => gzipSync(readFileSync(join(DIST, path))).length / 1000;
const scripts = (readdirSync(DIST, { recursive: true }) as string[]).filter((name) => name.endsWith(".js"));

/** Which part of the app a script is, and whether a first visit runs it. */
function partOf(name: string): [string, boolean] {
  if (name.startsWith("mediapipe")) return ["detector's code, with the camera", false];
  if (name.includes("litert_wasm_compat")) return ["runtime's code, older browsers", false];
  if (name.startsWith("litert")) return ["runtime's code", true];
  if (name === "sw.js") return ["service worker", true];
  if (/assets\/(walking|waving|kicking|squatting|hidden)-/.test(name)) return ["samples' poses, one at a time", false];
  if (/assets\/(save|keypoints)-/.test(name)) return ["readers and writers, when used", false];
  return ["the app and three.js", true];
}

const parts = new Map<string, { kilobytes: number; first: boolean }>();
for (const name of scripts) {
  const [part, first] = partOf(name);
  const { kilobytes = 0 } = parts.get(part) ?? {};
  parts.set(part, { kilobytes: kilobytes + sizeOf(name), first });
}
let total = 0;
for (const [part, { kilobytes, first }] of parts) {
  if (first) total += kilobytes;
  console.log(`${kilobytes.toFixed(1).padStart(7)} kB  ${first ? "first visit" : "later      "}  ${part}`);
}
console.log(`${total.toFixed(1).padStart(7)} kB  of JavaScript on a first visit, gzipped; at most ${LIMIT_KB}`);
if (total > LIMIT_KB) {
  console.error(`The first visit's JavaScript is larger than ${LIMIT_KB} kB.`);
  process.exitCode = 1;
}
