import assert from "node:assert/strict";
import { test } from "node:test";
import { actsOf, doing } from "../src/acts.ts";
import { addressOf, aliases, placeOf } from "../src/address.ts";
import { chronologyOf } from "../src/chronology.ts";
import { ageOn, dayWords, daysBetween, timeWords } from "../src/day.ts";
import { findFamilies, reachOf } from "../src/family.ts";
import { numbersIn } from "../src/numbers.ts";
import { childrenOf, nameOf, together } from "../src/person.ts";
import { lastSeen } from "../src/seen.ts";
import { openSteps, waitsFor, whyOf } from "../src/step.ts";
import { catalogues, sayIn, type Key } from "../src/words.ts";
import { me, now, person, say, step, town } from "./cast.ts";

test("a family is found by any words in any order, without accents", () => {
  for (const asked of ["hughes", "HUGHES sian", "gwil rhys", "ty gwyn", "fm-0005", "fm0005", "07700 900105".slice(0, 5), "tarn hughes"])
    assert.deepEqual(findFamilies(town(), say, asked).map((f) => f.family.family_name), ["Hughes"], asked);
  assert.equal(findFamilies(town(), say, "hughes okafor").length, 0);
  assert.equal(findFamilies(town(), say, "").length, 2);
});

test("a closed family is found by its name, and is not in the list of open ones", () => {
  const rows = town({ cases: [{ id: "whitlock0000000", family_name: "Whitlock", reference: "FM-0045", provisional_reference: "", status: "closed" }] });
  assert.equal(findFamilies(rows, say, "").length, 2);
  assert.equal(findFamilies(rows, say, "", true).length, 3);
  assert.equal(findFamilies(rows, say, "whitlock").length, 1);
});

test("a name is never taken apart, and two who are called alike are told apart", () => {
  const [a, b] = [person("one000000000000", "x", { called_by: "Alex", name: "Alex Vance" }), person("two000000000000", "x", { called_by: "Alex", name: "Alexandra Vance" })] as never[];
  assert.deepEqual([nameOf(a, say), nameOf(a, say, [a, b]), nameOf(b, say, [a, b])], ["Alex", "Alex Vance", "Alexandra Vance"]);
  const twins = [1, 2].map((n) => person("twin0000000000" + n, "x", { called_by: "Sam", name: "Sam Vance", birth_order: n, date_of_birth: "2020-02-02" })) as never[];
  assert.equal(nameOf(twins[1], say, twins), "Sam Vance, born 2 of these");
  assert.equal(nameOf(person("baby00000000000", "x", { expected_on: "2027-03-02" }) as never, say), "Unborn baby, expected 2 March 2027");
});

test("who has left or died, and a second record of one child, are not among the children", () => {
  const rows = town({ people: [
    person("left00000000000", "hughes000000000", { name: "L", left_on: "2026-11-01" }), person("died00000000000", "hughes000000000", { name: "D", died_on: "2026-11-01" }),
    person("same00000000000", "hughes000000000", { name: "S", same_as: "sian00000000000" }), person("back00000000000", "hughes000000000", { name: "B", left_on: "2026-10-01", joined_on: "2026-11-01" }),
  ] });
  assert.deepEqual(childrenOf(rows, "hughes000000000", say.today).map((c) => c.name), ["Siân Hughes", "Gwil Hughes", "B"]);
});

test("each child was last seen on a day of their own, by somebody", () => {
  const event = (id: string, day: string, children: string[], more = {}) => ({ id, case: "hughes000000000", kind: "child.seen", occurred_at: day + " 10:00:00.000Z", author: me.id, agency: me.agency, verdict: "accepted", data: { children, ...more } });
  const rows = town({ pathway_events: [
    event("event0000000001", "2026-11-10", ["sian00000000000"], { alone: true }), event("event0000000002", "2026-11-20", ["sian00000000000"], { seen_by: "Saskia Dunn" }),
    { ...event("event0000000003", "2026-11-28", ["gwil00000000000"]), verdict: "attempted" },
  ] });
  const [sian, gwil] = lastSeen(rows, "hughes000000000", say);
  assert.deepEqual([sian.day, sian.daysAgo, sian.by, sian.alone], ["2026-11-20", 10, "Saskia Dunn", undefined]);
  assert.equal(gwil.day, "", "what was tried is no sighting");
});

