// RxDB and WatermelonDB as they are, over the client.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createRxDatabase } from "rxdb/plugins/core";
import { replicateRxCollection } from "rxdb/plugins/replication";
import { getRxStorageMemory } from "rxdb/plugins/storage-memory";
import { rxdb, watermelon } from "../src/libraries.ts";
import { happen, registered, rows } from "./town.ts";

const family = "case00000000001";
const schema = {
  version: 0, primaryKey: "id", type: "object", required: ["id"],
  properties: { id: { type: "string", maxLength: 15 }, case: { type: "string" }, body: { type: "string" }, source: { type: "string" }, shared: { type: "boolean" } },
} as const;
/** A phone whose notes are RxDB's. */
async function rxPhone(who: string) {
  let lose = false;
  const p = await registered(who, { fetch: async (url, init) => {
    const a = await fetch(url, init);
    if (!lose || !url.endsWith("/push")) return a;
    lose = false;
    await a.text();
    throw new TypeError("the answer is lost");
  } });
  const db = await createRxDatabase({ name: `${who}${Math.random()}`, storage: getRxStorageMemory(), multiInstance: false });
  const { notes } = await db.addCollections({ notes: { schema } });
  const { pull, push } = rxdb(p.client, "notes", Object.keys(schema.properties));
  const replication = replicateRxCollection({
    replicationIdentifier: "holdfast", collection: notes, live: true, retryTime: 50,
    pull: { ...pull, batchSize: 20 }, push,
  });
  await replication.awaitInitialReplication();
  const sync = async () => { replication.reSync(); await replication.awaitInSync(); replication.reSync(); await replication.awaitInSync(); };
  return { p, notes, sync, loseNext: () => void (lose = true), stop: async () => { await replication.cancel(); await db.close(); } };
}
const note = (id: string, body: string) => ({ id, case: family, body, source: "seen_by_worker", shared: true });

test("RxDB, unmodified: first pull, push, an answer that is lost, a colleague's words that stay, a case that is taken away", async () => {
  await happen("fresh");
  const a = await rxPhone("practitioner"), b = await rxPhone("school");
  const there = async (x: typeof a) => (await x.notes.find().exec()).map((d: any) => d.id).sort();
  const visible = async (x: typeof a) => ((await x.p.client.sync()), (await x.p.client.list("notes")).map((n) => n.id).sort());
  assert.deepEqual(await there(a), await visible(a));
  a.loseNext();
  await a.notes.insert(note("rxdbnote0000001", "Seen from the gate."));
  await a.sync();
  await b.sync();
  assert.equal((await b.notes.findOne("rxdbnote0000001").exec())?.body, "Seen from the gate.");
  assert.deepEqual(await rows("SELECT body FROM notes WHERE id = 'rxdbnote0000001'"), [{ body: "Seen from the gate." }]);
  const theirs = await b.notes.findOne("rxdbnote0000001").exec();
  await theirs!.incrementalPatch({ body: "In my words." }); // not theirs to change: it comes back
  await b.sync();
  assert.equal((await b.notes.findOne("rxdbnote0000001").exec())?.body, "Seen from the gate.");
  await (await a.notes.findOne("rxdbnote0000001").exec())!.incrementalPatch({ body: "Seen from the gate, at noon." });
  await a.sync();
  await b.sync();
  assert.equal((await b.notes.findOne("rxdbnote0000001").exec())?.body, "Seen from the gate, at noon.");
  await b.notes.insert(note("rxdbnote0000002", "Written in the stairwell."));
  await happen("sql", { SQL: `UPDATE case_members SET active = 0 WHERE "case" = '${family}' AND user = (SELECT id FROM users WHERE email LIKE 'school@%')` });
  await b.sync();
  assert.deepEqual(await there(b), await visible(b));
  assert.ok(JSON.stringify(await rows("SELECT content FROM sync_refusals")).includes("stairwell") || (await rows("SELECT id FROM notes WHERE id = 'rxdbnote0000002'")).length === 1, "the words are kept");
  await a.stop();
  await b.stop();
});

const require = createRequire(import.meta.url);

