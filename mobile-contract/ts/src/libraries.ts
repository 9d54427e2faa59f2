// For an app whose store is RxDB's or WatermelonDB's own: the client has the phone's sign-in, key
// and history, and the handlers of handlers.mjs do the rest. The library's documents are its
// outbox, so what a restored server lost (`position_other_epoch`) is the app's to offer again (M81).
import { rxdbPull, rxdbPush, watermelonPull, watermelonPush } from "../handlers.mjs";
import type { Client } from "./client.ts";
import type { Fields } from "./records.ts";

/** What replicateRxCollection takes as `pull` and `push` for one collection. `fields` are those
 * of its schema; `blank` is a removed document as the schema wants it. */
export function rxdb(client: Client, collection: string, fields: string[], blank: (id: string) => Fields = (id) => ({ id })) {
  const ask = (path: string, body: object) => client.post(path, body);
  const pull = rxdbPull(ask, collection, blank), push = rxdbPush(ask, collection, blank);
  const known = new Set([...fields, "id", "_deleted"]);
  // A schema is closed, and a later server sends more (M37).
  const slim = (doc: Fields): any => Object.fromEntries(Object.entries(doc).filter(([k]) => known.has(k)));
  return {
    pull: {
      batchSize: 500,
      handler: async (checkpoint: any, limit: number) => {
        const got = await pull(checkpoint, limit);
        return { ...got, documents: got.documents.map(slim) };
      },
    },
    push: {
      batchSize: 100,
      handler: async (rows: { newDocumentState: any; assumedMasterState?: any }[]) =>
        (await push(rows.map((r) => ({ newDocumentState: slim(r.newDocumentState), ...(r.assumedMasterState ? { assumedMasterState: slim(r.assumedMasterState) } : {}) })))).map(slim),
    },
  };
}

/** What synchronize takes for these tables, each with a number column `rev`. `places` keeps the
 * position beside WatermelonDB's own number, durably; `wire` is a row's columns as the record
 * has them. `local` (fetchLocalChanges of sync/impl) is what waits: it is handed in before the
 * pull, since a removal destroys rows with unsent edits. */
export function watermelon(
  client: Client, tables: string[], places: { get(n: number): string | null | undefined; set(n: number, text: string): void },
  wire: (table: string, raw: Fields) => Fields, local: () => Promise<{ changes: any }>,
) {
  const ask = (path: string, body: object) => client.post(path, body), pull = watermelonPull(ask, tables, places), push = watermelonPush(ask, wire);
  return {
    sendCreatedAsUpdated: true,
    pushChanges: push as any,
    pullChanges: (async (from: { lastPulledAt?: number | null }) => {
      // Where a push may not come first (M165) this tells: a restored server answers it 409, and nothing is judged.
      if (from.lastPulledAt) await push(await local());
      return pull(from);
    }) as any,
  };
}