test("what is not safe is known apart from what nobody asked", () => {
  const [reach] = reachOf(town(), "hughes000000000", say);
  assert.deepEqual([reach.phones[0].safe_voicemail, reach.addresses[0].safe_post], [false, undefined]);
  const apart = town({ people: [person("jenna0000000000", "hughes000000000", { kind: "adult", name: "Jenna" })], relationships: [{ id: "tie000000000001", case: "hughes000000000", person: "jenna0000000000", other: "rhys00000000000", between: ["domestic_abuse"] }] });
  assert.deepEqual(reachOf(apart, "hughes000000000", say).map((r) => r.apartFrom.map((p) => p.name)), [["Rhŷs Hughes"], ["Jenna"]]);
});

test("a step says why it is asked for: from what, and within how long", () => {
  const rows = town({ contact_attempts: [{ id: "attempt00000001", case: "hughes000000000", outcome: "refused_entry", occurred_at: "2026-11-17 13:00:00.000Z" }],
    pathway_steps: [step("step00000000001", { code: "talk", due_on: "2026-11-18", due_at: "2026-11-18 13:00:00.000Z" }), step("step00000000002", { due_on: "2026-11-17", due_at: "2026-11-17 23:59:59.999Z" })] });
  const [first, second] = openSteps(rows, say);
  assert.equal(whyOf(rows, first, say), "Why: this work began, Monday 16 November, 1pm. To be done within 1 working day.");
  assert.equal(whyOf(rows, second, say), "Why: a contact did not come about, Tuesday 17 November, 1pm. To be done within 24 hours.");
});

test("what cannot be done yet says what comes first, in the server's words", () => {
  const allowed = { now: ["child.seen"], not: [{ why: "There is no risk assessment waiting for this; record one first.", acts: ["risk_assessment.signed_off"] }, { why: "First see every child.", acts: ["plan.agreed"] }, { why: "Ending proposed comes first.", acts: ["closure.approved"] }] };
  const rows = town({ pathways: [{ id: "pathway00000003", case: "okafor000000000", template: "template0000000", opened_at: "2026-11-16 13:00:00.000Z", ended: false, allowed }], pathway_steps: [step("step00000000001", { case: "okafor000000000", pathway: "pathway00000003", code: "sign-off" })] });
  assert.equal(waitsFor(rows, openSteps(rows, say)[0]), "There is no risk assessment waiting for this; record one first.");
  const acts = actsOf(rows, rows.table("pathways").get("pathway00000003")!);
  const seeing = step("step00000000002", { case: "okafor000000000", pathway: "pathway00000003", code: "see-children" });
  const both = town({ pathways: [...rows.table("pathways").all.filter((p) => p.id === "pathway00000003")], pathway_steps: [seeing] });
  assert.equal(doing(both, openSteps(both, say)[0])?.name, "child.seen", "the step leads to what does it");
  assert.equal(doing(rows, openSteps(rows, say)[0]), undefined, "and to nothing that cannot be done yet");
  assert.deepEqual([acts.now.map((a) => a.title), acts.not.map((n) => n.acts.map((a) => a.title))], [["Record that a child was seen"], [["Record a plan"]]], "an approval is a manager's");
});

