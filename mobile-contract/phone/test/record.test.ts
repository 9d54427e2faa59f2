import assert from "node:assert/strict";
import { test } from "node:test";
import { answersOf, asksChildren, editsOf, lacks, newDraft, pageOf, riskEdits, type Draft } from "../src/record.ts";
import { pendingWords, valueWords } from "../src/pending.ts";
import { now, say, town } from "./cast.ts";

let n = 0;
const id = () => "made" + String(++n).padStart(11, "0");
const draft = (more: Partial<Draft>): Draft => ({ ...newDraft("draft0000000001", "hughes000000000", now), kind: "visit", method: "visit_announced", ...more });
const made = (d: Draft, rows = town()) => editsOf(rows, d, say, id).map((e) => [e.collection, e.set!.outcome ?? e.set!.kind ?? e.set!.source]);

test("each answer at a door becomes what it was, and nothing else", () => {
  const outcome = (answer: string) => made(draft({ answer }));
  assert.deepEqual(outcome("no_answer"), [["contact_attempts", "no_answer"]]);
  assert.deepEqual(outcome("not_let_in"), [["contact_attempts", "refused_entry"]]);
  assert.deepEqual(outcome("we_cancelled"), [["contact_attempts", "cancelled_by_service"]]);
  assert.deepEqual(outcome("told_us"), [["contact_attempts", "cancelled_by_family"]]);
  assert.deepEqual(outcome("other_time"), [["contact_attempts", "reached"]]);
  for (const kind of ["visit", "call", "not_brought"] as const) for (const answer of answersOf(draft({ kind }))) assert.ok(made(draft({ kind, answer }))[0][1], answer);
});

test("a visit at which some children were seen says which, and the pathway hears of them", () => {
  assert.deepEqual(made(draft({ answer: "saw_some", children: ["sian00000000000"] })), [["contact_attempts", "reached"], ["pathway_events", "child.seen"]]);
  assert.deepEqual(made(draft({ answer: "saw_some", children: [] })), [["contact_attempts", "child_withheld"]]);
  assert.deepEqual(made(draft({ answer: "saw_all", children: ["sian00000000000", "gwil00000000000"] })), [["contact_attempts", "child_seen"], ["pathway_events", "child.seen"]]);
  assert.equal(asksChildren(draft({ answer: "no_answer" })), false);
});

test("without a pathway a sighting is kept as a contact and a note that names the children", () => {
  const d = draft({ family: "okafor000000000", kind: "seen", children: ["a00000000000000", "b00000000000000"] });
  const rows = town({ people: [{ id: "a00000000000000", case: "okafor000000000", kind: "child", name: "A", called_by: "", left_on: "", died_on: "", joined_on: "", same_as: "", date_of_birth: "", birth_order: 0 }, { id: "b00000000000000", case: "okafor000000000", kind: "child", name: "B", called_by: "", left_on: "", died_on: "", joined_on: "", same_as: "", date_of_birth: "", birth_order: 0 }] });
  assert.deepEqual(editsOf(rows, d, say, id).map((e) => [e.collection, e.set!.outcome ?? e.set!.children]), [["contact_attempts", "child_seen"], ["notes", d.children]]);
});

test("a draft that is saved twice makes the same record", () => {
  const d = draft({ answer: "no_answer" });
  assert.equal(editsOf(town(), d, say, id)[0].id, editsOf(town(), d, say, id)[0].id);
  assert.equal(editsOf(town(), draft({ kind: "note", words: "x" }), say, id)[0].id, d.id);
  assert.equal(editsOf(town(), draft({ kind: "seen", children: ["sian00000000000"] }), say, id)[0].id, d.id);
});

test("nothing is required but what happened", () => {
  assert.equal(lacks(draft({ answer: "no_answer" })), "");
  assert.equal(lacks(draft({ kind: "note", words: " " })), "words");
  assert.equal(lacks(draft({ kind: "seen" })), "children");
  assert.deepEqual([pageOf(newDraft("x", "", now)), pageOf(newDraft("x", "y", now)), pageOf(draft({})), pageOf(draft({ answer: "no_answer" }))], ["family", "kind", "what", "add"]);
});

test("an immediate risk goes on the family's pathway, and makes one where there is none", () => {
  assert.deepEqual(riskEdits(town(), "hughes000000000", "", say, id).map((e) => [e.collection, e.set!.pathway]), [["pathway_events", "pathway00000001"]]);
  const [pathway, event] = riskEdits(town(), "okafor000000000", "He is alone.", say, id);
  assert.deepEqual([pathway.collection, pathway.set!.template, event.set!.pathway, event.set!.data], ["pathways", "template0000000", pathway.id, { what: "He is alone." }]);
});

