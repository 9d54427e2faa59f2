// Builds the app into built/, or its tests into test/built/: node build.mjs [test]
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { icon } from "./icon.mjs";

const common = { bundle: true, format: "esm", target: "es2022", jsx: "automatic", jsxImportSource: "preact", logLevel: "warning" };
if (process.argv[2] === "test") {
  rmSync("test/built", { recursive: true, force: true });
  await build({ ...common, platform: "node", outdir: "test/built", sourcemap: "inline", packages: "external",
    entryPoints: readdirSync("test").filter((f) => f.endsWith(".test.ts")).map((f) => `test/${f}`) });
} else {
  mkdirSync("built", { recursive: true });
  for (const f of readdirSync("built")) if (f !== "README") rmSync("built/" + f);
  // Each language is a file of its own: a phone fetches the one that its person speaks.
  await build({ ...common, outdir: "built", entryPoints: ["src/main.tsx"], splitting: true, chunkNames: "[name]-[hash]", minify: true, define: { "process.env.NODE_ENV": '"production"' } });
  await build({ ...common, outfile: "built/phone.css", entryPoints: ["src/look/phone.css"], minify: true });
  // GOV.UK Frontend's styles as the pages have them, without crown and restricted font; make says where.
  const look = process.env.GOVUK_CSS ?? "";
  if (!existsSync(look)) throw new Error("GOVUK_CSS names no style sheet: make phone builds it first");
  copyFileSync(look, "built/govuk.css");
  copyFileSync("src/look/icon.svg", "built/icon.svg");
  for (const size of [180, 192, 512]) writeFileSync(`built/icon-${size}.png`, icon(size));
  writeFileSync("built/manifest.webmanifest", JSON.stringify({
    name: "Holdfast", short_name: "Holdfast", start_url: "/", scope: "/", display: "standalone", background_color: "#ffffff", theme_color: "#1c3a4a",
    icons: [{ src: "icon.svg", sizes: "any", type: "image/svg+xml" }, ...[192, 512].map((n) => ({ src: `icon-${n}.png`, sizes: `${n}x${n}`, type: "image/png", purpose: "any maskable" }))],
  }));
  const files = readdirSync("built").filter((f) => f !== "README").sort(), version = createHash("sha256");
  for (const f of files) version.update(f).update(readFileSync("built/" + f));
  await build({ ...common, format: "iife", outfile: "built/worker.js", entryPoints: ["src/service_worker.ts"], minify: true,
    define: { VERSION: JSON.stringify(version.digest("hex").slice(0, 12)), FILES: JSON.stringify(["/", ...files.map((f) => "/app/" + f)]) } });
}