test("the chronology has what happened, newest first, and marks what was tried or taken back", () => {
  const rows = town({
    contact_attempts: [{ id: "attempt00000001", case: "hughes000000000", method: "visit_unannounced", outcome: "refused_entry", occurred_at: "2026-11-16 13:00:00.000Z", note: "Polite.", author: me.id }, { id: "attempt00000002", case: "hughes000000000", method: "phone", outcome: "reached", occurred_at: "2026-11-17 13:00:00.000Z", author: me.id }],
    attempt_withdrawals: [{ id: "withdrawal00001", case: "hughes000000000", attempt: "attempt00000002" }],
    notes: [{ id: "note00000000001", case: "hughes000000000", body: "I like dogs.", source: "said_by_child", speaker: "Gwil", verbatim: true, occurred_at: "2026-11-18 09:00:00.000Z", children: ["gwil00000000000"], method: "words", author: me.id }],
    pathway_events: [{ id: "event0000000001", case: "hughes000000000", kind: "timer.overdue", occurred_at: "2026-11-19 00:00:00.000Z", data: {} }, { id: "event0000000002", case: "hughes000000000", kind: "plan.agreed", verdict: "attempted", occurred_at: "2026-11-20 00:00:00.000Z", data: {}, author: me.id }],
  });
  assert.deepEqual(chronologyOf(rows, "hughes000000000", say).map((e) => [e.title, e.outcome, e.state]), [
    ["Plan agreed with the family", "", "attempted"], ["Said by a child", "", ""], ["Phone call", "spoke with them", "withdrawn"], ["Visit they did not know of", "not let in", ""],
  ]);
  assert.deepEqual(chronologyOf(rows, "hughes000000000", say, { only: "child" }).map((e) => e.words), ["I like dogs."]);
  assert.equal(chronologyOf(rows, "hughes000000000", say, { child: "sian00000000000" }).length, 0);
});

test("days and times are said as people say them, also at the change of the clock", () => {
  assert.deepEqual([dayWords("2026-11-30", "en", now), dayWords("2027-03-02", "en", now), dayWords("2026-11-30", "cy", now)], ["Monday 30 November", "Tuesday 2 March 2027", "Dydd Llun 30 Tachwedd"]);
  assert.deepEqual(["2026-07-01T08:05:00Z", "2026-11-30T13:00:00Z", "2026-11-30T12:00:00Z"].map((t) => timeWords(Date.parse(t), "en")), ["9:05am", "1pm", "midday"]);
  assert.deepEqual([daysBetween("2026-10-24", "2026-10-26"), ageOn("2015-12-01", "2026-11-30"), ageOn("2015-11-30", "2026-11-30")], [2, 10, 11]);
  assert.equal(together(["Siân, 11", "Gwil, 5"], say), "Siân, 11, and Gwil, 5");
});

test("numbers to ring are read out of the area's own card", () => {
  const card = "If a child is in danger now, ring 999.\nFellmoor front door: 01632 960 001.\nOut of hours: 01632 960 002.";
  assert.deepEqual(numbersIn(card).map((n) => [n.name, n.tel]), [["Fellmoor front door", "01632960001"], ["Out of hours", "01632960002"]]);
  assert.deepEqual(numbersIn("No numbers here."), []);
});

test("an address names no family to anybody else, and leads back to it here", () => {
  const a = aliases("salt-one", () => ["hughes000000000", "okafor000000000"]), b = aliases("salt-two", () => ["hughes000000000"]);
  const at = addressOf({ page: "family", family: "hughes000000000" }, a);
  assert.doesNotMatch(at, /hughes/);
  assert.deepEqual(placeOf(at, a), { page: "family", family: "hughes000000000" });
  assert.deepEqual(placeOf(at, b), { page: "today" }, "another device makes nothing of it");
  for (const odd of ["", "#/nowhere", "#/family/", "#/family/%00", "#//"]) assert.deepEqual(placeOf(odd, a), { page: "today" });
});

test("both languages have every word, for the same values, and every number its sentence", () => {
  const holes = (e: unknown) => [...JSON.stringify(e).matchAll(/\{(\w+)\}/g)].map((m) => m[1]).filter((h, i, all) => all.indexOf(h) === i).sort().join();
  const { en, cy } = catalogues as Required<typeof catalogues>;
  assert.deepEqual(Object.keys(cy).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en) as Key[]) {
    assert.equal(holes(cy[key]), holes(en[key]), key);
    assert.ok(!/["']/.test(String(en[key]).replace(/\[object Object\]/, "")), key + " has straight quotes");
  }
  for (const language of ["en", "cy"] as const) assert.match(sayIn(language, now)("strip.unsent", { n: 2 }), /2/);
});
