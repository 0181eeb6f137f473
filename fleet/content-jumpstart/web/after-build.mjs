// Notes beside the build, which holds only what browsers are given, what it was made from (compared by a test), and lists its files for the program.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const sources = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", ...files("src")];
const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const lines = sources.map((path) => `${digest(path)}  ${path.replaceAll("\\", "/")}`).sort();
writeFileSync("sources.sha256", `${lines.join("\n")}\n`);

const built = files("dist")
  .map((path) => path.replaceAll("\\", "/").replace(/^dist\//, ""))
  .filter((name) => name === "index.html" || name.startsWith("assets/"))
  .sort();
const entries = built.map(
  (name) => `    ("${name}", include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/dist/${name}"))),\n`,
);
writeFileSync(
  "embedded.in",
  `// Name and bytes of each file of the build; written by after-build.mjs.\n#[rustfmt::skip]\nstatic EMBEDDED: [(&str, &[u8]); ${built.length}] = [\n${entries.join("")}];\n`,
);
