// Two people changed the same: both values are kept, and a person chooses (M53, M70, M177).
import type { Fields } from "./records.ts";
import type { Edit } from "./outbox.ts";

export interface Conflict {
  id: string;
  rev: number;
  collection: string;
  record: string;
  case: string;
  /** a delete that met somebody's change: `ours` deletes */
  op: string;
  fields: string[];
  /** what the mutation wrote, and what stands */
  ours: Fields;
  theirs: Fields;
  /** who wrote it, and when by their clock */
  user: string;
  recorded_at: string;
}

export const conflictOf = (r: Fields, rev: number): Conflict => ({
  id: String(r.id), rev, collection: String(r.collection), record: String(r.record), case: String(r.case), op: String(r.op),
  fields: list(r.fields), ours: fields(r.ours), theirs: fields(r.theirs), user: String(r.user), recorded_at: String(r.recorded_at),
});

/** What a person chose: `values` are their own, of the fields in conflict, with `other`. */
export const choice = (c: Conflict, choose: "ours" | "theirs" | "other", values?: Fields): Edit => ({
  op: "update", collection: "sync_conflicts", id: c.id, set: { choice: choose, ...(values ? { values } : {}) }, was: { theirs: c.theirs },
});

export const fields = (v: unknown): Fields => (v && typeof v === "object" && !Array.isArray(v) ? (v as Fields) : {});
export const list = (v: unknown): string[] => (Array.isArray(v) ? v.map(String) : v && typeof v === "object" ? Object.keys(v) : []);
