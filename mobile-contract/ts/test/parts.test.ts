// The parts that need no server: turns, pauses, leases, batches, locks, what is captured.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readyToCapture, capture, takeUp } from "../src/capture.ts";
import { openClient, pause, setLock, storeLocks, systemClock, unlock, type Clock } from "../src/index.ts";
import { Leases } from "../src/lease.ts";
import { Locked } from "../src/lock.ts";
import { over, type Entry, type Keyed } from "../src/outbox.ts";
import { batch } from "../src/push.ts";
import { memoryStore, put, type Disk } from "../src/store.ts";

const hour = 3_600_000;

/** A clock that a test moves. */
function handClock(): Clock & { wall: number; mono: number } {
  return {
    wall: Date.UTC(2026, 10, 20), mono: 0,
    now() { return this.wall; },
    since() { return this.mono; },
    wait: (ms, signal) => systemClock.wait(Math.min(ms, 5), signal),
  };
}

test("pauses grow, have chance in them, end at five minutes, and are never shorter than what was asked", () => {
  const all = [1, 2, 3, 4, 20].map((n) => [pause(n, () => 0), pause(n, () => 0.999)]);
  assert.deepEqual(all.map(([least]) => least), [500, 1000, 2000, 4000, 150_000]);
  for (const [least, most] of all) assert.ok(most > least * 1.9 && most <= 300_000);
  for (const chance of [0, 0.5, 0.99]) assert.ok(pause(1, () => chance, 60_000) >= 60_000);
});

test("one at a time, over tabs that have nothing but the store, and after a tab that died", async () => {
  const disk: Disk = new Map(), clock = handClock();
  const tabs = [storeLocks(memoryStore(disk), clock), storeLocks(memoryStore(disk), clock)];
  let inside = 0, most = 0, done = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await systemClock.wait(3);
    inside--;
    done++;
  };
  await Promise.all([0, 1, 0, 1, 0].map((n) => tabs[n].request("sync", work)));
  assert.deepEqual([most, done], [1, 5]);
  await assert.rejects(tabs[0].request("sync", async () => assert.fail("it fails")));
  await tabs[1].request("sync", work); // who failed has let go
  await memoryStore(disk).commit([put("state", "turn/sync/zzzzzzzzzz", clock.now() + 30_000)]); // a tab that died
  const last = tabs[0].request("sync", work);
  await systemClock.wait(20);
  assert.equal(done, 6);
  clock.wall += 31_000;
  await last;
  assert.equal(done, 7);
});

test("the lease runs by a clock that nobody sets, and goes on over a restart", async () => {
  const disk: Disk = new Map(), clock = handClock(), policy = { lease_hours: 72, wipe_days: 14 };
  let lease = new Leases(memoryStore(disk), clock);
  await lease.load();
  await lease.heard();
  clock.mono += 71 * hour;
  clock.wall -= 1000 * hour; // set back: it adds nothing and takes nothing away
  assert.deepEqual([lease.stands(policy).live, lease.stands(policy).over], [true, false]);
  await lease.note();
  lease = new Leases(memoryStore(disk), clock);
  clock.mono = 0; // the phone was started anew
  await lease.load();
  assert.equal(lease.stands(policy).live, true);
  clock.mono += 2 * hour;
  assert.equal(lease.stands(policy).live, false);
  lease = new Leases(memoryStore(disk), clock);
  clock.wall += 1000 * hour + 15 * 24 * hour; // off for two weeks, by its own clock
  await lease.load();
  assert.equal(lease.stands(policy).over, true);
  await lease.heard();
  assert.deepEqual(lease.stands(policy), { age: 0, live: true, over: false });
});

const entry = (id: string, more: object = {}): Keyed =>
  [id, { mutation: { id, collection: "notes", record: "r".repeat(15), op: "create", set: { body: "words" }, ...more }, gen: 1, after: 0, tries: 0, round: 0 }];

test("a push takes what fits, groups whole, in order; what alone is too large is set aside", () => {
  const ids = (all: Keyed[]) => all.map(([k]) => k);
  const many = Array.from({ length: 700 }, (_, n) => entry(String(n).padStart(4, "0")));
  assert.equal(batch(many, 500).some.length, 500);
  const large = (id: string, n: number, more = {}) => entry(id, { set: { body: "x".repeat(n) }, ...more });
  assert.deepEqual(ids(batch([large("a", 600_000), large("b", 600_000), entry("c")], 500).some), ["a"]);
  const group = [entry("a"), entry("b", { group: "g" }), entry("c", { group: "g" }), entry("d")];
  assert.deepEqual(ids(batch(group, 2).some), ["a"]);
  assert.deepEqual(ids(batch(group, 3).some), ["a", "b", "c"]);
  assert.deepEqual(ids(batch(group.slice(1), 1).some), ["b", "c"]);
  assert.deepEqual(ids(batch([large("a", 1_100_000), entry("b")], 500).tooLarge!), ["a"]);
  assert.deepEqual(ids(batch([entry("a"), large("b", 1_100_000)], 500).some), ["a"]);
  assert.deepEqual(batch([], 500).some, []);
});

