// The client against a real server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keptKey, memoryStore, openClient, setLock, unlock, type Disk } from "../src/index.ts";
import { happen, phone, registered, rows, town } from "./town.ts";

const family = "case00000000001";
const note = (body: string, more = {}) => ({ case: family, body, source: "seen_by_worker" as const, shared: true, ...more });

test("a first sync brings what its person may see, and the digests agree", async () => {
  await happen("fresh");
  const p = await registered("practitioner");
  assert.deepEqual(await p.client.sync({ check: true }), { state: "resting" });
  assert.ok((await p.client.list("cases")).length > 0);
  assert.equal(p.trace.at(-1), "checking agrees resting");
  const paged = await registered("practitioner", { options: { stream: false } });
  await paged.client.sync({ check: true });
  assert.equal(paged.trace.at(-1), "checking agrees resting");
  assert.equal((await paged.client.list("notes")).length, (await p.client.list("notes")).length);
});

test("a phone with a key proves itself at every call", async () => {
  const signer = await keptKey(memoryStore());
  const p = await registered("practitioner", { signer });
  assert.equal((await p.client.session())?.bound, true);
  assert.equal((await p.client.sync()).state, "resting");
});

test("what is written without signal is shown at once, and is there after a sync", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  const id = await p.client.create("notes", note("Ivy waved from the window."));
  assert.deepEqual([(await p.client.get("notes", id))?.unsent, (await p.client.pending())[0].state], [true, "unsent"]);
  assert.equal((await p.client.sync()).state, "resting");
  const there = (await p.client.get("notes", id))!;
  assert.deepEqual([there.unsent, there.fields.body, (await p.client.pending()).length], [false, "Ivy waved from the window.", 0]);
  await p.client.update("notes", id, { body: "Ivy waved, and came down." });
  await p.client.sync();
  assert.equal((await rows(`SELECT body FROM notes WHERE id = '${id}'`))[0].body, "Ivy waved, and came down.");
  await p.client.remove("notes", id);
  assert.equal(await p.client.get("notes", id), undefined);
  await p.client.sync();
  assert.equal((await rows(`SELECT body FROM notes WHERE id = '${id}'`)).length, 0);
});

test("two people change the same: both values are kept, and one of them chooses", async () => {
  const a = await registered("practitioner"), b = await registered("school");
  await a.client.sync();
  await b.client.sync();
  await a.client.update("cases", family, { summary: "Seen today." });
  await b.client.update("cases", family, { summary: "Late again on Monday.", opened_on: "2026-11-02" });
  await a.client.sync();
  await b.client.sync();
  const [conflict] = await b.client.conflicts();
  assert.deepEqual([conflict.ours, conflict.theirs], [{ summary: "Late again on Monday." }, { summary: "Seen today." }]);
  assert.equal((await b.client.get("cases", family))!.fields.summary, "Seen today.");
  await b.client.choose(conflict, "other", { summary: "Seen today. Late again on Monday." });
  await b.client.sync();
  await a.client.sync();
  assert.equal((await a.client.get("cases", family))!.fields.summary, "Seen today. Late again on Monday.");
  assert.deepEqual([await a.client.conflicts(), await b.client.conflicts()], [[], []]);
});

test("what is refused is kept, told, put right and sent again", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  const id = await p.client.create("notes", { ...note("Where does this come from?"), source: "telepathy" as never });
  await p.client.sync();
  assert.equal(await p.client.get("notes", id), undefined);
  const [refusal] = await p.client.refusals();
  assert.deepEqual([refusal.record, refusal.code, refusal.content.set?.body], [id, "invalid", "Where does this come from?"]);
  await p.client.resend(refusal, { source: "document" });
  await p.client.sync();
  assert.equal((await p.client.get("notes", id))!.fields.source, "document");
  assert.deepEqual(await p.client.refusals(), []);
});

test("an answer is lost: what was handed in is there once", async () => {
  let lose = false;
  const p = await registered("practitioner", {
    fetch: async (url, init) => {
      const a = await fetch(url, init);
      if (lose && url.endsWith("/push")) throw new TypeError("the line is cut");
      return a;
    },
  });
  await p.client.sync();
  const id = await p.client.create("notes", note("Said once."));
  lose = true;
  assert.equal((await p.client.sync()).state, "waiting");
  assert.equal((await p.client.pending())[0].state, "unsent");
  lose = false;
  assert.equal((await p.client.sync()).state, "resting");
  assert.deepEqual(await rows(`SELECT body FROM notes WHERE id = '${id}'`), [{ body: "Said once." }]);
  assert.deepEqual(await p.client.conflicts(), []);
});

