/**
 * What the app fetches besides its code: lifters, the runtime's and the detector's files, licences.
 *
 * None of them is committed twice: they are taken from ../saved_models and node_modules, served as they
 * are by `vite dev` and copied by `vite build`. The code learns their addresses from a virtual module.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { minifySync, type Plugin } from "vite";

const MODULE = "virtual:assets";
const ROOT = resolve(import.meta.dirname, "..");

/** The lifters, each with its weights, the one that is loaded at first in front. */
const LIFTERS = [
  { model: "full", weights: ["dynamic_int8", "float32", "float16", "int8"] },
  { model: "full_sequence", weights: ["dynamic_int8"], overTime: true },
  { model: "small", weights: ["dynamic_int8", "float32", "float16", "int8"] },
];
const CARDS = ["full", "small"];

// The wasm variants that the runtime chooses from where there are no threads: with and without relaxed SIMD.
const LITERT = ["litert_wasm_internal", "litert_wasm_compat_internal"].flatMap((name) => [`${name}.js`, `${name}.wasm`]);

// All but the heavy landmark model, which takes seconds a frame on a phone.
const MEDIAPIPE = [
  "pose.js",
  "pose_landmark_full.tflite",
  "pose_landmark_lite.tflite",
  "pose_solution_packed_assets.data",
  "pose_solution_packed_assets_loader.js",
  "pose_solution_simd_wasm_bin.data",
  "pose_solution_simd_wasm_bin.js",
  "pose_solution_simd_wasm_bin.wasm",
  "pose_solution_wasm_bin.js",
  "pose_solution_wasm_bin.wasm",
  "pose_web.binarypb",
];

interface Asset {
  /** Where it lies in the built app. */
  address: string;
  path: string;
}

const inPackage = (...path: string[]) => resolve(ROOT, "node_modules", ...path);
const versionOf = (name: string): string => JSON.parse(readFileSync(inPackage(name, "package.json"), "utf8")).version;

function models() {
  return LIFTERS.flatMap(({ model, weights: all, overTime = false }) =>
    all.map((weights) => {
      const path = resolve(ROOT, "../saved_models", model, `${model}_${weights}.tflite`);
      const bytes = readFileSync(path);
      const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
      const address = `models/${basename(path, ".tflite")}-${hash}.tflite`;
      return { model, weights, overTime, address, path, bytes: bytes.length };
    }),
  );
}

function listed() {
  const litert = `litert/${versionOf("@litertjs/core")}/`;
  const mediapipe = `mediapipe/${versionOf("@mediapipe/pose")}/`;
  const lifters = models();
  const licences = [
    { address: "licences/apache-2.0.txt", path: resolve(ROOT, "../LICENSE") },
    { address: "licences/three.txt", path: inPackage("three", "LICENSE") },
    ...CARDS.map((model) => ({
      address: `licences/model_${model}.md`,
      path: resolve(ROOT, "../saved_models", model, "MODEL_CARD.md"),
    })),
  ];
  const assets: Asset[] = [
    ...lifters,
    ...licences,
    ...LITERT.map((name) => ({ address: litert + name, path: inPackage("@litertjs/core/wasm", name) })),
    ...MEDIAPIPE.map((name) => ({ address: mediapipe + name, path: inPackage("@mediapipe/pose", name) })),
  ];
  const told = {
    variants: lifters.map(({ model, weights, overTime, address, bytes }) => ({ model, weights, overTime, address, bytes })),
    litert,
    mediapipe,
    versions: Object.fromEntries(
      ["@litertjs/core", "@mediapipe/pose", "three"].map((name) => [name, versionOf(name)]),
    ),
  };
  return { assets, told };
}

/** The runtime's glue code is shipped with all its comments: half of its bytes. */
function contentOf({ path }: Asset): Uint8Array | string {
  const bytes = readFileSync(path);
  if (!/litert_wasm.*\.js$/.test(path)) return bytes;
  const { code, errors } = minifySync(basename(path), bytes.toString(), { module: false });
  if (errors.length) throw new Error(`${path} was not minified: ${errors[0].message}`);
  return code;
}

const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm", txt: "text/plain", md: "text/plain" };

export function assets(): Plugin {
  const { assets, told } = listed();
  return {
    name: "posenet3d-assets",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) => (id === `\0${MODULE}` ? `export default ${JSON.stringify(told)};` : undefined),
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const wanted = decodeURI((request.url ?? "").split("?")[0]).slice(1);
        const asset = assets.find(({ address }) => address === wanted);
        if (!asset) return next();
        const type = TYPES[asset.path.split(".").pop()!] ?? "application/octet-stream";
        response.setHeader("Content-Type", type);
        response.end(contentOf(asset));
      });
    },
    generateBundle() {
      for (const asset of assets) this.emitFile({ type: "asset", fileName: asset.address, source: contentOf(asset) });
    },
  };
}
