// Answers that are seldom: each is given once, in place of the server's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { happen, phone, registered, rows, type Made } from "./town.ts";

const note = (body: string) => ({ case: "case00000000001", body, source: "seen_by_worker" as const, shared: true });

/** A line on which a path is answered so, as long as `odd` holds something. */
function line(): { odd: { path: string; status: number; code: string; headers?: Record<string, string>; times?: number } | undefined; made: Made; asked: string[] } {
  const l: ReturnType<typeof line> = { odd: undefined, asked: [], made: {} };
  l.made.fetch = async (url, init) => {
    l.asked.push(`${init.method} ${new URL(url).pathname}`);
    if (l.odd && url.endsWith(l.odd.path)) {
      const { status, code, headers } = l.odd;
      if (l.odd.times !== undefined && --l.odd.times <= 0) l.odd = undefined;
      return new Response(JSON.stringify({ status, message: "It is so.", data: { code } }), { status, headers });
    }
    return fetch(url, init);
  };
  return l;
}

test("beyond the horizon nothing is wiped: what differs comes again, what is not held any more goes", async () => {
  await happen("fresh");
  const l = line(), p = await registered("practitioner", l.made);
  await p.client.sync();
  const held = p.disk.get("records")!.size, [gone] = await p.client.list("notes");
  p.disk.get("records")!.delete(`notes/${gone.id}`);
  p.disk.get("heads")!.delete(`notes/${gone.id}`);
  p.disk.get("records")!.set("notes/ofanothercase00", { id: "ofanothercase00" });
  p.disk.get("heads")!.set("notes/ofanothercase00", ["case:nobodys00000000", 3, 2]);
  const again = await phone("practitioner", { ...l.made, disk: p.disk });
  l.odd = { path: "/pull", status: 410, code: "position_beyond_horizon", times: 1 };
  assert.equal((await again.client.sync({ check: true })).state, "resting");
  assert.deepEqual(again.trace.slice(1, 5), ["pulling beyond repairing", "repairing differs pulling", "pulling whole pushing", "pushing nothing checking"]);
  assert.equal(again.trace.at(-1), "checking agrees resting");
  assert.equal(p.disk.get("records")!.size, held);
  assert.equal(await again.client.get("notes", "ofanothercase00"), undefined);
});

test("a scope that differs is repaired alone, by digest", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  const [one] = await p.client.list("notes"), key = `notes/${one.id}`;
  p.disk.get("heads")!.delete(key);
  p.disk.get("records")!.delete(key);
  const again = await phone("practitioner", { disk: p.disk });
  assert.equal((await again.client.sync({ check: true })).state, "resting");
  assert.ok(again.trace.includes("checking differs pulling"));
  assert.equal((await again.client.get("notes", one.id))?.fields.body, one.fields.body);
});

test("an app that is too old hands in what was written and is told to be updated", async () => {
  const l = line(), p = await registered("practitioner", l.made);
  await p.client.sync();
  const id = await p.client.create("notes", note("From an old app."));
  l.odd = { path: "/pull", status: 426, code: "contract_too_old" };
  assert.deepEqual(await p.client.sync(), { state: "outdated", code: "contract_too_old", message: "It is so." });
  assert.equal((await rows(`SELECT id FROM notes WHERE id = '${id}'`)).length, 1);
});

test("a server that asks to wait is left alone for so long, and one that is away longer each time", async () => {
  const l = line(), p = await registered("practitioner", l.made);
  l.odd = { path: "/pull", status: 429, code: "too_many_tries", headers: { "Retry-After": "90" } };
  const said = await p.client.sync();
  assert.ok(said.state === "waiting" && said.again! >= 90_000 && said.code === "too_many_tries");
  l.odd = { path: "/pull", status: 503, code: "busy" };
  const pauses: number[] = [];
  for (let n = 0; n < 4; n++) pauses.push((await p.client.sync()).again!);
  assert.deepEqual(pauses, [...pauses].sort((a, b) => a - b));
  assert.ok(pauses[3] > pauses[0] * 3);
});

test("what must not be asked again is shown, and a captive portal is nobody", async () => {
  const l = line(), p = await registered("practitioner", l.made);
  l.odd = { path: "/pull", status: 400, code: "malformed" };
  assert.deepEqual(await p.client.sync(), { state: "stuck", code: "malformed", message: "It is so." });
  const portal = await registered("practitioner", { fetch: async (url, init) => (url.endsWith("/pull") ? new Response("<html>Buy an hour</html>", { status: 403 }) : fetch(url, init)) });
  assert.equal((await portal.client.sync()).state, "waiting");
});

