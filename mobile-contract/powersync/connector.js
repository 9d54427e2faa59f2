// A connector for PowerSync's JavaScript libraries (web, Node, React Native, Capacitor).
// It sends what waits, each edit under an id that is the same however often it is sent, and
// keeps what was acknowledged, to be offered again when a server is restored (M48, M81).

import { columns } from "./tables.js";

const crockford = "0123456789abcdefghjkmnpqrstvwxyz";

// mutationId is the same for the same entry of the same database for ever: the queue's
// numbers are never given out twice (M41).
export async function mutationId(client, entry) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${client}:${entry}`)));
  let bits = 0n;
  for (const b of sum.subarray(0, 16)) bits = (bits << 8n) | BigInt(b);
  let out = "";
  for (let i = 0; i < 26; i++, bits >>= 5n) out = crockford[Number(bits & 31n)] + out;
  return out;
}

// wired turns a row of SQLite back into what travels: flags and lists have no type there.
export function wired(table, row) {
  const out = {};
  for (const [name, value] of Object.entries(row ?? {})) {
    const kind = columns[table]?.[name];
    if (!kind) continue; // the app's own, and _rev
    if (kind === "boolean") out[name] = value === null ? value : !!value;
    else if (kind === "json") out[name] = typeof value === "string" ? JSON.parse(value) : value;
    else out[name] = value;
  }
  return out;
}

// mutation is an entry of the queue as a mutation. The time it was recorded is the
// statement's own (_metadata), since the queue has none.
export async function mutation(client, entry, grouped) {
  const m = { id: await mutationId(client, entry.clientId), collection: entry.table, record: entry.id, recorded_at: entry.metadata ?? new Date().toISOString() };
  if (grouped && entry.transactionId !== undefined) m.group = `${client}:${entry.transactionId}`.slice(-64);
  const before = entry.previousValues;
  if (before?._rev) m.base = before._rev;
  if (entry.op === "DELETE") return { ...m, op: "delete" };
  m.set = wired(entry.table, entry.opData);
  if (entry.op === "PUT") return { ...m, op: "create" };
  const was = wired(entry.table, before);
  m.was = Object.fromEntries(Object.keys(m.set).filter((name) => name in was).map((name) => [name, was[name]]));
  return { ...m, op: "update" };
}

// Connector: ask(path, body) is the app's own call to the server, with its token (and its
// proof, where the device has a key), and answers { status, body }.
export class Connector {
  constructor({ endpoint, ask, grouped = false, onVerdict = () => {}, onStopped = () => {} }) {
    Object.assign(this, { endpoint, ask, grouped, onVerdict, onStopped });
  }

  // The library sends no proof of a key: what it is given opens the stream, and nothing else.
  async fetchCredentials() {
    const { status, body } = await this.ask("/api/sync/devices/stream", {});
    if (status !== 200) return this.stopped(status, body);
    return { endpoint: this.endpoint, token: body.token, expiresAt: new Date(Date.now() + body.expires_in * 1000) };
  }

  // device_locked, device_wipe and device_ended are the app's to act on (M7).
  stopped(status, body) {
    const code = body?.data?.code ?? String(status);
    this.onStopped(code, body);
    throw Object.assign(new Error(code), { code, status });
  }

  async uploadData(db) {
    for (let most = 500; ; ) {
      const batch = await db.getCrudBatch(most);
      if (!batch) return;
      const client = await db.getClientId();
      const mutations = await Promise.all(batch.crud.map((entry) => mutation(client, entry, this.grouped)));
      const here = await db.getOptional(`SELECT epoch, history FROM holdfast WHERE id = 'server'`);
      const { status, body } = await this.ask("/api/sync/push", { mutations, sent_at: new Date().toISOString(), epoch: here?.epoch, history: here?.history });
      if (status === 413 && batch.crud.length > 1) { // what is too large together goes in halves
        most = batch.crud.length >> 1;
        continue;
      }
      if (status !== 200) return this.stopped(status, body);
      const later = body.results.findIndex((r) => r.verdict === "later");
      const done = later < 0 ? mutations.length : later;
      await db.writeTransaction(async (tx) => {
        for (let i = 0; i < done; i++) {
          await tx.execute(`INSERT OR REPLACE INTO sent (id, n, mutation, epoch, at) VALUES (?, ?, ?, ?, ?)`, [mutations[i].id, batch.crud[i].clientId, JSON.stringify(mutations[i]), here?.epoch ?? "", body.server_time]);
        }
      });
      for (let i = 0; i < done; i++) this.onVerdict(body.results[i], mutations[i]);
      if (later === 0) throw new Error("later"); // the library tries again by itself
      if (later > 0) {
        most = later; // what was taken leaves the queue, by a batch of its own
        continue;
      }
      await batch.complete();
    }
  }

  // replay offers again, under their ids, what was acknowledged in another history (M81).
  async replay(db, epoch) {
    for (;;) {
      const rows = await db.getAll(`SELECT id, mutation, epoch FROM sent WHERE epoch NOT IN (?, '') ORDER BY n LIMIT 200`, [epoch]);
      if (rows.length === 0) return;
      const of = rows[0].epoch;
      const some = rows.filter((r) => r.epoch === of);
      const { status, body } = await this.ask("/api/sync/push", { mutations: some.map((r) => JSON.parse(r.mutation)), epoch: of, sent_at: new Date().toISOString() });
      if (status !== 200) return this.stopped(status, body);
      for (const r of some) await db.execute(`UPDATE sent SET epoch = ? WHERE id = ?`, [epoch, r.id]);
    }
  }
}
