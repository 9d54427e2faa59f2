// Builds the package into built/, or its tests into built/test/: node build.mjs [test]
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";

const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning" };
if (process.argv[2] === "test") {
  rmSync("built/test", { recursive: true, force: true });
  await build({ ...common, platform: "node", packages: "external", outdir: "built/test", sourcemap: "inline",
    entryPoints: readdirSync("test").filter((f) => f.endsWith(".ts")).map((f) => `test/${f}`) });
} else {
  rmSync("built", { recursive: true, force: true });
  await build({ ...common, platform: "neutral", splitting: true, outdir: "built", minify: true,
    entryPoints: { index: "src/index.ts", indexeddb: "src/indexeddb.ts", sqlite: "src/sqlite.ts" } });
}
