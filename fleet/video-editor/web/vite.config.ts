import { defineConfig } from "vite";

// Assets are named by their hashes, so browsers keep them for good; the service proxies nothing, it serves `dist` itself.
export default defineConfig({
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": "http://127.0.0.1:8086", "/media": "http://127.0.0.1:8086", "/collab": { target: "ws://127.0.0.1:8086", ws: true } } },
});