test("a case is taken away while an edit waits: the rows go, the words stay", async () => {
  const p = await registered("school");
  await p.client.sync();
  await p.client.create("notes", note("Written in the stairwell."));
  await happen("sql", { SQL: `UPDATE case_members SET active = 0 WHERE "case" = '${family}' AND user = (SELECT id FROM users WHERE email LIKE 'school@%')` });
  assert.equal((await p.client.sync({ check: true })).state, "resting");
  assert.equal(await p.client.get("cases", family), undefined);
  assert.equal((await p.client.list("notes")).filter((n) => n.fields.case === family).length, 0);
  const [refusal] = await p.client.refusals();
  assert.deepEqual([refusal.content.set?.body, refusal.good_faith], ["Written in the stairwell.", true]);
  assert.equal(p.trace.at(-1), "checking agrees resting");
});

test("the server is put back from an older copy: what was acknowledged returns, once", async () => {
  await happen("fresh");
  const a = await registered("practitioner"), b = await registered("school");
  await a.client.sync();
  await b.client.sync();
  await happen("copy");
  const id = await a.client.create("notes", note("Bruise on the left arm"));
  await a.client.sync();
  await b.client.sync();
  await happen("restore");
  assert.deepEqual(await rows(`SELECT body FROM notes WHERE id = '${id}'`), []);
  await a.client.update("notes", id, { body: "Bruise on the left arm, and on the right" });
  const second = await a.client.create("notes", note("Mother was in"));
  for (const p of [b, a, b, a]) assert.equal((await p.client.sync({ check: true })).state, "resting");
  for (const p of [a, b]) {
    assert.equal((await p.client.get("notes", id))?.fields.body, "Bruise on the left arm, and on the right");
    assert.equal((await p.client.get("notes", second))?.fields.body, "Mother was in");
    assert.equal(p.trace.at(-1), "checking agrees resting");
  }
  assert.deepEqual(await rows(`SELECT body FROM notes WHERE id IN ('${id}', '${second}') ORDER BY body`), [
    { body: "Bruise on the left arm, and on the right" }, { body: "Mother was in" },
  ]);
  assert.ok(a.trace.some((t) => t.startsWith("replaying offered")));
});

test("a phone that is opened again goes on where it was", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  const id = await p.client.create("notes", note("Before it died."));
  const again = await phone("practitioner", { disk: p.disk });
  assert.equal((await again.client.sync({ check: true })).state, "resting");
  assert.equal((await again.client.get("notes", id))!.unsent, false);
});

test("a phone whose store is sealed syncs as any, and its disk names nobody, before and after it lost a case", async () => {
  await happen("fresh");
  const disk: Disk = new Map(), raw = memoryStore(disk), { store } = await setLock(raw, { known: "4711" });
  const client = await openClient({ base: town, store });
  await client.register({ token: (await happen("sign-in", { who: "school" })).token, name: "A sealed phone" });
  assert.equal((await client.sync({ check: true })).state, "resting");
  const people = (await client.list("people")).map((p) => p.fields.name).filter((n) => n.length > 3);
  assert.ok(people.length > 3);
  await client.create("notes", note(`${people[0]} was at the gate.`));
  const written = () => [...disk].flatMap(([t, m]) => [...m].map(([k, v]) => `${t} ${k} ${v instanceof Uint8Array ? Buffer.from(v).toString("latin1") : JSON.stringify(v)}`)).join("\n");
  for (const name of people) assert.ok(!written().includes(name), name);
  await client.sync();
  await happen("sql", { SQL: `UPDATE case_members SET active = 0 WHERE "case" = '${family}' AND user = (SELECT id FROM users WHERE email LIKE 'school@%')` });
  const again = await openClient({ base: town, store: (await unlock(raw, { known: "4711" })).store });
  assert.equal((await again.sync({ check: true })).state, "resting");
  assert.equal((await again.list("people")).filter((p) => p.fields.case === family).length, 0);
  assert.ok(!written().includes(family), "nothing of the case, not its name either");
});
