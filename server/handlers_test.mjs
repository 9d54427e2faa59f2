// Replicates as RxDB and WatermelonDB do, with the handlers of mobile-contract/ts: what
// each holds, where it stands and what it hands in is read from standard input; what it
// holds then, and what RxDB was answered, is written out.
import { rxdbPull, rxdbPush, watermelonPull, watermelonPush } from "../mobile-contract/ts/handlers.mjs";

const { base, token, collections, state, rows, changes: edits } = JSON.parse(await new Response(process.stdin).text());
let history = state?.history;
const ask = async (path, body) => {
  const answer = await fetch(base + path, {
    method: "POST", body: JSON.stringify({ ...body, history }),
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const said = await answer.json();
  history = said.history ?? history;
  return said;
};

const conflicts = rows ? await rxdbPush(ask, "notes", (id) => ({ id }))(rows) : [];
if (edits) await watermelonPush(ask, (_, { _status, _changed, ...raw }) => raw)({ changes: edits });

const rxdb = state?.rxdb ?? {};
for (const name of collections) {
  const mine = (rxdb[name] ??= { rows: {}, checkpoint: undefined });
  const pull = rxdbPull(ask, name, (id) => ({ id }));
  for (let more = true; more; ) {
    const { documents, checkpoint } = await pull(mine.checkpoint, 7);
    for (const d of documents) d._deleted ? delete mine.rows[d.id] : (mine.rows[d.id] = d);
    if (documents.length > 0) mine.checkpoint = { ...mine.checkpoint, ...checkpoint }; // an empty page is not noted
    more = documents.length >= 7;
  }
}

const melon = state?.melon ?? { rows: {}, places: {}, last: null };
const places = { get: (n) => melon.places[n], set: (n, text) => { melon.places = { [n]: text }; } };
const { changes, timestamp } = await watermelonPull(ask, collections, places)({ lastPulledAt: melon.last });
for (const [table, c] of Object.entries(changes)) {
  for (const r of c.updated) melon.rows[`${table}/${r.id}`] = r;
  for (const id of c.deleted) delete melon.rows[`${table}/${id}`];
}
melon.last = timestamp;
process.stdout.write(JSON.stringify({ rxdb, melon, conflicts, history }));
