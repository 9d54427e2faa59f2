// What an app works with. Everything it writes is on the disk when the promise is kept, and
// everything it reads is what the worker last wrote or was last told; the server may be away.
import type { CollectionName, DeviceUpdate, Records as Wire, Result } from "../wire.ts";
import { chanceBytes } from "./bytes.ts";
import { systemClock, type Chance, type Clock } from "./clock.ts";
import { choice, conflictOf, type Conflict } from "./conflicts.ts";
import { register, rename, signOut, type Registering } from "./device.ts";
import { Engine, type News, type Options } from "./engine.ts";
import type { Signer } from "./keys.ts";
import { Leases, type Lease } from "./lease.ts";
import { Line, type Answer, type Ask, type Fetch } from "./line.ts";
import { held, judged, over, type Edit, type Entry, type Keyed } from "./outbox.ts";
import { historyOp, readHistory, readPlace, readSession, type Policy, type Session } from "./place.ts";
import { keyOf, type Fields } from "./records.ts";
import { refusalOf, resending, withdrawing, type Refusal } from "./refusals.ts";
import { remove, under, type Store } from "./store.ts";
import { Sync, type Outcome } from "./sync.ts";
import { locksOf, type Locks } from "./turn.ts";
import { Uploads } from "./upload.ts";
import { listen } from "./wake.ts";

export interface Opening {
  /** https://…, without a path */
  base: string;
  /** one person's (M115) */
  store: Store;
  /** the phone's key; without one, only a server that does not require it serves the phone */
  signer?: Signer;
  fetch?: Fetch;
  clock?: Clock;
  chance?: Chance;
  locks?: Locks;
  options?: Options;
}

/** A record as its worker has it. */
export interface Shown<F = Fields> {
  id: string;
  fields: F;
  /** none: it has not come back from the server yet */
  scope?: string;
  rev?: number;
  /** something of it is not the server's yet */
  unsent: boolean;
}

/** A mutation that its worker is to see: not sent, waiting, or judged in a way that wants them (M190). */
export interface Pending {
  id: string;
  collection: string;
  record: string;
  op: string;
  set: Fields;
  state: "unsent" | "held" | "refused" | "conflict" | "too_large" | "other_author" | "applied" | "merged";
  recorded_at: string;
  result?: Result;
}

/** Opens the client over its store. Nothing is asked of the server yet. */
export async function openClient(o: Opening): Promise<Client> {
  const clock = o.clock ?? systemClock, chance = o.chance ?? (() => chanceBytes(4).reduce((n, b) => n * 256 + b, 0) / 2 ** 32);
  const fetch: Fetch = o.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const locks = o.locks ?? locksOf(o.store, clock), lease = new Leases(o.store, clock);
  await lease.load();
  const line = new Line({ base: o.base, fetch, store: o.store, clock, locks, lease, signer: o.signer });
  return new Client({ line, lease, locks, fetch, clock, chance, store: o.store, options: o.options ?? {} });
}

export class Client {
  /** for what the client does not do itself: any request as this phone */
  readonly line: Line;
  /** files, behind their rows */
  readonly uploads: Uploads;
  private syncing: Sync;
  private engine: Engine;
  private listeners = new Set<(news: News) => void>();
  private o: { lease: Leases; locks: Locks; fetch: Fetch; clock: Clock; chance: Chance; store: Store };
  private running: Promise<Outcome> | undefined;
  private again = false;

  constructor(o: Client["o"] & { line: Line; options: Options }) {
    this.o = o;
    this.line = o.line;
    this.engine = new Engine({ ...o, tell: (news) => this.listeners.forEach((hear) => hear(news)) });
    this.syncing = new Sync(this.engine);
    this.uploads = new Uploads(o);
  }

  /** Hears what a sync changed, to read it anew. Answers how to stop. */
  on(hear: (news: News) => void): () => void {
    this.listeners.add(hear);
    return () => void this.listeners.delete(hear);
  }

  /** Sees every step that a sync takes: for tests, and for a log, since none has content. */
  watch(see: Sync["watch"]): void {
    this.syncing.watch = see;
  }

  // Who: the phone and its person.

  session(): Promise<Session | undefined> {
    return readSession(this.o.store);
  }

  /** With the token of a sign-in, at first and again after `ended`: what was not sent stays (M7). */
  register(what: Registering): Promise<Answer> {
    return this.turn(async () => (await this.engine.load(), register(this.engine, what)));
  }

  rename(what: DeviceUpdate): Promise<Answer> {
    return rename(this.engine, what);
  }

  /** Ends the sign-in and empties the store: look at pending() first. */
  signOut(): Promise<Answer> {
    return this.turn(() => signOut(this.engine));
  }

