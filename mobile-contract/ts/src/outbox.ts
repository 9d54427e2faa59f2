// What the worker wrote and the server has not taken yet: in order, whole, and on the disk
// before anything else happens to it (M48). What it has taken is kept thirty days, for a server
// that is restored from an older copy (M81).
import type { Mutation, Result } from "../wire.ts";
import { iso, type Clock } from "./clock.ts";
import { isRecordID, mutationID, recordID } from "./id.ts";
import type { Fields } from "./records.ts";
import { put, remove, type Op, type Store } from "./store.ts";

/** One mutation and what became of it. */
export interface Entry {
  mutation: Mutation;
  /** the run from null that its base is of: of another it is sent without (M167) */
  gen: number;
  /** by the phone's clock: not to be sent before */
  after: number;
  tries: number;
  /** absent until the server has judged it; what it says of one that is `held` may change */
  result?: Result;
  /** of the answer that judged it */
  epoch?: string;
  history?: string;
  judged?: string;
  /** the replay in which it was last offered */
  round: number;
  /** why it stays here: nothing but the person can do something about it */
  problem?: "too_large" | "other_author";
}

/** What a worker does to one record. */
export interface Edit {
  op: "create" | "update" | "delete";
  collection: string;
  /** a create makes one of its own where there is none */
  id?: string;
  set?: Fields;
  /** what its worker saw of it; without, it is read from the record that they were shown */
  was?: Fields;
}

/** What an edit starts from: what its worker saw. */
export interface Seen {
  record?: Fields;
  rev?: number;
  gen: number;
}

export type Keyed = [key: string, entry: Entry];

/** A verdict that ends a mutation's way: it is not sent again but in a replay. */
export const judged = (e: Entry): boolean => e.result !== undefined;
/** It waits for what it belongs to (M59, M180). */
export const held = (e: Entry): boolean => e.result?.verdict === "held";
export const waiting = (e: Entry): boolean => e.result === undefined && e.problem === undefined;

export class Outbox {
  private store: Store;
  private clock: Clock;
  private last = 0; // this tab's latest number
  constructor(store: Store, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  /** The mutations of edits that were made together: they go together, and with `bound` they stand or fall together (M43). */
  make(edits: Edit[], seen: (e: Edit) => Seen, author: string, bound: boolean): Entry[] {
    const entries: Entry[] = [];
    for (const e of edits) {
      if (e.id !== undefined && !isRecordID(e.id)) throw new Error(`${e.id} is no record's id`);
      const { record, rev, gen } = seen(e);
      const m: Mutation = {
        id: mutationID(this.clock.now()), collection: e.collection, record: e.id ?? recordID(this.clock.now()), op: e.op,
        recorded_at: iso(this.clock.now()), author,
      };
      if (e.op !== "create" && rev !== undefined) m.base = rev;
      if (e.op === "create") m.set = e.set ?? {};
      if (e.op === "update") {
        const changed = Object.entries(e.set ?? {}).filter(([f, v]) => !record || !same(record[f], v));
        if (changed.length === 0) continue; // nothing was changed
        m.set = Object.fromEntries(changed);
        if (e.was) m.was = e.was;
        else if (record) m.was = Object.fromEntries(changed.filter(([f]) => f in record).map(([f]) => [f, record[f]]));
      }
      entries.push({ mutation: m, gen, after: 0, tries: 0, round: 0 });
    }
    if (bound && entries.length > 1) for (const e of entries) e.mutation.group = entries[0].mutation.id;
    return entries;
  }

  /** Puts entries behind all that are there, in one commit. */
  async add(entries: Entry[]): Promise<void> {
    const latest = await Promise.all((["outbox", "kept"] as const).map(async (t) => (await this.store.list(t, { last: true, limit: 1 }))[0]?.[0]));
    let n = Math.max(this.last, ...latest.map((k) => (k ? parseInt(k.slice(0, 10), 36) : 0)));
    // Two tabs may give one number: the id behind it keeps them apart.
    await this.store.commit(entries.map((e) => put("outbox", `${(++n).toString(36).padStart(10, "0")}-${e.mutation.id}`, e)));
    this.last = n;
  }

  async all(): Promise<Keyed[]> {
    return (await this.store.list("outbox")) as Keyed[];
  }

  /** What was acknowledged and what was not, as it was written. */
  async everything(): Promise<Keyed[]> {
    const [kept, outbox] = await Promise.all([this.store.list("kept"), this.store.list("outbox")]);
    return ([...kept, ...outbox] as Keyed[]).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** An entry goes from the outbox to what is kept. */
export const keep = ([key, entry]: Keyed): Op[] => [remove("outbox", key), put("kept", key, entry)];

/** A record as its worker has it: what is held, and over it what they wrote since (M34). */
export function over(record: Fields | undefined, id: string, entries: Iterable<Entry>): Fields | undefined {
  for (const { mutation: m, result } of entries) {
    if (m.record !== id || result?.verdict === "refused" || result?.verdict === "conflict") continue;
    if (m.op === "delete") record = undefined;
    else if (m.op === "update") record = record && { ...record, ...m.set };
    else record = { ...record, ...m.set, id };
  }
  return record;
}

export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => k in b && same((a as Fields)[k], (b as Fields)[k]));
};
