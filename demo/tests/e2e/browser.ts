/** Chromium as a phone: Debian's, driven by playwright-core, with a camera that plays a clip. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type Page, chromium } from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SOFTWARE_GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const NO_GL = ["--disable-gpu", "--disable-3d-apis"];

/** About a Pixel 7. */
export const PHONE = { width: 412, height: 839 };
const AGENT =
  "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";

export interface Options {
  viewport?: { width: number; height: number };
  mobile?: boolean;
  scale?: number;
  webgl?: boolean;
  /** What the camera plays, Y4M; null: the camera asks, and is denied. */
  clip?: string | null;
  colorScheme?: "light" | "dark";
  reducedMotion?: boolean;
  flags?: string[];
}

export interface Browser {
  context: BrowserContext;
  page: Page;
  /** Addresses that were asked for. */
  requests: string[];
  /** What the page has written to the console as an error, and what it has not caught. */
  errors: string[];
  close(): Promise<void>;
}

export async function launch(options: Options = {}): Promise<Browser> {
  const { viewport = PHONE, mobile = true, scale = 1, webgl = true, clip, flags = [] } = options;
  const profile = mkdtempSync(join(tmpdir(), "posenet3d-e2e-"));
  const camera = clip
    ? ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${clip}`]
    : ["--use-fake-device-for-media-stream"];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...QUIET, ...(webgl ? SOFTWARE_GL : NO_GL), ...camera, ...flags],
    viewport,
    deviceScaleFactor: scale,
    isMobile: mobile,
    hasTouch: mobile,
    ...(mobile ? { userAgent: AGENT } : {}),
    colorScheme: options.colorScheme ?? "dark",
    reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    acceptDownloads: true,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  context.setDefaultTimeout(90_000); // a busy machine is no error
  const requests: string[] = [];
  const errors: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  return { context, page, requests, errors, close };
}

/** Waits until the first frame has been lifted. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true", undefined, { timeout: 90_000 });
}

export interface State {
  ready: boolean;
  source: string;
  playing: boolean;
  mirrored: boolean;
  overTime: boolean;
  lifted: number;
  people: number;
  score: number | null;
  joints: number[] | null;
  azimuth: number | null;
  projected: [number, number][] | null;
  latency: Record<string, { median: number; p95: number; count: number } | null>;
}

export const stateOf = (page: Page): Promise<State> => page.evaluate(() => (window as any).posenet3d.state());
