// The store of a browser. Durability is strict: what commit answered for is on the disk.
import { Taken, tables, type Range, type Store, type Table, type Value } from "./store.ts";

/** Opens (and makes) a database. A person has one of their own: name it after them (M115). */
export async function indexedStore(name: string, factory: IDBFactory = indexedDB): Promise<Store> {
  const opening = factory.open(name, 1);
  opening.onupgradeneeded = () => tables.forEach((t) => opening.result.createObjectStore(t));
  const db = await done(opening);
  db.onversionchange = () => db.close(); // somebody deletes it: do not stand in the way
  const read = (table: Table) => db.transaction(table, "readonly").objectStore(table);
  return {
    get: (table, key) => done(read(table).get(key)),
    async list(table, range = {}) {
      const store = read(table), within = bounds(range);
      if (range.last) return backwards(store, within, range.limit ?? Infinity);
      const limit = range.limit === Infinity ? undefined : range.limit;
      const [keys, values] = await Promise.all([done(store.getAllKeys(within, limit)), done(store.getAll(within, limit))]);
      return keys.map((k, i) => [String(k), values[i]]);
    },
    commit(ops) {
      if (ops.length === 0) return Promise.resolve();
      const t = db.transaction([...new Set(ops.map((o) => o.table))], "readwrite", { durability: "strict" });
      return new Promise((resolve, reject) => {
        let taken: Taken | undefined;
        t.oncomplete = () => resolve();
        t.onabort = () => reject(taken ?? t.error ?? new Error("the database took nothing"));
        for (const o of ops) {
          const store = t.objectStore(o.table);
          if (o.op === "put") store.put(o.value, o.key);
          else if (o.op === "delete") store.delete(o.key);
          else if (o.op === "clear") store.clear();
          else store.add(o.value, o.key).onerror = () => void (taken = new Taken(o.key));
        }
      });
    },
    async close() {
      db.close();
    },
  };
}

/** Deletes a database with all that it holds. */
export async function deleteIndexedStore(name: string, factory: IDBFactory = indexedDB): Promise<void> {
  await done(factory.deleteDatabase(name));
}

function bounds({ from, before }: Range): IDBKeyRange | undefined {
  if (from !== undefined && before !== undefined) return IDBKeyRange.bound(from, before, false, true);
  if (from !== undefined) return IDBKeyRange.lowerBound(from);
  return before === undefined ? undefined : IDBKeyRange.upperBound(before, true);
}

function backwards(store: IDBObjectStore, within: IDBKeyRange | undefined, limit: number): Promise<[string, Value][]> {
  return new Promise((resolve, reject) => {
    const out: [string, Value][] = [], asked = store.openCursor(within, "prev");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const at = asked.result;
      if (!at || out.length >= limit) return resolve(out);
      out.push([String(at.key), at.value]);
      at.continue();
    };
  });
}

const done = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
