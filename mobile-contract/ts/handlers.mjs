// Pull handlers for two client libraries, on POST /api/sync/pull with `collections`.
// ask(path, body) sends with the phone's token and answers the JSON, or throws.

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
    c.op === "put" ? changes[c.collection].updated.push(c.record) : changes[c.collection].deleted.push(c.id);
  const timestamp = Math.max(Date.parse(page.server_time), (lastPulledAt ?? 0) + 1);
  places.set(timestamp, position);
  return { changes, timestamp };
};
