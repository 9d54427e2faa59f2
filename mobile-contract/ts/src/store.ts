// Where the phone keeps things: one small interface that every database can be. What is
// committed together is kept together or not at all, and is on the disk when commit returns.

export const tables = ["state", "heads", "records", "outbox", "kept", "captured", "uploads", "app"] as const;

/** state: who and where the phone is; heads: scope and rev of each record; records: their
 * content; outbox: what has no verdict yet, or is shown over the records; kept: what was
 * acknowledged, for a replay; captured: what was written while locked; uploads: bytes; app: what the app itself keeps, drafts and choices. */
export type Table = (typeof tables)[number];

/** A value is what JSON keeps; in `uploads`, bytes. In `state`, a browser's store also keeps keys. */
export type Value = unknown;

export type Op =
  | { op: "put"; table: Table; key: string; value: Value }
  /** as put, but the whole commit fails as Taken where the key is there */
  | { op: "add"; table: Table; key: string; value: Value }
  | { op: "delete"; table: Table; key: string }
  | { op: "clear"; table: Table };

export interface Range {
  /** the first key, itself included */
  from?: string;
  /** up to this key, itself excluded */
  before?: string;
  /** from the end, so that { last: true, limit: 1 } is the last one */
  last?: boolean;
  limit?: number;
}

export interface Store {
  get(table: Table, key: string): Promise<Value | undefined>;
  /** keys and values, by key: code unit by code unit */
  list(table: Table, range?: Range): Promise<[string, Value][]>;
  commit(ops: Op[]): Promise<void>;
  close(): Promise<void>;
}

/** Taken says that a key of an `add` is there: nothing of the commit was kept. */
export class Taken extends Error {}

/** everything of a prefix */
export const under = (prefix: string): Range => ({ from: prefix, before: prefix + "\uffff" });

export const put = (table: Table, key: string, value: Value): Op => ({ op: "put", table, key, value });
export const add = (table: Table, key: string, value: Value): Op => ({ op: "add", table, key, value });
export const remove = (table: Table, key: string): Op => ({ op: "delete", table, key });

/** What a memory store keeps, so that a test can open it again as a phone does its disk. */
export type Disk = Map<Table, Map<string, Value>>;

/** A store that is gone with the process: for tests, and for a browser that keeps nothing. */
export function memoryStore(disk: Disk = new Map()): Store {
  const of = (table: Table) => disk.get(table) ?? disk.set(table, new Map()).get(table)!;
  return {
    async get(table, key) {
      return copy(of(table).get(key));
    },
    async list(table, { from = "", before, last, limit = Infinity } = {}) {
      let keys = [...of(table).keys()].filter((k) => k >= from && (before === undefined || k < before)).sort();
      if (last) keys.reverse();
      if (keys.length > limit) keys = keys.slice(0, limit);
      return keys.map((k) => [k, copy(of(table).get(k))]);
    },
    async commit(ops) {
      for (const o of ops) if (o.op === "add" && of(o.table).has(o.key)) throw new Taken(o.key);
      for (const o of ops) {
        if (o.op === "clear") of(o.table).clear();
        else if (o.op === "delete") of(o.table).delete(o.key);
        else of(o.table).set(o.key, copy(o.value));
      }
    },
    async close() {},
  };
}

// What is kept is nobody's to change; a key of WebCrypto cannot be copied and cannot be changed.
function copy(v: Value): Value {
  if (v === null || typeof v !== "object" || v instanceof Uint8Array) return v;
  const kind = Object.getPrototypeOf(v);
  return kind === Object.prototype || kind === Array.prototype ? JSON.parse(JSON.stringify(v)) : v;
}
