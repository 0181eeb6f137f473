import { defineConfig } from "vite";

// Hashed names, no inlined scripts or styles: the service's content security policy allows files of its own alone.
export default defineConfig({
  build: {
    outDir: "dist",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
