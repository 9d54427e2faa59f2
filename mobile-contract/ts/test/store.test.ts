// Every store keeps the same promises.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { deleteIndexedStore, indexedStore } from "../src/indexeddb.ts";
import { sealed, setLock } from "../src/lock.ts";
import { sqliteStore } from "../src/sqlite.ts";
import { memoryStore, put, remove, Taken, under, type Disk, type Store } from "../src/store.ts";
import { wasmDriver } from "./driver.ts";

globalThis.IDBKeyRange = IDBKeyRange;
const folder = mkdtempSync(join(tmpdir(), "store-"));
test.after(() => rmSync(folder, { recursive: true }));

/** Each opens the same disk anew. */
const kinds: Record<string, () => Promise<() => Promise<Store>>> = {
  memory: async () => {
    const disk: Disk = new Map();
    return async () => memoryStore(disk);
  },
  IndexedDB: async () => {
    const factory = new IDBFactory();
    return () => indexedStore("holdfast", factory);
  },
  SQLite: async () => {
    const file = join(folder, `${Math.random()}.db`);
    return () => sqliteStore(wasmDriver(file));
  },
  "a sealed one": async () => {
    const disk: Disk = new Map(), { key } = await setLock(memoryStore(disk), { known: "4711" });
    return async () => sealed(memoryStore(disk), key);
  },
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`${kind}: what was committed is there when it is opened again`, async () => {
    const open = await make(), s = await open();
    const value = { text: "Zoë 👋", list: [1, null, true], deep: { a: "" } }, bytes = new Uint8Array([0, 1, 255]);
    await s.commit([put("records", "notes/a", value), put("uploads", "bytes", bytes)]);
    await s.close();
    const again = await open();
    assert.deepEqual(await again.get("records", "notes/a"), value);
    assert.deepEqual(new Uint8Array((await again.get("uploads", "bytes")) as Uint8Array), bytes);
    assert.equal(await again.get("records", "notes/b"), undefined);
    await again.close();
  });

  test(`${kind}: a list is in order, within its bounds, from either end`, async () => {
    const s = await (await make())();
    await s.commit(["b/2", "a/1", "b/10", "b", "c/1"].map((k) => put("heads", k, k)));
    const keys = async (range?: object) => (await s.list("heads", range)).map(([k]) => k);
    assert.deepEqual(await keys(), ["a/1", "b", "b/10", "b/2", "c/1"]);
    assert.deepEqual(await keys(under("b/")), ["b/10", "b/2"]);
    assert.deepEqual(await keys({ from: "b", before: "b/2" }), ["b", "b/10"]);
    assert.deepEqual(await keys({ last: true, limit: 2 }), ["c/1", "b/2"]);
    assert.deepEqual(await keys({ limit: 1 }), ["a/1"]);
    assert.deepEqual(await keys({ from: "d" }), []);
    await s.close();
  });

  test(`${kind}: of a commit all is kept or nothing`, async () => {
    const s = await (await make())();
    await s.commit([put("outbox", "1", "first")]);
    await assert.rejects(s.commit([put("records", "x", "lost with the rest"), { op: "add", table: "outbox", key: "1", value: "another" }]), Taken);
    assert.deepEqual([await s.get("outbox", "1"), await s.get("records", "x")], ["first", undefined]);
    await s.commit([remove("outbox", "1"), { op: "add", table: "outbox", key: "2", value: "second" }, { op: "clear", table: "kept" }]);
    assert.deepEqual((await s.list("outbox")).map(([, v]) => v), ["second"]);
    await s.close();
  });

  test(`${kind}: what was read is nobody's to change`, async () => {
    const s = await (await make())();
    const mine = { body: "as it was" };
    await s.commit([put("records", "notes/a", mine)]);
    mine.body = "changed behind its back";
    ((await s.get("records", "notes/a")) as typeof mine).body = "changed after it was read";
    assert.deepEqual(await s.get("records", "notes/a"), { body: "as it was" });
    await s.close();
  });
}

test("what is removed from SQLite is not in its file any more", async () => {
  const file = join(folder, "removed.db"), s = await sqliteStore(wasmDriver(file));
  await s.commit([put("records", "people/a", { name: "Ottoline Wrathmoor" })]);
  assert.ok(readFileSync(file).includes("Ottoline Wrathmoor"));
  await s.commit([remove("records", "people/a")]);
  await s.close();
  assert.ok(!readFileSync(file).includes("Ottoline"));
});

test("a browser's store can be deleted while it is open", async () => {
  const factory = new IDBFactory();
  const s = await indexedStore("one", factory);
  await s.commit([put("state", "place", 1)]);
  await deleteIndexedStore("one", factory);
  assert.equal(await (await indexedStore("one", factory)).get("state", "place"), undefined);
});