test("413: fewer at a time, and one that alone is too large is kept and holds up none behind it", async () => {
  const l = line(), p = await registered("practitioner", l.made);
  await p.client.sync();
  for (const body of ["One.", "Two.", "Three."]) await p.client.create("notes", note(body));
  l.odd = { path: "/push", status: 413, code: "too_large", times: 1 };
  assert.equal((await p.client.sync()).state, "resting");
  assert.equal(l.asked.filter((a) => a.endsWith("/push")).length, 4); // three, and then one by one
  await p.client.create("notes", note("x".repeat(1_100_000)));
  await p.client.create("notes", note("Behind it."));
  assert.equal((await p.client.sync()).state, "resting");
  const [large] = await p.client.pending();
  assert.deepEqual([large.state, (await p.client.pending()).length], ["too_large", 1]);
  await p.client.discard(large.id);
  assert.deepEqual(await p.client.pending(), []);
});

test("`later`, and a verdict that nobody knows, are none: what was written waits for its time", async () => {
  let verdict = "later";
  const p = await registered("practitioner", { fetch: async (url, init) => {
    const a = await fetch(url, init);
    if (!url.endsWith("/push") || verdict === "") return a;
    const said = await a.json();
    return new Response(JSON.stringify({ ...said, results: said.results.map((r: { id: string }) => ({ id: r.id, verdict })) }), { status: 200 });
  } });
  await p.client.sync();
  await p.client.create("notes", note("It waits."));
  for (verdict of ["later", "postponed"]) {
    const said = await p.client.sync();
    assert.ok(said.state === "resting" && said.again! > 0, JSON.stringify(said));
    assert.equal((await p.client.pending())[0].state, "unsent");
    const [key, entry] = [...p.disk.get("outbox")!][0] as [string, { after: number }];
    p.disk.get("outbox")!.set(key, { ...entry, after: 0 }); // its time has come
  }
  verdict = "";
  assert.equal((await p.client.sync()).again, undefined);
  assert.deepEqual(await p.client.pending(), []);
});

test("a child before its parent waits, is shown as waiting, and goes in when that comes", async () => {
  await happen("fresh"); // nobody has more than eight phones
  const p = await registered("practitioner");
  await p.client.sync();
  const id = "newcase" + Date.now().toString(36).padStart(8, "0").slice(-8);
  const child = await p.client.create("notes", { ...note("Before its family."), case: id } as never);
  await p.client.sync();
  assert.equal((await p.client.pending())[0].state, "held");
  assert.equal((await p.client.get("notes", child))?.unsent, true);
  await p.client.record([{ op: "create", collection: "cases", id, set: { family_name: "Late", status: "open", lead_agency: (await p.client.session())!.user.agency } }]);
  await p.client.sync();
  await p.client.sync();
  assert.deepEqual([await p.client.pending(), (await p.client.get("notes", child))?.unsent], [[], false]);
});

test("two tabs over one store: one syncs at a time, and each sees what the other did", async () => {
  const a = await registered("practitioner"), b = await phone("practitioner", { disk: a.disk });
  await a.client.sync();
  const ids = await Promise.all([a, b, a, b].map((t, n) => t.client.create("notes", note(`Of tab ${n % 2}.`))));
  const ends = await Promise.all([a.client.sync(), b.client.sync()]);
  assert.deepEqual(ends.map((e) => e.state), ["resting", "resting"]);
  for (const t of [a, b]) for (const id of ids) assert.equal((await t.client.get("notes", id))?.unsent, false);
  await a.client.remove("notes", ids[0]);
  await a.client.sync();
  assert.equal((await b.client.sync({ check: true })).state, "resting"); // with heads that the other tab changed
  assert.equal(b.trace.at(-1), "checking agrees resting");
});

test("the order of an outbox is that of the writing, over tabs and restarts", async () => {
  const a = await registered("practitioner");
  await a.client.sync();
  const id = await a.client.create("notes", note("0"));
  for (let n = 1; n < 12; n++) {
    const t = n % 3 === 0 ? await phone("practitioner", { disk: a.disk }) : a;
    await t.client.update("notes", id, { body: String(n) });
  }
  await a.client.sync();
  assert.equal((await rows(`SELECT body FROM notes WHERE id = '${id}'`))[0].body, "11");
  assert.deepEqual(await a.client.conflicts(), []);
});
