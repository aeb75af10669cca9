/** Writes into the built service worker what it keeps, and the version by which it knows that this has changed. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

/** Large files, of which a device needs some alone: kept when the page asks for them. */
const ON_DEMAND = /^(litert|mediapipe|models)\//;

export function offline(worker = "sw.js"): Plugin {
  let folder = "";
  return {
    name: "posenet3d-offline",
    apply: "build",
    configResolved: (config) => void (folder = config.build.outDir),
    closeBundle() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
        .filter((name) => name !== worker && !name.endsWith(".map"))
        .sort();
      const shell = files.filter((name) => !ON_DEMAND.test(name));
      const heavy = files.filter((name) => ON_DEMAND.test(name));
      const hash = createHash("sha256");
      for (const name of shell) hash.update(name).update(readFileSync(join(folder, name)));
      for (const name of heavy) hash.update(name);
      const path = join(folder, worker);
      const code = readFileSync(path, "utf8")
        .replace(/["'`]__SHELL__["'`]/, JSON.stringify(shell.map((name) => (name === "index.html" ? "./" : name))))
        .replace(/["'`]__HEAVY__["'`]/, JSON.stringify(heavy))
        .replace(/["'`]__VERSION__["'`]/, JSON.stringify(hash.digest("hex").slice(0, 12)));
      if (/__(SHELL|HEAVY|VERSION)__/.test(code)) throw new Error(`${worker} has not all of its lists.`);
      writeFileSync(path, code);
    },
  };
}