test("what is shown is the record with what was written over it", () => {
  const one = (op: "create" | "update" | "delete", set: object, result?: object): Entry => ({ ...entry("x", { op, set })[1], result: result as never });
  const id = "r".repeat(15);
  assert.deepEqual(over({ id, a: 1, b: 2 }, id, [one("update", { a: 3 }), one("update", { b: 4 })]), { id, a: 3, b: 4 });
  assert.deepEqual(over(undefined, id, [one("create", { a: 1 })]), { a: 1, id });
  assert.equal(over({ id }, id, [one("delete", {})]), undefined);
  assert.deepEqual(over({ id, a: 1 }, id, [one("update", { a: 3 }, { verdict: "refused" }), one("update", { a: 4 }, { verdict: "conflict" })]), { id, a: 1 });
  assert.equal(over(undefined, id, [one("update", { a: 3 })]), undefined); // of what is not here
});

test("a locked phone's file has no name in it, and opens with its PIN, its device and the server's share alone", async () => {
  const disk: Disk = new Map(), raw = memoryStore(disk), share = new Uint8Array([1, 2, 3]);
  const { store } = await setLock(raw, { known: "4711", share });
  await store.commit([put("records", "people/a", { name: "Ottoline Wrathmoor" }), put("outbox", "1", { body: "Ottoline" })]);
  const plain = [...disk].flatMap(([t, m]) => [...m].map(([k, v]) => `${t} ${k} ${v instanceof Uint8Array ? Buffer.from(v).toString("latin1") : JSON.stringify(v)}`)).join("\n");
  assert.ok(!plain.includes("Ottoline") && !plain.includes("Wrathmoor"));
  const again = (await unlock(raw, { known: "4711", share })).store;
  assert.deepEqual(await again.get("records", "people/a"), { name: "Ottoline Wrathmoor" });
  for (const wrong of [{ known: "4712", share }, { known: "4711" }, { known: "4711", share: new Uint8Array([3]) }]) await assert.rejects(unlock(raw, wrong), Locked);
  const elsewhere: Disk = new Map([...disk].map(([t, m]) => [t, new Map([...m].filter(([k]) => k !== "device-key"))])); // copied, without what the device has
  await assert.rejects(unlock(memoryStore(elsewhere), { known: "4711", share }), Locked);
  const moved = disk.get("records")!;
  moved.set("people/b", moved.get("people/a"));
  await assert.rejects(again.get("records", "people/b")); // what is one's is not another's
});

test("wrong PINs cost time, a right one ends that", async () => {
  const raw = memoryStore(), now = Date.UTC(2026, 0, 1);
  await setLock(raw, { known: "4711" });
  const wrong = (at: number) => unlock(raw, { known: "0000" }, at).then(() => -1, (e: Locked) => e.wait);
  assert.deepEqual([await wrong(now), await wrong(now), await wrong(now), await wrong(now), await wrong(now)], [0, 0, 0, 0, 60_000]);
  await assert.rejects(unlock(raw, { known: "4711" }, now + 59_000), Locked);
  await unlock(raw, { known: "4711" }, now + 60_000);
  assert.equal(await wrong(now + 60_000), 0);
});

test("what is captured while locked cannot be read on the phone, and is in the outbox once it is unlocked", async () => {
  const disk: Disk = new Map(), raw = memoryStore(disk);
  await raw.commit([put("state", "session", { user: { id: "u".repeat(15) }, access: "", refresh: "", device: "d", bound: false })]);
  const { store } = await setLock(raw, { known: "4711" });
  await readyToCapture(store);
  const id = await capture(raw, systemClock, "notes", { body: "Seen at the window, alone." });
  await capture(raw, systemClock, "notes", { body: "And again at six." });
  const kept = JSON.stringify([...disk.get("captured")!]);
  assert.ok(!kept.includes("window") && !Buffer.from(kept, "base64").includes("window"));
  const client = await openClient({ base: "http://127.0.0.1:1", store: (await unlock(raw, { known: "4711" })).store });
  assert.equal(await takeUp((await unlock(raw, { known: "4711" })).store, client), 2);
  assert.deepEqual((await client.list("notes")).map((n) => n.fields.body), ["Seen at the window, alone.", "And again at six."]);
  assert.equal((await client.get("notes", id))?.unsent, true);
  assert.equal(disk.get("captured")!.size, 0);
});

test("an update of what did not change writes nothing; an edit of nobody's is refused", async () => {
  const raw = memoryStore();
  const client = await openClient({ base: "http://127.0.0.1:1", store: raw });
  await assert.rejects(client.create("notes", { body: "x" }), /signed in/);
  await raw.commit([put("state", "session", { user: { id: "u".repeat(15) }, access: "", refresh: "", device: "d", bound: false })]);
  const id = await client.create("notes", { body: "x", children: [] });
  await client.update("notes", id, { body: "x", children: [] });
  assert.equal((await client.pending()).length, 1);
  await assert.rejects(client.update("notes", "no id", {}), /no record's id/);
  assert.equal((await client.sync()).state, "waiting"); // nobody is there: it stays
  assert.equal((await client.pending())[0].state, "unsent");
});
