// What becomes of a phone: signed out, locked, ended, wiped; killed; woken; its files.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { keptKey, memoryStore, openClient, recordID, signIn, systemClock, type Disk } from "../src/index.ts";
import { sqliteStore } from "../src/sqlite.ts";
import { wasmDriver } from "./driver.ts";
import { happen, phone, registered, rows, town } from "./town.ts";

const note = (body: string) => ({ case: "case00000000001", body, source: "seen_by_worker" as const, shared: true });
/** What lies on a disk, but for the numbers of turns. */
const left = (disk: Disk) => [...disk].flatMap(([t, m]) => [...m.keys()].map((k) => `${t}/${k}`)).filter((k) => !k.startsWith("state/turn/")).sort();
const device = async (p: { client: { session(): Promise<{ device: string } | undefined> } }) => (await p.client.session())!.device;

test("a person signs in with their password, and not with another", async () => {
  await happen("fresh");
  const { client } = await phone("practitioner");
  const wrong = await signIn(client.line, "practitioner@fellmoor.example", "not this one");
  assert.ok("problem" in wrong);
  const said = await signIn(client.line, "practitioner@fellmoor.example", "holdfast-demo");
  assert.ok("token" in said && said.token);
  assert.equal((await client.register({ token: (said as { token: string }).token, name: "A phone" })).status, 200);
  assert.equal((await client.rename({ name: "Ada's phone" })).status, 200);
  assert.deepEqual(await rows(`SELECT name FROM devices WHERE id = '${await device({ client })}'`), [{ name: "Ada's phone" }]);
});

test("an access token that ran out is renewed on the way, and the new one is on the disk first", async () => {
  const disk: Disk = new Map(), signer = await keptKey(memoryStore(disk));
  let expired = 0, kept = "";
  const p = await registered("practitioner", { disk, signer, fetch: async (url, init) => {
    const sent = (init.headers as Record<string, string>).Authorization;
    if (url.endsWith("/pull") && expired++ === 0) return new Response(JSON.stringify({ status: 401, message: "", data: { code: "token_expired" } }), { status: 401 });
    if (url.endsWith("/pull")) kept = `${sent === `DPoP ${(disk.get("state")!.get("session") as { access: string }).access}`}`;
    return fetch(url, init);
  } });
  const before = (await p.client.session())!;
  assert.equal((await p.client.sync()).state, "resting");
  const after = (await p.client.session())!;
  assert.deepEqual([after.access !== before.access, after.refresh !== before.refresh, after.device, kept], [true, true, before.device, "true"]);
});

test("an ended phone keeps what was not sent, and hands it in from the next sign-in", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  const id = await p.client.create("notes", note("Written before it ended."));
  await happen("write", { Collection: "devices", Record: await device(p), Set: { status: "ended" } });
  assert.equal((await p.client.sync()).state, "ended");
  assert.equal((await p.client.get("notes", id))?.unsent, true);
  const { token } = await happen("sign-in", { who: "practitioner" });
  await p.client.register({ token, name: "The same phone, anew" });
  assert.ok((await p.client.list("cases")).length > 0, "what it held is shown until the run is whole");
  assert.equal((await p.client.sync({ check: true })).state, "resting");
  assert.equal((await rows(`SELECT id FROM notes WHERE id = '${id}'`)).length, 1);
  await assert.rejects(async () => p.client.register({ token: (await happen("sign-in", { who: "school" })).token, name: "Somebody else's" }), /another person/);
});

test("a locked phone goes on writing, and hands in once it is opened", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  await happen("write", { Collection: "devices", Record: await device(p), Set: { status: "locked" } });
  assert.equal((await p.client.sync()).state, "locked");
  const id = await p.client.create("notes", note("Written while it was locked."));
  await happen("write", { Collection: "devices", Record: await device(p), Set: { status: "active" } });
  assert.equal((await p.client.sync()).state, "resting");
  assert.equal((await p.client.get("notes", id))?.unsent, false);
});

test("a phone that is to be wiped is empty after one answer, and says so with its own key", async () => {
  const disk: Disk = new Map(), signer = await keptKey(memoryStore(disk));
  let away = false;
  const p = await registered("practitioner", { disk, signer, fetch: (url, init) => (away && url.endsWith("/wiped") ? Promise.reject(new TypeError("no signal")) : fetch(url, init)) });
  await p.client.sync();
  await p.client.create("notes", note("Not sent."));
  const id = await device(p);
  await happen("write", { Collection: "devices", Record: id, Set: { status: "wipe" } });
  away = true;
  assert.equal((await p.client.sync()).state, "waiting");
  assert.deepEqual(left(disk), ["state/key", "state/session"]);
  away = false;
  const again = await phone("practitioner", { disk, signer }); // its app was started anew meanwhile
  assert.equal((await again.client.sync()).state, "wiped");
  assert.deepEqual(await rows(`SELECT status FROM devices WHERE id = '${id}'`), [{ status: "wiped" }]);
  assert.deepEqual(left(disk), []);
});

test("who signs out leaves nothing on the phone", async () => {
  const p = await registered("practitioner");
  await p.client.sync();
  await p.client.signOut();
  assert.deepEqual(left(p.disk), []);
  assert.equal((await p.client.sync()).state, "ended");
});

test("an open app hears that there is news", async () => {
  const a = await registered("practitioner"), b = await registered("school");
  await b.client.sync();
  let heard: () => void;
  const seen = new Promise<void>((resolve) => (heard = resolve));
  const keeping = b.client.start(async () => ((await b.client.list("notes")).some((n) => n.fields.body === "Somebody is to hear of this.") ? heard() : undefined));
  await systemClock.wait(1500); // the lane opens
  await a.client.create("notes", note("Somebody is to hear of this."));
  await a.client.sync();
  await Promise.race([seen, systemClock.wait(30_000).then(() => assert.fail("it heard nothing"))]);
  keeping.stop();
});

