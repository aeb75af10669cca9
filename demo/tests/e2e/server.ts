/** Serves the built app, in a folder of the host as a static host may. */
import { readFile } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";

export const DIST = resolve(import.meta.dirname, "../../dist");
export const FOLDER = "/some/folder/";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".md": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

export interface Served {
  address: string;
  port: number;
  /** What was asked for, from the app's folder. */
  asked: string[];
  /** Files that a newer version has changed. */
  changed: Map<string, (content: string) => string>;
  stop(): Promise<void>;
}

export async function serve(): Promise<Served> {
  const asked: string[] = [];
  const changed = new Map<string, (content: string) => string>();
  const server: Server = createServer(async (request, response) => {
    const path = decodeURI((request.url ?? "/").split("?")[0]);
    const file = resolve(join(DIST, path.slice(FOLDER.length) || "index.html"));
    if (!path.startsWith(FOLDER) || !file.startsWith(DIST + sep)) return void response.writeHead(404).end();
    asked.push(path.slice(FOLDER.length));
    try {
      const change = changed.get(path.slice(FOLDER.length));
      const content = await readFile(file);
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
      response.end(change ? change(content.toString()) : content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  return { address: `http://127.0.0.1:${port}${FOLDER}`, port, asked, changed, stop };
}
