// A phone with PowerSync's unmodified library. It prints what it holds as JSON lines; the
// test that runs it compares. Usage: walk.mjs URL TOKEN FOLDER CASE
import * as ps from "@powersync/node";
import { Connector } from "../../../../mobile-contract/powersync/connector.js";
import { schema } from "../../../../mobile-contract/powersync/schema.js";
import { columns } from "../../../../mobile-contract/powersync/tables.js";

const [, , url, token, folder, family] = process.argv;
const say = (step, more) => console.log(JSON.stringify({ step, ...more }));
const verdicts = [];
const ask = async (path, body) => {
  const res = await fetch(url + path, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) });
  return { status: res.status, body: await res.json() };
};
const db = new ps.PowerSyncDatabase({ schema: schema(ps), database: { dbFilename: "phone.db", dbLocation: folder } });
const connector = new Connector({ endpoint: url, ask, onVerdict: (r, m) => verdicts.push({ verdict: r.verdict, record: m.record }) });

async function holds() {
  const rows = {};
  for (const name of Object.keys(columns)) for (const r of await db.getAll(`SELECT id, _rev FROM ${name}`)) rows[`${name}/${r.id}`] = r._rev;
  return rows;
}
async function until(what, is) {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) if (await is()) return;
  throw new Error(`it did not come to be: ${what}`);
}
const one = (sql, ...p) => db.getOptional(sql, p);

await db.connect(connector, { connectionMethod: ps.SyncStreamConnectionMethod.HTTP });
await db.waitForFirstSync();
say("first", { rows: await holds() });

const listen = new Promise((resolve) => process.stdin.once("data", resolve));
say("listening", {});
await listen; // another agency writes
await until("the other's note is there", () => one(`SELECT id FROM notes WHERE id = 'othersnote00001'`));
say("live", { rows: await holds() });

// Three edits: a good note, one that is refused, and a change of the good one.
const at = new Date().toISOString();
await db.execute(`INSERT INTO notes (id, "case", body, source, shared, _metadata) VALUES (?, ?, ?, ?, 1, ?)`, ["sdknote00000001", family, "Said that she likes the new school.", "said_by_child", at]);
await db.execute(`INSERT INTO notes (id, "case", body, source, shared, _metadata) VALUES (?, ?, ?, ?, 1, ?)`, ["sdknote00000002", family, "", "said_by_child", at]);
await db.execute(`UPDATE notes SET body = ? WHERE id = ?`, ["Said that she likes the new school, and her teacher.", "sdknote00000001"]);
await until("the queue is empty", async () => (await db.getUploadQueueStats()).count === 0);
await until("the good note came back with its rev", () => one(`SELECT id FROM notes WHERE id = 'sdknote00000001' AND _rev > 0 AND author != '' AND body LIKE '%teacher.'`));
await until("the refused one is a refusal", () => one(`SELECT id FROM sync_refusals WHERE record = 'sdknote00000002'`));
await until("the refused one reverted", async () => !(await one(`SELECT id FROM notes WHERE id = 'sdknote00000002'`)));
const refusal = await one(`SELECT mutation FROM sync_refusals WHERE record = 'sdknote00000002'`);
const sent = await db.getAll(`SELECT id FROM sent ORDER BY n`);
say("edited", { rows: await holds(), verdicts, named: sent.some((s) => s.id === refusal.mutation), sent: sent.length });

await db.disconnectAndClear({ clearLocal: true });
say("wiped", { rows: await holds() });
await db.close();
process.exit(0);
