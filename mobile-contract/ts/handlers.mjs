// Handlers for two client libraries, on POST /api/sync/pull with `collections` and on
// POST /api/sync/push with `upsert`.
// ask(path, body) sends with the phone's token and answers the JSON, or throws. It keeps the
// last answer's `history`, durably, and sends it with every request, so that a server which
// was put back from an older copy is noticed; on 409 position_other_epoch the replay (M48)
// is the app's:
//
//   const ask = async (path, body) => {
//     const answer = await post(path, { ...body, history: store.history });
//     store.history = answer.history ?? store.history;
//     return answer;
//   };

// RxDB: replicateRxCollection({ pull: { handler: rxdbPull(ask, "notes", blank) } }).
// blank(id) is a removed document as the collection's schema wants it.
export const rxdbPull = (ask, collection, blank) => async (checkpoint, limit) => {
  const documents = [];
  let position = checkpoint?.position ?? null, more = true;
  while (more && documents.length < limit) {
    const page = await ask("/api/sync/pull", { position, limit, collections: [collection], expand: true });
    documents.push(...page.changes.map((c) => ({ ...(c.record ?? blank(c.id)), id: c.id, _deleted: c.op === "drop" })));
    ({ position, more } = page);
  }
  return { documents, checkpoint: { position } };
};

// WatermelonDB: synchronize({ pullChanges: watermelonPull(ask, tables, places), sendCreatedAsUpdated: true, ... }).
// places keeps the position beside WatermelonDB's own number: { get(n), set(n, text) }, durable.
export const watermelonPull = (ask, tables, places) => async ({ lastPulledAt }) => {
  const latest = new Map(); // a record that comes twice: the last word counts
  let position = lastPulledAt ? places.get(lastPulledAt) : null, page;
  do {
    page = await ask("/api/sync/pull", { position, collections: tables, expand: true });
    for (const c of page.changes) latest.set(`${c.collection}/${c.id}`, c);
    position = page.position;
  } while (page.more);
  const changes = Object.fromEntries(tables.map((t) => [t, { created: [], updated: [], deleted: [] }]));
  for (const c of latest.values())
    c.op === "put" ? changes[c.collection].updated.push({ ...c.record, rev: c.rev }) : changes[c.collection].deleted.push(c.id);
  const timestamp = Math.max(Date.parse(page.server_time), (lastPulledAt ?? 0) + 1);
  places.set(timestamp, position);
  return { changes, timestamp };
};

// RxDB: replicateRxCollection({ push: { handler: rxdbPush(ask, "notes", blank) } }). What
// stands differently from what was sent is answered as a conflict: the server has merged
// it already, so that RxDB's default handler, which takes it, is right. Sent twice it
// changes nothing: what is there is no change (M173), so that no outbox of ids is needed.
export const rxdbPush = (ask, collection, blank) => async (rows) => {
  const mutations = rows.map(({ newDocumentState: now, assumedMasterState: was }) => {
    const one = { id: crypto.randomUUID(), collection, record: now.id };
    if (now._deleted) return { ...one, op: "delete" };
    const fields = Object.keys(now).filter((f) => !/^(id$|_)/.test(f) && JSON.stringify(now[f]) !== JSON.stringify(was?.[f]));
    const of = (doc) => Object.fromEntries(fields.filter((f) => f in doc).map((f) => [f, doc[f]]));
    return { ...one, op: "upsert", set: of(now), was: was ? of(was) : undefined };
  });
  const { results } = await ask("/api/sync/push", { mutations });
  if (results.some((r) => r.verdict === "later")) throw new Error("the server takes it later"); // RxDB tries again
  return results.flatMap((r, i) =>
    r.record?.op === "put" ? [{ ...r.record.record, _deleted: false }]
    : r.verdict === "refused" ? [{ ...blank(mutations[i].record), _deleted: true }] : []);
};

// WatermelonDB: synchronize({ pushChanges: watermelonPush(ask, wire), ... }), in tables with
// a number column `rev`. wire(table, raw) is a row's columns as the record has them. What
// stands differently comes with the next pull (M46).
export const watermelonPush = (ask, wire) => async ({ changes }) => {
  const mutations = Object.entries(changes).flatMap(([collection, { created, updated, deleted }]) => [
    ...[...created, ...updated].map((raw) => {
      const { id: record, rev, ...set } = wire(collection, raw);
      const names = raw._status === "created" ? Object.keys(set) : raw._changed.split(",");
      return { collection, record, op: "upsert", base: rev || undefined, set: Object.fromEntries(names.map((f) => [f, set[f]])) };
    }),
    ...deleted.map((record) => ({ collection, record, op: "delete" })),
  ]).map((m) => ({ id: crypto.randomUUID(), ...m }));
  for (let at = 0; at < mutations.length; at += 500) {
    const { results } = await ask("/api/sync/push", { mutations: mutations.slice(at, at + 500) });
    if (results.some((r) => r.verdict === "later")) throw new Error("the server takes it later");
  }
};
