// Runs a TypeScript tool of this folder by Vite's own loader: node tools/run.mjs tools/NAME.ts
import { resolve } from "node:path";
import { runnerImport } from "vite";

await runnerImport(resolve(process.argv[2]));
