// What the package weighs, and what is in it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const most = 30 * 1024;

const weigh = async (from: string): Promise<number> => {
  const out = await build({ stdin: { contents: from, resolveDir: ".", loader: "ts" }, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
  return gzipSync(out.outputFiles[0].contents, { level: 9 }).length;
};

test("the client with its stores weighs at most 30 kB, and what stands beside it what README says", async () => {
  const client = await weigh(`export * from "./src/index.ts"; export * from "./src/sqlite.ts";`);
  assert.ok(client <= most, `${client} bytes`);
  const beside = { client, letter: await weigh(`export * from "./src/letter/index.ts";`), pathway: await weigh(`export * from "./src/pathway/index.ts";`), workday: await weigh(`export * from "./src/workday.ts";`) };
  const readme = readFileSync("README.md", "utf8");
  for (const [name, bytes] of Object.entries(beside)) {
    const said = Number(new RegExp(`\\| ${name} \\| (\\d+) kB`).exec(readme)?.[1]) * 1024;
    assert.ok(bytes <= said && bytes > said - 2048, `${name}: README says ${said}, it weighs ${bytes}`);
  }
});

test("nothing is needed at run time, and no file is long", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(dependencies, undefined);
  for (const [name, version] of Object.entries(devDependencies)) assert.match(String(version), /^\d+\.\d+\.\d+$/, name);
  for (const folder of ["src", "src/letter", "src/pathway", "test"]) for (const f of readdirSync(folder).filter((f) => f.endsWith(".ts"))) {
    const text = readFileSync(`${folder}/${f}`, "utf8");
    assert.ok(text.startsWith("// Code generated") || text.split("\n").length < 400, f);
    if (folder !== "test") assert.doesNotMatch(text.replace(/from "[^"]*"/g, ""), /\bMath\.random\b/, f);
  }
});

test("it packs as it would be published", () => {
  execFileSync("node", ["build.mjs"]);
  execFileSync("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const files: string[] = packed.files.map((f: { path: string }) => f.path);
  assert.equal(packed.name, "@holdfast/client");
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, Record<string, string>> };
  for (const [name, of] of Object.entries(exports)) for (const path of Object.values(of)) assert.ok(files.includes(path.slice(2)), `${name}: ${path}`);
  assert.deepEqual(files.filter((f) => /test|node_modules|tsconfig|build\.mjs/.test(f)), []);
});