test("a file goes on where it was cut, and the copy goes against the receipt alone", async () => {
  let cut = 0;
  const disk: Disk = new Map();
  const p = await registered("practitioner", { disk, fetch: async (url, init) => {
    if (init.method === "PATCH" && cut++ % 2 === 0) {
      if (cut === 3) await (await fetch(url, init)).text(); // it arrived, and its answer did not
      throw new TypeError("cut");
    }
    return fetch(url, init);
  } });
  await p.client.sync();
  const bytes = new TextEncoder().encode("What Ivy drew, in words.\n".repeat(200_000)), id = recordID(Date.now());
  await p.client.uploads.add(p.client, { case: "case00000000001", title: "A drawing", kind: "document", captured_at: new Date().toISOString() }, id, bytes as never);
  assert.equal((await p.client.uploads.send(id)).code, "not_found"); // its row first
  assert.equal((await p.client.sync()).state, "resting");
  await assert.rejects(p.client.uploads.letGo(id));
  const states: string[] = [];
  for (let n = 0; n < 12; n++) {
    const again = n % 3 === 2 ? (await phone("practitioner", { disk })).client : p.client; // its app is started anew
    states.push((await again.uploads.send(id)).state);
    if (states.at(-1) === "received") break;
  }
  assert.equal(states.at(-1), "received", states.join());
  assert.ok(states.includes("waiting"));
  assert.deepEqual(await p.client.uploads.copy(id), bytes);
  await p.client.uploads.letGo(id);
  assert.equal(await p.client.uploads.copy(id), undefined);
  assert.deepEqual(await rows(`SELECT size FROM evidence WHERE id = '${id}'`), [{ size: String(bytes.length) }]);
});

test("what was photographed outlives a kill before anything was asked about it, and is one row however often it is saved", async () => {
  const disk: Disk = new Map(), p = await registered("practitioner", { disk }), bytes = new TextEncoder().encode("The kitchen.\n".repeat(9_000)) as never, [id, not] = [recordID(Date.now()), recordID(Date.now() + 1)];
  await p.client.sync();
  await p.client.uploads.take(id, bytes);
  await p.client.uploads.take(not, bytes);
  assert.deepEqual([(await p.client.uploads.list()).length, (await p.client.uploads.send(id)).code], [0, "not_found"], "it goes nowhere by itself");
  const again = (await phone("practitioner", { disk })).client, row = { case: "case00000000001", title: "The kitchen", kind: "document", captured_at: new Date().toISOString() };
  await again.uploads.announce(again, row, id);
  await again.uploads.announce(again, row, id);
  await again.uploads.drop(id);
  await again.uploads.drop(not);
  await assert.rejects(again.uploads.announce(again, row, not));
  assert.equal(await again.uploads.copy(not), undefined);
  assert.equal((await again.sync()).state, "resting");
  assert.equal((await again.uploads.send(id)).state, "received");
  assert.deepEqual(await rows(`SELECT size FROM evidence WHERE id = '${id}'`), [{ size: String((bytes as Uint8Array).length) }]);
});

test("a phone is killed ten times between any two writes: what it said it kept is on the server, once", async () => {
  await happen("fresh"); // a person has eight phones at most
  const folder = mkdtempSync(join(tmpdir(), "phone-")), file = join(folder, "phone.db");
  let last = -1, kills = 0;
  for (; kills < 10; kills++) {
    await new Promise<void>((resolve, reject) => {
      const worker = spawn(process.execPath, ["built/test/worker.js", file, town, "practitioner", String(last + 1)], { stdio: ["ignore", "pipe", "inherit"] });
      let seen = "", timer: NodeJS.Timeout | undefined;
      worker.stdout.on("data", (said) => {
        seen += said;
        for (const [, n] of seen.matchAll(/^kept (\d+)$/gm)) last = Math.max(last, Number(n));
        if (seen.includes("kept")) timer ??= setTimeout(() => worker.kill("SIGKILL"), 20 + kills * 60);
      });
      worker.on("exit", (_, signal) => (signal === "SIGKILL" ? resolve() : reject(new Error(`it ended by itself: ${seen}`))));
    });
  }
  const client = await openClient({ base: town, store: await sqliteStore(wasmDriver(file)), locks: { request: (_, work) => work() } });
  assert.equal((await client.sync({ check: true })).state, "resting");
  const there = (await rows("SELECT body FROM notes WHERE body LIKE 'Kept on the disk%'")).map((r) => Number(/(\d+)/.exec(r.body)![1]));
  // Words that were on the disk before it could say so are there, too: a number may stand twice, as another note.
  assert.ok(last >= kills - 1, `${last + 1} were kept`); // before each kill at least one was
  for (let n = 0; n <= last; n++) assert.ok(there.includes(n), `number ${n} is missing`);
  assert.ok(there.length <= last + 1 + kills);
  const again = await openClient({ base: town, store: memoryStore() });
  const registered = await again.register({ token: (await happen("sign-in", { who: "practitioner" })).token, name: "another" });
  assert.equal(registered.status, 200, JSON.stringify(registered.body));
  const came = await again.sync();
  assert.equal(came.state, "resting", JSON.stringify(came));
  assert.equal((await again.list("notes")).filter((n) => n.fields.body.startsWith("Kept on the disk")).length, there.length);
  rmSync(folder, { recursive: true });
});