test("what waits is told in words that its author knows again", () => {
  const rows = town();
  assert.equal(pendingWords(rows, { collection: "contact_attempts", record: "x", op: "create", set: { case: "hughes000000000", outcome: "no_answer", occurred_at: "2026-11-30 09:05:00.000Z" } }, say), "Hughes: no answer, 9:05am today.");
  assert.equal(pendingWords(rows, { collection: "people", record: "rhys00000000000", op: "update", set: { contact_points: [] } }, say), "Hughes: Rhŷs Hughes: Telephone numbers and addresses.");
  assert.equal(pendingWords(rows, { collection: "unheard_of", record: "x", op: "create", set: {} }, say), "Entry.");
});

test("no code, stamp or mark of a list is ever shown", () => {
  const rows = town(), shown = [
    [{ kind: "phone", value: "07700 900 101", safe_sms: true, confirmed_on: "2026-11-01" }], "2026-11-30 09:05:00.000Z", "rhys00000000000", "zzzzzzzzzzzzzzz", ["sian00000000000"], true, null, "seen_by_worker", { a: { b: "c" } },
  ].map((v) => valueWords(rows, v, say));
  for (const s of shown) assert.doesNotMatch(s, /[{}\[\]"]|\d{4}-\d\d-\d\d|[a-z]_[a-z]|000Z|zzz/, s);
  assert.deepEqual([shown[1], shown[2], shown[3]], ["Monday 30 November, 9:05am", "Rhŷs Hughes", "somebody"]);
});

test("what has not come back from the server yet has what a screen needs of it", async () => {
  const { readRows } = await import("../src/rows.ts");
  const made = { contact_attempts: { case: "c", method: "phone", outcome: "no_answer", occurred_at: "2026-11-30 09:05:00.000Z" }, pathway_events: { case: "c", pathway: "p", kind: "immediate_risk.raised", occurred_at: "2026-11-30 09:05:00.000Z" } } as Record<string, object>;
  const client = {
    session: async () => ({ user: { id: "me", name: "Priya Kendal", agency: "a", roles: [] } }), pending: async () => [], conflicts: async () => [], refusals: async () => [],
    list: async (name: string) => (made[name] ? [{ id: "made", fields: made[name], unsent: false }] : []), // judged, and not pulled yet
  };
  const rows = await readRows(client as never, { synced: "2026-11-30T09:00:00Z", anew: false } as never);
  const { openRisks } = await import("../src/risk.ts"), { chronologyOf } = await import("../src/chronology.ts");
  assert.deepEqual(openRisks(rows).map((r) => [r.by, r.state, r.told]), [["me", "open", undefined]]);
  assert.deepEqual(chronologyOf(rows, "c", say).map((e) => e.by), ["Priya Kendal", "Priya Kendal"]);
  const half = await readRows(client as never, { synced: "2026-11-30T09:00:00Z", anew: true } as never);
  assert.deepEqual([rows.whole, half.whole], [true, false]);
});

test("a deed on a pathway is what was filled in, and lacks what it must have", async () => {
  const { filled, missing, actFields, recorded } = await import("../src/act_fields.ts");
  assert.deepEqual(missing("contact.checked", { against: "referral" }), ["result"]);
  assert.deepEqual(missing("barrier.checked", { areas: [] }), ["areas"]);
  assert.deepEqual(missing("manager.told", {}), []);
  assert.deepEqual(filled("plan.agreed", { agreement: "verbal", witnessed_by: "  ", person: "rhys00000000000", stray: "x" }), { agreement: "verbal", person: "rhys00000000000" });
  const d = draft({ kind: "act", act: "manager.discussed", pathway: "pathway00000001", data: { decision: " We go again. " } });
  assert.deepEqual(editsOf(town(), d, say, id).map((e) => [e.id, e.set!.kind, e.set!.data]), [["draft0000000001", "manager.discussed", { decision: "We go again." }]]);
  assert.equal(pageOf(d), "act");
  for (const fields of Object.values(actFields)) for (const f of fields) {
    assert.ok(say.has("ask." + f.name), "ask." + f.name);
    for (const c of f.choices ?? []) assert.ok(say.has("pick." + c), "pick." + c);
  }
  assert.ok(recorded.every((r) => !actFields[r]));
});