  /** Whether what the phone holds may be shown (M197). An app asks before it shows anything, and each minute. */
  async lease(): Promise<Lease> {
    await this.o.lease.note();
    const policy = (await this.o.store.get("state", "policy")) as Policy | undefined;
    return this.o.lease.stands(policy?.policy);
  }

  /** Removes the records and keeps what was not sent: when the lease says that it is over. */
  forget(): Promise<void> {
    return this.turn(async () => {
      await this.engine.load();
      const place = { ...this.engine.place, position: null, anew: true, repair: [], asked: [], mid: false };
      await this.engine.commit(place, undefined, [{ op: "clear", table: "records" }, { op: "clear", table: "heads" }]);
      this.engine.records.heads.clear();
    });
  }

  // What: records, as they are shown, and as they are changed.

  async get<C extends CollectionName>(collection: C, id: string): Promise<Shown<Wire[C]> | undefined> {
    const key = keyOf(collection, id);
    const [record, head, entries] = await Promise.all([this.o.store.get("records", key), this.o.store.get("heads", key), this.of(collection)]);
    return shown<Wire[C]>(id, record as Fields, head as never, entries);
  }

  /** All of a collection, with what was made here and not sent yet. */
  async list<C extends CollectionName>(collection: C): Promise<Shown<Wire[C]>[]> {
    const [records, heads, entries] = await Promise.all([
      this.o.store.list("records", under(collection + "/")), this.o.store.list("heads", under(collection + "/")), this.of(collection),
    ]);
    const scopes = new Map(heads), byRecord = new Map<string, Entry[]>();
    for (const e of entries) (byRecord.get(e.mutation.record) ?? byRecord.set(e.mutation.record, []).get(e.mutation.record)!).push(e);
    const all = new Map(records.map(([key, r]) => [key.slice(collection.length + 1), r as Fields | undefined]));
    for (const id of byRecord.keys()) if (!all.has(id)) all.set(id, undefined);
    const out: Shown<Wire[C]>[] = [];
    for (const [id, record] of all) {
      const one = shown<Wire[C]>(id, record, scopes.get(keyOf(collection, id)) as never, byRecord.get(id) ?? []);
      if (one) out.push(one);
    }
    return out;
  }

  /** Answers the new record's id. */
  async create<C extends CollectionName>(collection: C, set: Partial<Wire[C]>): Promise<string> {
    return (await this.record([{ op: "create", collection, set: set as Fields }]))[0].mutation.record;
  }

  /** Sends what differs from what the worker was shown, and nothing where nothing does. */
  async update<C extends CollectionName>(collection: C, id: string, set: Partial<Wire[C]>): Promise<void> {
    await this.record([{ op: "update", collection, id, set: set as Fields }]);
  }

  async remove(collection: CollectionName, id: string): Promise<void> {
    await this.record([{ op: "delete", collection, id }]);
  }

  /** Several edits in one commit; `bound`, they stand or fall together on the server too (M43). */
  async record(edits: Edit[], bound = false, captured?: { id: string; recorded_at: string }): Promise<Entry[]> {
    const place = await readPlace(this.o.store), session = await readSession(this.o.store);
    if (!session) throw new Error("Nobody is signed in: whose would it be?");
    const seen = new Map(await Promise.all(edits.map(async (e) => {
      const one = e.id === undefined ? undefined : await this.get(e.collection as CollectionName, e.id);
      const head = e.id === undefined ? undefined : ((await this.o.store.get("heads", keyOf(e.collection, e.id))) as [string, number, number] | undefined);
      // A rev of before the run from null is of another history, perhaps (M167).
      return [e, { record: one?.fields as unknown as Fields, rev: head && head[2] === place.gen ? head[1] : undefined, gen: place.gen }] as const;
    })));
    const entries = this.engine.outbox.make(edits, (e) => seen.get(e)!, session.user.id, bound);
    if (captured) Object.assign(entries[0].mutation, captured); // its id is of then: taken up twice it counts once
    if (entries.length > 0) await this.engine.outbox.add(entries);
    this.listeners.forEach((hear) => hear({ changed: [...new Set(edits.map((e) => e.collection))] }));
    return entries;
  }

  // What became of it: verdicts, conflicts, refusals.

  /** Everything written here that is not simply done, oldest first. */
  async pending(): Promise<Pending[]> {
    return ((await this.o.store.list("outbox")) as Keyed[]).map(([, e]) => pendingOf(e));
  }

  /** What was judged in the last thirty days, newest first: for a screen that shows what was handed in. */
  async handedIn(limit = 50): Promise<Pending[]> {
    return ((await this.o.store.list("kept", { last: true, limit })) as Keyed[]).map(([, e]) => pendingOf(e));
  }

