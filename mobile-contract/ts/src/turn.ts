// One sync at a time on a phone, over all its tabs (M8, T23).
import type { Clock } from "./clock.ts";
import { add, put, remove, Taken, type Store } from "./store.ts";

export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** The system's own locks, else turns that are kept in the store. */
export const locksOf = (store: Store, clock: Clock): Locks =>
  globalThis.navigator?.locks ? { request: (name, work) => navigator.locks.request(name, work) as Promise<never> } : storeLocks(store, clock);

const hold = 30_000, look = 250;

/** Turns for where there are no Web Locks: whoever adds the next number has the turn, and
 * renews it; one that was not renewed for half a minute is over, since its tab is gone. */
export function storeLocks(store: Store, clock: Clock): Locks {
  const waiting = new Map<string, Promise<unknown>>(); // in this tab
  return {
    request(name, work) {
      const mine = (waiting.get(name) ?? Promise.resolve()).then(() => held(name, work));
      waiting.set(name, mine.catch(() => undefined));
      return mine;
    },
  };

  async function held<T>(name: string, work: () => Promise<T>): Promise<T> {
    const key = await claim(`turn/${name}`);
    const over = new AbortController();
    const renewing = renew(key, over.signal);
    try {
      return await work();
    } finally {
      over.abort();
      await renewing;
      await store.commit([put("state", key, 0)]); // over at once; the number stays, so that none is given twice
    }
  }

  async function claim(name: string): Promise<string> {
    for (;;) {
      const all = await store.list("state", { from: `${name}/`, before: `${name}/~` });
      const latest = all.at(-1);
      if (!latest || Number(latest[1]) <= clock.now() || Number(latest[1]) > clock.now() + hold) {
        const n = latest ? parseInt(latest[0].slice(name.length + 1), 36) + 1 : 0;
        const key = `${name}/${n.toString(36).padStart(11, "0")}`;
        try {
          await store.commit([add("state", key, clock.now() + hold), ...all.slice(0, -1).map(([k]) => remove("state", k))]);
          return key;
        } catch (e) {
          if (!(e instanceof Taken)) throw e;
        }
      }
      await clock.wait(look);
    }
  }

  async function renew(key: string, over: AbortSignal): Promise<void> {
    for (;;) {
      await clock.wait(hold / 3, over);
      if (over.aborted) return;
      await store.commit([put("state", key, clock.now() + hold)]);
    }
  }
}
