// Phones and a server at random: lost and repeated answers, cut streams, deaths between two
// writes, rights that end, a server that is put back from an older copy. Then everything heals,
// and nothing that anybody wrote may be missing, on no phone and not on the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore, openClient, type Client, type Clock, type Disk, type Fetch, type Store } from "../src/index.ts";
import { happen, rows, town } from "./town.ts";

const seeds = Number(process.env.HOLDFAST_SEEDS ?? 20), steps = 100, from = Number(process.env.HOLDFAST_FROM ?? 1);

class Dead extends Error {}

/** What the walks met, all together: a walk that meets nothing shows nothing. */
const met: Record<string, number> = {};
const meet = (what: string, n = 1) => (met[what] = (met[what] ?? 0) + n);

/** Chance that is the same for the same seed. */
function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class World {
  healing = false;
  words: string[] = [];
  restores = 0;
  copied = false;
  ticks = 0;
  /** goes on by being looked at, so that a seed is the same walk each time */
  readonly clock: Clock = { now: () => Date.UTC(2026, 10, 20, 9) + (this.ticks += 20), since: () => this.ticks, wait: async () => undefined };
  readonly chance: () => number;
  constructor(seed: number) {
    this.chance = dice(seed);
  }
  one<T>(of: T[]): T {
    return of[Math.floor(this.chance() * of.length)];
  }
  in(percent: number): boolean {
    return !this.healing && this.chance() * 100 < percent;
  }
}

class Walker {
  client!: Client;
  disk: Disk = new Map();
  readonly w: World;
  readonly who: string;
  readonly n: number;
  trace: string[] = [];
  private again = 0;
  constructor(w: World, who: string, n: number) {
    this.w = w;
    this.who = who;
    this.n = n;
  }

  /** The app is started, over whatever its disk holds. */
  async open(): Promise<void> {
    const { w } = this, disk = memoryStore(this.disk);
    const mortal: Store = {
      ...disk,
      commit: async (ops) => {
        if (w.in(2)) throw new Dead();
        await disk.commit(ops);
        if (w.in(2)) throw new Dead();
      },
    };
    const line: Fetch = async (url, init) => {
      if (w.in(6)) throw new TypeError("the request is lost");
      if (w.in(4)) await (await fetch(url, init)).text(); // it arrives twice
      const a = await fetch(url, init);
      if (w.in(8)) {
        await a.text();
        throw new TypeError("the answer is lost");
      }
      if (w.in(6) && init.method === "POST" && url.endsWith("/pull")) {
        const whole = await a.text();
        return new Response(whole.slice(0, Math.floor(w.chance() * whole.length)), { status: a.status, headers: a.headers });
      }
      return a;
    };
    this.client = await openClient({
      base: town, store: mortal, fetch: line, chance: w.chance, clock: w.clock, locks: { request: (_, work) => work() },
      options: { stream: w.chance() < 0.5, page: 40 },
    });
    this.client.watch((from, event, to) => {
      meet(event);
      this.trace.push(`${from} ${event} ${to}`);
    });
  }

  /** Does something; a phone that dies of it is started again. */
  async live(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (e) {
      if (!(e instanceof Dead)) throw e;
      meet("died");
      await this.open();
    }
  }

  async register(): Promise<void> {
    const { token } = await happen("sign-in", { who: this.who });
    const a = await this.client.register({ token, name: `${this.who} ${this.n}` });
    if (a.status !== 200 && a.status !== 0) assert.fail(`registering: ${a.status} ${JSON.stringify(a.body)}`);
  }

  async sync(): Promise<string> {
    let o = await this.client.sync({ check: this.w.healing });
    // A line may fail of itself: who waits tries again.
    for (let n = 0; this.w.healing && o.state === "waiting" && n < 5; n++) o = await this.client.sync({ check: true });
    if (o.state === "ended") await this.register();
    assert.notEqual(o.state, "stuck", JSON.stringify(o));
    this.trace.push(JSON.stringify(o));
    return o.state;
  }

  /** Words that nobody else writes. What was promised to be kept is remembered. */
  async say(write: (words: string) => Promise<unknown>): Promise<void> {
    const words = `words ${this.w.words.length} of phone ${this.n}.`;
    try {
      await write(words);
    } catch (e) {
      if (!(e instanceof Dead)) throw e;
      await this.open();
      if (!(await this.client.pending()).some((p) => JSON.stringify(p.set).includes(words))) return; // it never was on the disk
    }
    this.w.words.push(words);
  }

