/** Starts the service worker, and tells it what this device uses. */
import assets from "virtual:assets";
import { FIRST } from "../app/settings";
import { byId } from "../ui/elements";

/** The detector's files: by WebAssembly's variant of this browser, for the lighter model. */
function detectorFiles(simd: boolean): string[] {
  const wasm = simd ? "pose_solution_simd_wasm_bin" : "pose_solution_wasm_bin";
  return [
    "pose.js",
    "pose_landmark_lite.tflite",
    "pose_solution_packed_assets.data",
    "pose_solution_packed_assets_loader.js",
    `${wasm}.js`,
    `${wasm}.wasm`,
    ...(simd ? ["pose_solution_simd_wasm_bin.data"] : []),
    "pose_web.binarypb",
  ].map((name) => assets.mediapipe + name);
}

const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

/** Call when the page is ready: what is fetched here must not slow that down. */
export async function goOffline(): Promise<void> {
  const note = byId("offline");
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) {
    if (!window.isSecureContext) note.textContent = "Over plain http there is no camera and no use without network.";
    return;
  }
  try {
    const registration = await navigator.serviceWorker.register("sw.js", { scope: "./" });
    offerUpdates(registration);
    const { active } = await navigator.serviceWorker.ready;
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data.kept) note.textContent = "✓ Works without network.";
      document.documentElement.dataset.offline = String(data.kept);
    });
    active?.postMessage({ keep: inUse() });
  } catch (error) {
    console.warn(error);
    note.textContent = "Not kept for use without network: the browser does not allow it here. Is the certificate trusted?";
  }
}

/** What the page has fetched, and what the camera will need. */
function inUse(): string[] {
  const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
  const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
  const later = saving ? [] : detectorFiles(WebAssembly.validate(SIMD));
  const first = new URL(FIRST.address, document.baseURI).href;
  return [...new Set([...fetched, first, ...later.map((name) => new URL(name, document.baseURI).href)])];
}

function offerUpdates(registration: ServiceWorkerRegistration): void {
  const offer = (waiting: ServiceWorker) => {
    const update = document.createElement("button");
    update.type = "button";
    update.textContent = "A new version is here: use it";
    update.onclick = () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      waiting.postMessage({ takeOver: true });
    };
    byId("offline").replaceChildren(update);
  };
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed" && navigator.serviceWorker.controller) offer(fresh);
    });
  });
}
