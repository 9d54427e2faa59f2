// What could not go in is kept whole, with why, and can be put right (M60, M71, M177).
import type { FieldProblem, Mutation } from "../wire.ts";
import { fields } from "./conflicts.ts";
import type { Edit } from "./outbox.ts";
import type { Fields } from "./records.ts";

export interface Refusal {
  id: string;
  rev: number;
  mutation: string;
  collection: string;
  record: string;
  op: string;
  /** the mutation as it came; of one that was not of the form, its text */
  content: Partial<Mutation>;
  code: string;
  message: string;
  errors: Record<string, FieldProblem>;
  /** the right was lost after it was written; somebody else's, handed over to those who hold the case */
  good_faith: boolean;
  handover: boolean;
  case: string;
  user: string;
}

export const refusalOf = (r: Fields, rev: number): Refusal => ({
  id: String(r.id), rev, mutation: String(r.mutation), collection: String(r.collection), record: String(r.record), op: String(r.op),
  content: fields(r.content), code: String(r.code), message: String(r.message), errors: fields(r.fields) as never,
  good_faith: r.good_faith === true, handover: r.handover === true, case: String(r.case), user: String(r.user),
});

/** Sends it again, with the fields that were put right. */
export const resending = (r: Refusal, values: Fields = {}): Edit => ({
  op: "update", collection: "sync_refusals", id: r.id, set: { action: "resend", ...(Object.keys(values).length > 0 ? { values } : {}) }, was: {},
});

/** Takes it back: it stays on the record, and nobody is asked about it any more. */
export const withdrawing = (r: Refusal): Edit => ({ op: "update", collection: "sync_refusals", id: r.id, set: { action: "withdraw" }, was: {} });