  async record(): Promise<void> {
    const { w, client: c } = this;
    if (!(await c.session())) return this.live(() => this.register());
    const cases = (await c.list("cases")).filter((x) => x.fields.status !== "closed").map((x) => x.id).sort().slice(0, 3);
    if (cases.length === 0) return;
    const family = w.one(cases), n = w.chance() * 100;
    const note = (body: string) => ({ case: family, body, source: "seen_by_worker", shared: w.chance() < 0.7 });
    const change = async (collection: "cases" | "people", field: string) => {
      const all = (await c.list(collection)).sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, 3); // so that they meet
      if (all.length > 0) await this.say((words) => c.update(collection, w.one(all).id, { [field]: words }));
    };
    if (n < 35) await this.say((body) => c.create("notes", note(body) as never));
    else if (n < 55) await change("cases", "summary");
    else if (n < 75) await change("people", "needs");
    else if (n < 80) await this.say((body) => c.record([
      { op: "create", collection: "notes", set: note(body) },
      { op: "create", collection: "notes", set: { ...note(""), source: w.chance() < 0.5 ? "telepathy" : "document", body: "Its other half." } },
    ], true));
    else if (n < 86) { // a child before its parent
      const id = `new${this.n}` + Math.floor(w.chance() * 36 ** 11).toString(36).padStart(11, "0");
      await this.say((body) => c.create("notes", { ...note(body), case: id } as never));
      await this.live(async () => c.record([{ op: "create", collection: "cases", id, set: { family_name: "Walker", status: "open", lead_agency: (await c.session())!.user.agency } }]));
    } else if (n < 90) await this.live(async () => {
      const conflicts = await c.conflicts();
      if (conflicts.length > 0) await c.choose(w.one(conflicts), w.one(["ours", "theirs"]));
    });
    else if (n < 94) await this.live(async () => {
      const refusals = (await c.refusals()).filter((r) => !r.handover);
      if (refusals.length > 0) await c.resend(w.one(refusals), { source: "document" });
    });
    else if (this.again++ < 2) await this.live(() => this.register()); // it becomes another device
  }
}

async function around(w: World): Promise<void> {
  const member = (active: number) => happen("sql", { SQL: `UPDATE case_members SET active = ${active} WHERE user = (SELECT id FROM users WHERE email LIKE 'school@%')` });
  const n = w.chance() * 100;
  if (n < 2) await member(0);
  else if (n < 6) await member(1);
  else if (n < 9) (await happen("copy"), (w.copied = true));
  else if (n < 11 && w.copied && w.restores++ < 2) (meet("restored"), await happen("restore"));
}

for (let seed = from; seed < from + seeds; seed++)
  test(`seed ${seed}`, async () => {
    await happen("fresh");
    const w = new World(seed);
    const phones = ["practitioner", "practitioner", "school"].map((who, n) => new Walker(w, who, n));
    for (const p of phones) (await p.open(), await p.live(() => p.register()));
    for (let step = 0; step < steps; step++) {
      const p = w.one(phones), n = w.chance();
      if (n < 0.5) await p.record();
      else if (n < 0.95) await p.live(() => p.sync());
      else await p.open(); // its app was swiped away
      await around(w);
    }
    w.healing = true;
    await happen("sql", { SQL: "UPDATE case_members SET active = 1 WHERE user = (SELECT id FROM users WHERE email LIKE 'school@%')" });
    for (const p of phones) await p.open();
    for (let round = 0; round < 4; round++) for (const p of phones) {
      if (!(await p.client.session())) await p.register();
      await p.sync();
    }
    await judge(w, phones);
  });

async function judge(w: World, phones: Walker[]): Promise<void> {
  const kept = JSON.stringify(await rows(`
    SELECT body AS words FROM notes UNION ALL SELECT summary FROM cases UNION ALL SELECT needs FROM people UNION ALL
    SELECT "was" FROM record_versions UNION ALL SELECT ours FROM sync_conflicts UNION ALL SELECT theirs FROM sync_conflicts UNION ALL
    SELECT content FROM sync_refusals`));
  assert.deepEqual(w.words.filter((words) => !kept.includes(words)), [], "words that are nowhere any more");
  meet("words", w.words.length);
  meet("conflicts", (await rows("SELECT id FROM sync_conflicts")).length);
  meet("refusals", (await rows("SELECT id FROM sync_refusals")).length);
  for (const p of phones) {
    assert.equal(await p.sync(), "resting", p.trace.slice(-12).join("\n"));
    assert.deepEqual((await p.client.pending()).filter((x) => x.state === "unsent"), []);
    assert.ok(!p.trace.includes("checking differs pulling"), `phone ${p.n} had to be repaired: ${p.trace.slice(-20).join("; ")}`);
    const fresh = new Walker(w, p.who, 9);
    await fresh.open();
    await fresh.register();
    assert.equal(await fresh.sync(), "resting", fresh.trace.join("\n"));
    const held = (d: Disk) => new Map([...d.get("records")!].filter(([k]) => !k.startsWith("devices/")).sort(([a], [b]) => (a < b ? -1 : 1)));
    await p.sync(); // the new phone is one more record
    assert.deepEqual(held(p.disk), held(fresh.disk), `phone ${p.n} holds what its person may see`);
    await fresh.client.signOut();
  }
}

if (process.env.SHOW) test("show", () => console.log(JSON.stringify(met)));
test("the walks met what they are about", { skip: seeds < 20 }, () => {
  for (const [what, least] of Object.entries({ words: 400, died: 50, restored: 5, other_epoch: 5, offered: 5, displaced: 0, unreachable: 100, conflicts: 20, refusals: 20, more: 20 }))
    assert.ok((met[what] ?? 0) >= least, `${what}: ${met[what] ?? 0} of ${least} (${JSON.stringify(met)})`);
});
