import { resolve } from "node:path";
import { defineConfig } from "vite";
import { assets } from "./tools/assets.ts";
import { offline } from "./tools/offline.ts";

export default defineConfig({
  base: "./", // any host, any folder
  plugins: [assets(), offline()],
  build: {
    outDir: resolve(import.meta.dirname, "dist"),
    target: "es2022",
    assetsInlineLimit: 0, // the page's content security policy admits files alone
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: {
        index: resolve(import.meta.dirname, "index.html"),
        sw: resolve(import.meta.dirname, "src/pwa/worker.ts"),
      },
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
