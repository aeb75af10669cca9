/**
 * The service worker: after the first visit the page needs no network.
 *
 * What every device needs is kept when the worker is installed; the large files of runtime, detector
 * and lifters when the page has asked for them, so that of the variants only those in use are kept.
 * The three lists are written in by tools/offline.ts.
 */
const SHELL = "__SHELL__" as unknown as string[];
const HEAVY = "__HEAVY__" as unknown as string[];
const VERSION: string = "__VERSION__";

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface AskEvent extends WorkerEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface TellEvent extends WorkerEvent {
  data: { keep?: string[]; takeOver?: boolean };
  source: { postMessage(message: unknown): void } | null;
}
const worker = self as unknown as {
  registration: { scope: string };
  location: Location;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener<E>(type: string, listener: (event: E) => void): void;
};

const PREFIX = "posenet3d-";
const SHELL_CACHE = PREFIX + VERSION;
const HEAVY_CACHE = `${PREFIX}heavy`;
const scope = worker.registration.scope;
const addressOf = (name: string) => new URL(name, scope).href;
const heavy = new Set(HEAVY.map(addressOf));

worker.addEventListener<WorkerEvent>("install", (event) => {
  const fresh = SHELL.map((name) => new Request(addressOf(name), { cache: "no-cache" }));
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(fresh)));
});

worker.addEventListener<WorkerEvent>("activate", (event) => event.waitUntil(tidy().then(() => worker.clients.claim())));

/** Files of older versions go, large ones only where this version has them no more: their names hold a version. */
async function tidy(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== SHELL_CACHE && name !== HEAVY_CACHE) await caches.delete(name);
  }
  const cache = await caches.open(HEAVY_CACHE);
  for (const request of await cache.keys()) if (!heavy.has(request.url)) await cache.delete(request);
}

worker.addEventListener<AskEvent>("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(scope)) return;
  event.respondWith(answer(request, url));
});

async function answer(request: Request, url: URL): Promise<Response> {
  const key = url.origin + url.pathname;
  const page = request.mode === "navigate" && (key === scope || key === addressOf("index.html"));
  const shell = await caches.open(SHELL_CACHE);
  const kept = (await shell.match(page ? addressOf("./") : key)) ?? (await caches.match(key, { cacheName: HEAVY_CACHE }));
  if (kept) return kept;
  const response = await fetch(request);
  if (heavy.has(key) && response.status === 200) {
    const cache = await caches.open(HEAVY_CACHE);
    await cache.put(key, response.clone()).catch(() => {}); // a full disk is no reason to fail
  }
  return response;
}

worker.addEventListener<TellEvent>("message", (event) => {
  const { keep, takeOver } = event.data;
  if (takeOver) event.waitUntil(worker.skipWaiting());
  if (keep) event.waitUntil(keepAll(keep).then((done) => event.source?.postMessage({ kept: done })));
});

/** Whether all of them are kept now. */
async function keepAll(addresses: string[]): Promise<boolean> {
  const cache = await caches.open(HEAVY_CACHE);
  const wanted = addresses.filter((address) => heavy.has(address));
  const missing: string[] = [];
  for (const address of wanted) if (!(await cache.match(address))) missing.push(address);
  const results = await Promise.allSettled(missing.map((address) => cache.add(address)));
  return results.every(({ status }) => status === "fulfilled");
}