  /** Takes an unsent mutation's place off the phone once its words were recorded anew: one that alone is too large. */
  async discard(id: string): Promise<void> {
    const found = ((await this.o.store.list("outbox")) as Keyed[]).find(([, e]) => e.mutation.id === id && e.problem === "too_large");
    if (found) await this.o.store.commit([remove("outbox", found[0])]);
  }

  /** The open ones, those that were decided here and not sent yet left out. */
  async conflicts(): Promise<Conflict[]> {
    return (await this.list("sync_conflicts")).filter((c) => c.fields.status === "open" && !c.unsent).map((c) => conflictOf(c.fields as never, c.rev!));
  }

  async choose(c: Conflict, what: "ours" | "theirs" | "other", values?: Fields): Promise<void> {
    await this.record([choice(c, what, values)]);
  }

  async refusals(): Promise<Refusal[]> {
    return (await this.list("sync_refusals")).filter((r) => r.fields.status === "open" && !r.unsent).map((r) => refusalOf(r.fields as never, r.rev!));
  }

  async resend(r: Refusal, values?: Fields): Promise<void> {
    await this.record([resending(r, values)]);
  }

  async withdraw(r: Refusal): Promise<void> {
    await this.record([withdrawing(r)]);
  }

  // When: one sync at a time, over all tabs.

  /** Syncs as far as it goes. Called while one is under way it is the same one, and one more after it. */
  sync(o: { check?: boolean; signal?: AbortSignal } = {}): Promise<Outcome> {
    if (o.check) this.engine.check = true;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    const run = async (): Promise<Outcome> => {
      try {
        let outcome: Outcome;
        do {
          this.again = false;
          outcome = await this.turn(() => this.syncing.run(o.signal));
        } while (this.again && outcome.state === "resting");
        return outcome;
      } finally {
        this.running = undefined;
      }
    };
    return (this.running = run());
  }

  /** Keeps in sync while the app is open: at once, on news, and after pauses. Answers how to stop. */
  start(done: (outcome: Outcome) => void = () => undefined): { now(): void; stop(): void } {
    const over = new AbortController();
    let wake = new AbortController();
    const now = () => wake.abort();
    void (async () => {
      while (!over.signal.aborted) {
        wake = new AbortController(); // news that come while it syncs are of this one's pause: it syncs again
        const outcome = await this.sync({ signal: over.signal });
        done(outcome);
        await this.o.clock.wait(outcome.again ?? 300_000, wake.signal);
      }
    })();
    void listen({ ...this.o, line: this.line, news: now, signal: over.signal });
    return { now, stop: () => (over.abort(), wake.abort()) };
  }

  /** Asks as this phone: for what has no place in a sync (a chronology, an estimate). */
  ask(method: string, path: string, ask?: Ask): Promise<Answer> {
    return this.line.ask(method, path, ask);
  }

  /** For a library that replicates by itself: asks with the history that the phone keeps (M164),
   * and throws what is no good answer, with its `code`. */
  async post(path: string, body: object): Promise<any> {
    const history = await readHistory(this.o.store);
    const a = await this.line.ask("POST", path, { body: { ...body, ...(history ? { history } : {}) } });
    const next = a.status === 200 ? a.body.history : a.code === "position_other_epoch" ? "" : undefined;
    if (next !== undefined) await this.o.store.commit([historyOp(next)]);
    if (a.status === 200) return a.body;
    throw Object.assign(new Error(`${a.status} ${a.code}`), { code: a.code, wait: a.wait });
  }

  private turn<T>(work: () => Promise<T>): Promise<T> {
    return this.o.locks.request("holdfast-sync", work);
  }

  private async of(collection: string): Promise<Entry[]> {
    return ((await this.o.store.list("outbox")) as Keyed[]).map(([, e]) => e).filter((e) => e.mutation.collection === collection);
  }
}

function shown<F>(id: string, record: Fields | undefined, head: [string, number, number] | undefined, entries: Entry[]): Shown<F> | undefined {
  const mine = entries.filter((e) => e.mutation.record === id);
  const fields = over(record, id, mine);
  return fields && {
    id, fields: fields as F, unsent: mine.some((e) => !judged(e) || held(e)), ...(head ? { scope: head[0], rev: head[1] } : {}),
  };
}

const pendingOf = ({ mutation: m, result, problem }: Entry): Pending => ({
  id: m.id, collection: m.collection, record: m.record, op: m.op, set: m.set ?? {}, recorded_at: m.recorded_at ?? "",
  state: problem ?? (result?.verdict as Pending["state"]) ?? "unsent", ...(result ? { result } : {}),
});
