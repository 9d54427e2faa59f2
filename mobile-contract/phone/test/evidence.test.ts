import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore, put } from "../../ts/src/store.ts";
import { kindsFor, lacksOf, mimeOf, newEvidence, refusal, rowOf } from "../src/evidence/draft.ts";
import { mayLie, pruneThumbs, Sending } from "../src/evidence/sending.ts";
import { now, town } from "./cast.ts";

const policy = { evidence_policies: [{ id: "policy000000001", version: 1, status: "published" as const, body: { max_bytes: { image: 100, document: 200, audio: 300 }, kinds: {
  home_conditions: { types: ["image/jpeg", "image/png"] }, document: { types: ["application/pdf", "image/jpeg"] }, audio: { types: ["audio/wav"] },
} } }] };
const photo = (more = {}) => ({ ...newEvidence("photo0000000001", "hughes000000000", "photo" as const, "image/jpeg", 90, now), ...more });

test("consent is never left out, and says who gave it and on which day", () => {
  assert.deepEqual([photo(), photo({ basis: "consent" }), photo({ basis: "refused_but_necessary" }), photo({ basis: "not_required" })].map(lacksOf), [["basis"], ["from"], ["why"], []]);
  const row = rowOf(photo({ basis: "consent", basis_from: "rhys00000000000", children: ["sian00000000000"] }), "Home conditions, Monday 30 November, 9:17am");
  assert.deepEqual([row.basis_from, row.basis_on, row.title, row.captured_at, "sha256" in row], ["rhys00000000000", "2026-11-30", "Home conditions, Monday 30 November, 9:17am", "2026-11-30 09:17:00.000Z", false]);
  assert.deepEqual([rowOf(photo({ voice: "yes", kind: "drawing" }), "x").method, rowOf(photo({ voice: "no" }), "x").voice_of_child], ["drawing", false]);
});

test("what the server would not take is said before anybody describes it", () => {
  const rows = town(policy), said = (way: "photo" | "file" | "voice", mime: string, size: number) => refusal(rows, way, mime, size);
  assert.deepEqual([said("photo", "image/jpeg", 90), said("photo", "image/jpeg", 101), said("photo", "image/gif", 9), said("file", "application/pdf", 150), said("voice", "audio/wav", 0)], ["", "large", "type", "", "empty"]);
  assert.equal(refusal(town(), "photo", "image/jpeg", 1), "", "without a policy the server is asked");
  assert.deepEqual([mimeOf(Object.assign(new Blob([]), { name: "letter.DOCX" })).slice(-8), mimeOf(new Blob([], { type: "image/png" }))], ["document", "image/png"]);
  assert.ok(!Object.values(kindsFor).flat().includes("body_image"), "no way leads to an image of a child's body");
});

test("a small picture lies on the phone only as long as its row, and of what is delicate none", async () => {
  const store = memoryStore(), row = { case: "hughes000000000", sensitivity: "" as const, kind: "document" as const, status: "sealed" as const };
  assert.deepEqual([mayLie(row), mayLie({ ...row, sensitivity: "police" }), mayLie({ ...row, status: "disposed" }), mayLie({ ...row, kind: "body_image" })], [true, false, false, false]);
  for (const id of ["kept", "gone", "police", "draft"]) await store.commit([put("app", "thumb/" + id, new Uint8Array([1]))]);
  const left = async () => (await store.list("app")).map(([k]) => k);
  await pruneThumbs(store, town({ evidence: [{ ...row, id: "kept" }, { ...row, id: "police", sensitivity: "police" }] }), [{ id: "draft" }]);
  assert.deepEqual(await left(), ["thumb/draft", "thumb/kept"]);
  await pruneThumbs(store, undefined, []);
  assert.deepEqual(await left(), [], "and none after the records have left");
});

interface Fake { sent: string[]; hold?: Promise<void>; line?: string }
async function sending(fake: Fake) {
  const store = memoryStore(), ups = new Map(["a", "b"].map((id) => [id, { evidence: id, size: 10, sha256: "", offset: 0, receipt: undefined as string | undefined }]));
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { connection: fake.line ? { type: fake.line } : undefined } });
  const uploads = {
    list: async () => [...ups.values()].map((u) => ({ ...u })),
    send: async (id: string, o: { signal?: AbortSignal }) => {
      await fake.hold;
      if (o.signal?.aborted) return { state: "stopped" };
      fake.sent.push(id);
      ups.get(id)!.receipt = "receipt";
      return { state: "received" };
    },
    letGo: async () => undefined,
  };
  const s = new Sending({ uploads } as never, store, () => undefined, () => undefined);
  await s.load();
  return { s, store, uploads };
}
const states = (s: Sending) => [...s.all.values()].map((u) => u.state);

test("files go one after the other, and one that is paused stays, over a kill too", async () => {
  const fake: Fake = { sent: [] }, { s, store, uploads } = await sending(fake);
  await s.pause("a", true);
  await s.run();
  while (s.busy) await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual([fake.sent, states(s)], [["b"], ["paused", "received"]]);
  const again = new Sending({ uploads } as never, store, () => undefined, () => undefined);
  await again.load();
  assert.deepEqual(states(again), ["paused", "received"]);
  await again.pause("a", false);
  while (again.busy) await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual(fake.sent, ["b", "a"]);
});

test("over Wi-Fi only: nothing goes over another line, or one that the browser cannot tell, unless it is said", async () => {
  for (const line of ["cellular", ""]) {
    const fake: Fake = { sent: [], line }, { s } = await sending(fake);
    await s.choose({ wifi: true });
    await s.run();
    assert.deepEqual([fake.sent, states(s)], [[], ["wifi", "wifi"]]);
    await s.sendAnyway();
    while (s.busy) await new Promise((done) => setTimeout(done, 1));
    assert.deepEqual(fake.sent, ["a", "b"]);
  }
  const fake: Fake = { sent: [], line: "wifi" }, { s } = await sending(fake);
  await s.choose({ wifi: true });
  while (s.busy) await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual(fake.sent, ["a", "b"]);
});

test("pausing stops the one that is under way", async () => {
  let go = () => {};
  const fake: Fake = { sent: [], hold: new Promise<void>((done) => (go = done)) }, { s } = await sending(fake), running = s.run();
  while (states(s)[0] !== "sending") await new Promise((done) => setTimeout(done, 1));
  await s.pause("a", true);
  go();
  await running;
  while (s.busy) await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual([fake.sent, states(s)], [["b"], ["paused", "received"]]);
});
