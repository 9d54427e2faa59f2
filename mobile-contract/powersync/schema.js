// The schema that PowerSync's library is given, out of the generated tables; ps is the
// library itself (its Schema, Table and column), so that nothing is imported here.
import { columns } from "./tables.js";

export function schema(ps) {
  const kinds = { text: ps.column.text, integer: ps.column.integer, real: ps.column.real, boolean: ps.column.integer, json: ps.column.text };
  const tables = {};
  for (const [name, fields] of Object.entries(columns)) {
    const of = { _rev: ps.column.integer };
    for (const [field, kind] of Object.entries(fields)) of[field] = kinds[kind];
    tables[name] = new ps.Table(of, { trackPrevious: true, trackMetadata: true });
  }
  tables.holdfast = new ps.Table({ epoch: ps.column.text, contract: ps.column.integer, history: ps.column.text });
  tables.sent = new ps.Table({ n: ps.column.integer, mutation: ps.column.text, epoch: ps.column.text, at: ps.column.text }, { localOnly: true });
  return new ps.Schema(tables);
}
