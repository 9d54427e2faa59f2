// What every step of a sync works with, and the one commit through which all of it goes.
import type { Answer, Line } from "./line.ts";
import type { Chance, Clock } from "./clock.ts";
import type { Leases } from "./lease.ts";
import { Outbox } from "./outbox.ts";
import { historyOp, placed, readHistory, readPlace, type Place, type Policy } from "./place.ts";
import { noPlan, Records, type Plan } from "./records.ts";
import { put, type Op, type Store } from "./store.ts";

export interface Options {
  /** collections that are wanted before the rest (M28) */
  first?: string[];
  /** the families of so many months come first (M195) */
  window?: number;
  /** the contract that the app speaks; wire.ts's own unless told */
  contract?: number;
  /** whether a run from null comes as one stream; needs a fetch whose bodies can be read */
  stream?: boolean;
  /** entries in a page; 1,000 unless told */
  page?: number;
  /** hours between two comparisons by digest */
  checkHours?: number;
}

/** What an app hears of a sync under way. */
export interface News {
  /** collections in which something changed */
  changed?: string[];
  /** what the window asked for is all there */
  recent?: boolean;
  /** a run is whole: what is shown hangs together */
  whole?: boolean;
  /** the outbox changed: something was judged */
  judged?: boolean;
}

export class Engine {
  place!: Place;
  policy: Policy | undefined;
  readonly records: Records;
  readonly outbox: Outbox;
  /** of this sync: what the server asked to wait, in milliseconds */
  wait = 0;
  /** of this sync: whatever was at fault, for its user */
  fault: Answer | undefined;
  /** of this sync: how many mutations go in one push; fewer after 413 (M92) */
  most = 500;
  /** of this sync: something was handed in since the last pull */
  handed = false;
  /** of this sync: how often the history was found to be another */
  lost = 0;
  /** of this sync: a comparison by digest was asked for */
  check = false;
  readonly store: Store;
  readonly line: Line;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly lease: Leases;
  readonly options: Options;
  readonly tell: (news: News) => void;

  constructor(o: { store: Store; line: Line; clock: Clock; chance: Chance; lease: Leases; options: Options; tell: (news: News) => void }) {
    this.store = o.store;
    this.line = o.line;
    this.clock = o.clock;
    this.chance = o.chance;
    this.lease = o.lease;
    this.options = o.options;
    this.tell = o.tell;
    this.records = new Records(o.store);
    this.outbox = new Outbox(o.store, o.clock);
  }

  /** Takes up what the store says, also what another tab did. */
  async load(): Promise<void> {
    const place = await readPlace(this.store);
    if (this.place?.n !== place.n) await this.records.load();
    this.place = place;
    this.policy = (await this.store.get("state", "policy")) as Policy | undefined;
    this.wait = this.lost = 0;
    this.most = 500;
    this.fault = undefined;
    this.handed = false;
  }

  /** Keeps all of it or nothing, and only then believes it. */
  async commit(place: Place, plan: Plan = noPlan(), more: Op[] = []): Promise<void> {
    const next = { ...place, n: place.n + 1 };
    await this.store.commit([...plan.ops, ...more, placed(next)]);
    this.records.done(plan);
    this.place = next;
    if (plan.touched.size > 0) this.tell({ changed: [...plan.touched] });
  }

  history(): Promise<string> {
    return readHistory(this.store);
  }

  /** A request that says how far its phone knows the server's history (M164). */
  async ask(path: string, body: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer> {
    const history = await this.history();
    return this.line.ask("POST", path, { body: { ...body, ...(history ? { history } : {}) }, headers });
  }

  /** What an answer says of the history goes into the commit that keeps the rest. */
  heard(body: { history?: string }): Op[] {
    return body.history ? [historyOp(body.history)] : [];
  }

  async learn(policy: Policy): Promise<void> {
    this.policy = policy;
    await this.store.commit([put("state", "policy", policy)]);
  }
}
