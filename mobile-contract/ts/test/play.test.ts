// pull.json, push.json and history.json, played with a phone that is this client's: its records,
// its line, its digests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Change } from "../wire.ts";
import { mutationID } from "../src/id.ts";
import { memoryStore, type Store } from "../src/store.ts";
import { Records } from "../src/records.ts";
import { happen, town } from "./town.ts";

type Obj = Record<string, any>;

/** A phone of a vector: what it holds, and where it stands. */
class Phone {
  store: Store = memoryStore();
  records = new Records(this.store);
  position: string | null = null;
  token = "";

  async ask(method: string, path: string, body?: unknown, token = this.token, headers: Obj = {}): Promise<Obj> {
    const a = await fetch(town + path, {
      method, body: body === undefined ? undefined : JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers },
    });
    const text = await a.text();
    let said: any;
    try {
      said = JSON.parse(text);
    } catch {
      said = undefined;
    }
    return { status: a.status, code: a.status >= 400 ? (said?.data?.code ?? "") : "", body: said, text };
  }

  async apply(changes: Change[]): Promise<void> {
    const plan = this.records.plan(changes, 1);
    await this.store.commit(plan.ops);
    this.records.done(plan);
  }

  async differs(): Promise<string[]> {
    const { body } = await this.ask("POST", "/api/sync/digest", { position: this.position });
    const mine = this.records.digests(1), out: string[] = [];
    for (const [key, h] of this.records.heads) if (!body.digests[h.scope]) out.push(`${h.scope} (not held, and ${key} is on the phone)`);
    for (const [scope, theirs] of Object.entries<Obj>(body.digests)) {
      const m = mine.get(scope) ?? { count: 0, hash: "0000000000000000" };
      if (theirs.behind || m.count !== theirs.count || m.hash !== theirs.hash) out.push(scope);
    }
    return out.sort();
  }
}

class Stage {
  phones: Record<string, Phone> = {};
  names: Obj = {};
  private ids = 0;

  private ulid(): string {
    return mutationID(Date.UTC(2026, 10, 20) + this.ids++);
  }

