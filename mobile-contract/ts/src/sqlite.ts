// The store over SQLite, whoever's it is: better-sqlite3 or node-sqlite3-wasm in Node, wa-sqlite
// over OPFS in a browser, op-sqlite in React Native, Capacitor's plugin. Each is a Driver of a
// few lines.
import { Taken, type Op, type Range, type Store, type Value } from "./store.ts";

/** What is asked of SQLite, at once or by promise: a statement that answers nothing, and one that answers rows. */
export interface Driver {
  run(sql: string, values?: (string | Uint8Array)[]): unknown;
  all(sql: string, values?: (string | Uint8Array)[]): Rows | Promise<Rows>;
  close?(): unknown;
}
type Rows = Record<string, unknown>[];

/** Opens a store in a database that nobody else uses. */
export async function sqliteStore(driver: Driver): Promise<Store> {
  await driver.run("PRAGMA synchronous = FULL");
  await driver.run("PRAGMA secure_delete = ON"); // what is taken away is overwritten, not only forgotten
  await driver.run("CREATE TABLE IF NOT EXISTS kept (t TEXT, k TEXT, v, PRIMARY KEY (t, k)) WITHOUT ROWID");
  // One connection: a read between BEGIN and COMMIT would see half a commit.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    get: (table, key) =>
      inTurn(async () => read((await driver.all("SELECT v FROM kept WHERE t = ? AND k = ?", [table, key]))[0])),
    list: (table, range = {}) =>
      inTurn(async () => {
        const [where, values] = within(range);
        const rows = await driver.all(
          `SELECT k, v FROM kept WHERE t = ?${where} ORDER BY k ${range.last ? "DESC" : "ASC"} LIMIT ${Math.min(range.limit ?? -1, 2 ** 31) | 0}`,
          [table, ...values],
        );
        return rows.map((r) => [String(r.k), read(r)] as [string, Value]);
      }),
    commit: (ops) =>
      inTurn(async () => {
        if (ops.length === 0) return;
        await driver.run("BEGIN IMMEDIATE");
        try {
          for (const o of ops) await write(driver, o);
          await driver.run("COMMIT");
        } catch (e) {
          await driver.run("ROLLBACK");
          throw e;
        }
      }),
    close: () => inTurn(async () => void (await driver.close?.())),
  };
}

async function write(driver: Driver, o: Op): Promise<void> {
  if (o.op === "clear") return void (await driver.run("DELETE FROM kept WHERE t = ?", [o.table]));
  if (o.op === "delete") return void (await driver.run("DELETE FROM kept WHERE t = ? AND k = ?", [o.table, o.key]));
  if (o.op === "add" && (await driver.all("SELECT 1 FROM kept WHERE t = ? AND k = ?", [o.table, o.key])).length > 0) throw new Taken(o.key);
  const value = o.value instanceof Uint8Array ? o.value : JSON.stringify(o.value);
  await driver.run("INSERT OR REPLACE INTO kept (t, k, v) VALUES (?, ?, ?)", [o.table, o.key, value]);
}

function within({ from, before }: Range): [string, string[]] {
  const where = (from === undefined ? "" : " AND k >= ?") + (before === undefined ? "" : " AND k < ?");
  return [where, [from, before].filter((v) => v !== undefined)];
}

const read = (row: Record<string, unknown> | undefined): Value | undefined =>
  row === undefined ? undefined : typeof row.v === "string" ? JSON.parse(row.v) : new Uint8Array(row.v as Uint8Array);