/** A phone whose notes are WatermelonDB's, over LokiJS. */
async function melonPhone(who: string) {
  const { appSchema, Database, Model, tableSchema } = require("@nozbe/watermelondb");
  const { synchronize } = require("@nozbe/watermelondb/sync");
  const { fetchLocalChanges } = require("@nozbe/watermelondb/sync/impl");
  const Loki = require("@nozbe/watermelondb/adapters/lokijs").default;
  let lose = false;
  const p = await registered(who, { fetch: async (url, init) => {
    const a = await fetch(url, init);
    if (!lose || !url.endsWith("/push")) return a;
    lose = false;
    await a.text();
    throw new TypeError("the answer is lost");
  } });
  const columns = ["case", "body", "source"].map((name) => ({ name, type: "string" })).concat([{ name: "shared", type: "boolean" }, { name: "rev", type: "number" }]);
  class Note extends Model {
    static table = "notes";
  }
  const adapter = new Loki({ schema: appSchema({ version: 1, tables: [tableSchema({ name: "notes", columns })] }), useWebWorker: false, useIncrementalIndexedDB: false });
  const database = new Database({ adapter, modelClasses: [Note] }), notes = database.get("notes");
  let kept: [number, string] | undefined;
  const places = { get: (n: number) => (kept?.[0] === n ? kept[1] : null), set: (n: number, text: string) => void (kept = [n, text]) };
  const wire = (_: string, { _status, _changed, ...raw }: any) => raw;
  const sync = () => synchronize({ database, ...watermelon(p.client, ["notes"], places, wire, () => fetchLocalChanges(database)) });
  const write = (work: () => Promise<unknown>) => database.write(work);
  return {
    p, sync, loseNext: () => void (lose = true),
    ids: async () => (await notes.query().fetch()).map((n: any) => n.id).sort(),
    body: async (id: string) => (await notes.query().fetch()).find((n: any) => n.id === id)?._raw.body,
    create: (raw: object) => write(() => notes.create((n: any) => Object.assign(n._raw, raw))),
    change: (id: string, body: string) => write(async () => (await notes.find(id)).update((n: any) => n._setRaw("body", body))),
    remove: (id: string) => write(async () => (await notes.find(id)).markAsDeleted()),
  };
}

test("WatermelonDB, unmodified: first pull, push, an answer that is lost, a colleague's words that stay, a removal, a case that is taken away", async () => {
  await happen("fresh");
  const a = await melonPhone("practitioner"), b = await melonPhone("school");
  const visible = async (x: typeof a) => ((await x.p.client.sync()), (await x.p.client.list("notes")).map((n) => n.id).sort());
  await a.sync();
  await b.sync();
  assert.deepEqual(await a.ids(), await visible(a));
  await a.create(note("melonnote000001", "From the other app."));
  a.loseNext();
  await assert.rejects(a.sync());
  await a.sync();
  await b.sync();
  assert.deepEqual(await rows("SELECT body FROM notes WHERE id = 'melonnote000001'"), [{ body: "From the other app." }]);
  assert.equal(await b.body("melonnote000001"), "From the other app.");
  await b.change("melonnote000001", "In my words."); // not theirs to change: it comes back
  await b.sync();
  await b.sync();
  assert.equal(await b.body("melonnote000001"), "From the other app.");
  await a.sync();
  await a.change("melonnote000001", "From the other app, twice.");
  await a.sync();
  await b.sync();
  assert.equal(await b.body("melonnote000001"), "From the other app, twice.");
  await a.remove("melonnote000001");
  await a.sync();
  await b.sync();
  assert.equal((await b.ids()).includes("melonnote000001"), false);
  await b.create(note("melonnote000002", "Written in the stairwell."));
  await happen("sql", { SQL: `UPDATE case_members SET active = 0 WHERE "case" = '${family}' AND user = (SELECT id FROM users WHERE email LIKE 'school@%')` });
  await b.sync();
  assert.deepEqual(await b.ids(), await visible(b));
  assert.ok(JSON.stringify(await rows("SELECT content FROM sync_refusals")).includes("Written in the stairwell."), "the words are kept");
});