  /** Puts in what names stand for; a mutation's id that has none gets a fresh one. */
  fill(v: any): any {
    if (typeof v === "string") {
      const [, n, unit] = /^\$\+(-?\d+)([hd])$/.exec(v) ?? [];
      if (unit) return new Date(Date.now() + Number(n) * (unit === "d" ? 24 : 1) * 3_600_000).toISOString().slice(0, unit === "d" ? 10 : 24);
      if (v.startsWith("$") && this.names[v] === undefined) this.names[v] = this.ulid();
      for (const [name, value] of Object.entries(this.names)) {
        if (v === name) return value;
        if (typeof value === "string" && v.includes("/" + name)) return v.replaceAll(name, value);
      }
      return v;
    }
    if (Array.isArray(v)) return v.map((x) => this.fill(x));
    if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, this.fill(x)]));
    return v;
  }

  /** Says where what was got is not as wanted, or nothing. */
  matches(want: any, got: any): string {
    if (want === "*") return got === undefined || got === null || got === "" || got === 0 ? "there is nothing" : "";
    if (typeof want === "string" && want.startsWith("$")) {
      if (want in this.names && String(this.names[want]) !== String(got)) return `${got}, and ${want} was ${this.names[want]}`;
      if (got === undefined || got === null) return "there is nothing";
      this.names[want] = got;
      return "";
    }
    if (want === null || typeof want !== "object" || Array.isArray(want)) {
      if ((want === null || want === undefined) && (got === null || got === undefined)) return "";
      return JSON.stringify(want) === JSON.stringify(got) ? "" : `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`;
    }
    for (const [k, v] of Object.entries(want)) {
      const wrong = this.matches(v, got?.[k]);
      if (wrong) return `${k}: ${wrong}`;
    }
    return "";
  }

  async act(w: Obj): Promise<Obj> {
    const p = this.phones[w.phone];
    if (w.of) {
      const made = (this.phones[w.phone] = new Phone());
      const { token } = await happen("sign-in", { who: w.of });
      const a = await made.ask("POST", "/api/sync/devices", { name: `${w.of}'s phone` }, token);
      made.token = a.body.access_token;
      return a;
    }
    if (w.server) {
      const s = w.server;
      await happen("write", { Collection: s.collection, Record: this.fill(s.record ?? ""), Where: s.where ? this.fill(s.where) : undefined, Set: this.fill(s.set ?? {}), Delete: s.delete ?? false });
      return { status: 200, code: "" };
    }
    if (w.pull || w.page || w.stream) return this.pull(p, w);
    if (w.push || w.raw) return this.push(p, w);
    if (w.send) return p.ask(w.send.method, this.fill(w.send.path), w.send.body === undefined ? undefined : this.fill(w.send.body));
    if (w.find) {
      const found: string[] = [];
      for (const [key, r] of await p.store.list("records")) if (key.startsWith(w.find.in + "/") && !this.matches(this.fill(w.find.where ?? {}), r)) found.push(key.slice(w.find.in.length + 1));
      assert.ok(found.length > 0, `the phone holds no ${w.find.in}`);
      this.names[w.find.as] = found.sort()[0];
    }
    if (w.forget) {
      const key = this.fill(w.forget);
      assert.ok(p.records.heads.delete(key), `the phone holds no ${key} to forget`);
      await p.store.commit([{ op: "delete", table: "records", key }]);
    }
    return { status: 200, code: "" };
  }

  private async pull(p: Phone, w: Obj): Promise<Obj> {
    const out: Obj = { status: 200, code: "", changes: [], pages: [], end: {} };
    for (let n = 0; n < 1000; n++) {
      const position = !w.position ? p.position : w.position === "null" ? null : (this.phones[w.position]?.position ?? w.position);
      const a = await p.ask("POST", "/api/sync/pull", { ...(w.pull ?? w.page ?? w.stream), position }, p.token, w.stream ? { Accept: "application/x-ndjson" } : {});
      if (a.status !== 200) return a;
      let changes: Change[], more = false;
      if (w.stream) {
        const all = a.text.trim().split("\n").map((l: string) => JSON.parse(l));
        changes = all.filter((l: Obj) => l.op);
        out.end = all.at(-1);
        p.position = out.end.position;
      } else {
        changes = a.body.changes;
        more = a.body.more;
        p.position = a.body.position;
      }
      await p.apply(changes);
      out.pages.push(changes.length);
      out.changes.push(...changes);
      if (!more || w.page) return out;
    }
    return assert.fail("the run does not end");
  }

  private async push(p: Phone, w: Obj): Promise<Obj> {
    const mutations = (w.push ?? []).map((m: Obj) => {
      const f = this.fill(m);
      f.id ??= this.ulid();
      f.recorded_at ??= "2026-11-20T10:00:00.000Z";
      if (f.base === "held") f.base = p.records.heads.get(`${f.collection}/${f.record}`)?.rev;
      return f;
    });
    mutations.push(...(w.raw ?? []).map((r: any) => this.fill(r)));
    const a = await p.ask("POST", "/api/sync/push", { mutations, ...(w.records ? { records: true } : {}), ...(w.epoch ? { epoch: w.epoch } : {}) });
    return a.status === 200 ? { ...a, results: a.body.results } : a;
  }

  async judge(got: Obj, want: Obj, p: Phone | undefined): Promise<void> {
    assert.deepEqual([got.status, got.code], [want.status ?? 200, want.code ?? ""], got.text);
    if (want.results) {
      assert.equal(got.results.length, want.results.length);
      want.results.forEach((r: Obj, i: number) => {
        assert.equal(this.matches(r, got.results[i]), "", JSON.stringify(got.results[i]));
        const beside = Object.keys(got.results[i]).filter((k) => !(k in r) && !["id", "message", "record", "event"].includes(k));
        assert.deepEqual(beside, [], JSON.stringify(got.results[i]));
      });
    }
    if (want.changes) {
      assert.equal(got.changes.length, want.changes.length, JSON.stringify(got.changes));
      want.changes.forEach((c: Obj, i: number) => assert.equal(this.matches(c, got.changes[i]), ""));
    }
    let at = 0;
    for (const h of want.has ?? []) {
      const found = got.changes.slice(at).findIndex((c: Obj) => this.matches(h, c) === "");
      assert.ok(found >= 0, `there is no ${JSON.stringify(h)}`);
      at += found + 1;
    }
    for (const n of want.never ?? []) for (const c of got.changes) assert.notEqual(this.matches(n, c), "", `${JSON.stringify(c)} must not be said`);
    if (want.sorted) assert.deepEqual(got.changes.map((c: Obj) => c.rev), got.changes.map((c: Obj) => c.rev).sort((a: number, b: number) => a - b));
    if (want.once) {
      const keys = got.changes.filter((c: Obj) => c.id).map((c: Obj) => `${c.collection}/${c.id}`);
      assert.equal(new Set(keys).size, keys.length);
    }
    if (want.pages) assert.deepEqual(got.pages, want.pages);
    if (want.body) assert.equal(this.matches(want.body, got.body), "", got.text);
    if (want.streamed) assert.deepEqual(Object.keys(got.end.digest ?? {}).sort(), want.streamed);
    for (const [key, fields] of Object.entries(want.holds ?? {})) assert.equal(this.matches(fields, await p!.store.get("records", this.fill(key))), "", key);
    for (const key of want.lacks ?? []) assert.equal(await p!.store.get("records", this.fill(key)), undefined, key);
    if (want.agrees === undefined && want.differs === undefined) return;
    const differs = await p!.differs();
    if (want.agrees !== undefined) assert.equal(differs.length === 0, want.agrees, differs.join());
    if (want.differs) assert.deepEqual(differs, want.differs);
  }
}

for (const [name, least] of [["pull", 38], ["push", 110], ["history", 6]] as const) {
  const { vectors } = JSON.parse(readFileSync(`../vectors/${name}.json`, "utf8"));
  for (const v of vectors)
    test(`${name}: ${v.name}`, async () => {
      await happen("fresh");
      const s = new Stage();
      for (const g of v.given) {
        const a = await s.act(g);
        assert.equal(Math.floor(a.status / 100), 2, JSON.stringify([g, a]));
      }
      for (const [i, w] of v.when.entries()) await s.judge(await s.act(w), v.then[i], s.phones[w.phone]);
    });
  test(`${name}: the vectors are all there`, () => assert.ok(vectors.length >= least));
}
