// SQLite in Node without compiling anything. A process that was killed leaves its lock behind.
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { Driver } from "../src/sqlite.ts";

const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as { Database: new (file: string) => Wasm };
interface Wasm {
  run(sql: string, values?: unknown[]): unknown;
  all(sql: string, values?: unknown[]): Record<string, unknown>[];
  close(): void;
}

export function wasmDriver(file: string): Driver {
  rmSync(file + ".lock", { recursive: true, force: true });
  const db = new Database(file);
  return { run: (sql, values = []) => db.run(sql, values), all: (sql, values = []) => db.all(sql, values), close: () => db.close() };
}
