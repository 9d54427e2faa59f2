// The records that the phone holds, apart from what its user has written since (M33, M34).
import type { Change } from "../wire.ts";
import { digest } from "./digest.ts";
import { put, remove, type Op, type Store } from "./store.ts";

export type Fields = Record<string, unknown>;

/** What a record is known by: its scope, its state, and the run from null that it came in. */
export interface Head {
  scope: string;
  rev: number;
  gen: number;
}

export const keyOf = (collection: string, id: string): string => `${collection}/${id}`;

/** What a part of a run does: to the store, and to what is remembered once that is done. */
export interface Plan {
  ops: Op[];
  heads: Map<string, Head | undefined>;
  /** collections in which something changed */
  touched: Set<string>;
}

export const noPlan = (): Plan => ({ ops: [], heads: new Map(), touched: new Set() });

export class Records {
  heads = new Map<string, Head>();
  private store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  async load(): Promise<void> {
    this.heads = new Map((await this.store.list("heads")).map(([k, v]) => {
      const [scope, rev, gen] = v as [string, number, number];
      return [k, { scope, rev, gen }];
    }));
  }

  /** What changes do, in their order. */
  plan(changes: Change[], gen: number): Plan {
    const p = noPlan(), puts = new Map<string, Fields>();
    for (const c of changes) {
      if (c.op === "put") {
        const key = keyOf(c.collection, c.id);
        p.heads.set(key, { scope: c.scope, rev: c.rev, gen });
        puts.set(key, c.record as unknown as Fields);
      } else if (c.id) {
        p.heads.set(keyOf(c.collection!, c.id), undefined);
      } else {
        for (const key of this.inScope(c.scope!, p)) if (!c.collection || key.startsWith(c.collection + "/")) p.heads.set(key, undefined);
      }
    }
    for (const [key, head] of p.heads) {
      if (head) p.ops.push(put("records", key, puts.get(key)), put("heads", key, [head.scope, head.rev, head.gen]));
      else if (this.heads.has(key)) p.ops.push(remove("records", key), remove("heads", key));
      p.touched.add(key.slice(0, key.indexOf("/")));
    }
    return p;
  }

  /** Removes what is named, beside what a plan does. */
  leave(p: Plan, gone: (key: string, head: Head) => boolean): void {
    for (const [key, head] of this.heads)
      if (!p.heads.has(key) && gone(key, head)) {
        p.heads.set(key, undefined);
        p.ops.push(remove("records", key), remove("heads", key));
        p.touched.add(key.slice(0, key.indexOf("/")));
      }
  }

  /** Remembers what was committed. */
  done(p: Plan): void {
    for (const [key, head] of p.heads) head ? this.heads.set(key, head) : this.heads.delete(key);
  }

  /** The digest of each scope, of what came in the present history (M73, M83). */
  digests(gen: number): Map<string, { count: number; hash: string }> {
    const revs = new Map<string, number[]>();
    for (const h of this.heads.values()) if (h.gen === gen) (revs.get(h.scope) ?? revs.set(h.scope, []).get(h.scope)!).push(h.rev);
    return new Map([...revs].map(([scope, all]) => [scope, digest(all)]));
  }

  private *inScope(scope: string, p: Plan): Iterable<string> {
    for (const [key, head] of this.heads) if (!p.heads.has(key) && head.scope === scope) yield key;
    for (const [key, head] of [...p.heads]) if (head?.scope === scope) yield key;
  }
}
