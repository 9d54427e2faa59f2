import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pending } from "../../ts/src/index.ts";
import { openRisks } from "../src/risk.ts";
import { todayOf } from "../src/today.ts";
import { me, now, say, step, town } from "./cast.ts";

test("a practitioner without anything to do is told so, and only then", () => {
  assert.equal(todayOf(town(), say).nothing, true);
  const waiting: Pending = { id: "m", collection: "notes", record: "note00000000001", op: "create", set: {}, state: "unsent", recorded_at: "" };
  const conflict = { id: "c" } as never, refusal = { id: "r" } as never;
  const each = {
    "a step that is late": town({ pathway_steps: [step("step00000000001", { due_on: "2026-11-17", due_at: "2026-11-17 23:59:59.999Z", status: "overdue" })] }),
    "a step that is due today": town({ pathway_steps: [step("step00000000001", { due_on: "2026-11-30", due_at: "2026-11-30 23:59:59.999Z" })] }),
    "a step of the next days": town({ pathway_steps: [step("step00000000001", { due_on: "2026-12-02", due_at: "2026-12-02 23:59:59.999Z" })] }),
    "a question": town({ requests: [{ id: "request00000001", user: me.id, kind: "meeting", standing: "waiting", due_on: "", asked_at: "", acknowledged_at: "" }] }),
    "what is not sent": town({}, { pending: [waiting] }),
    "what the server holds back": town({}, { pending: [{ ...waiting, state: "held" }] }),
    "a conflict": town({}, { conflicts: [conflict] }),
    "a refusal": town({}, { refusals: [refusal] }),
    "a risk": town({ pathway_events: [{ id: "event0000000001", case: "hughes000000000", kind: "immediate_risk.raised", author: "school", occurred_at: "2026-11-30 08:58:00.000Z", resolved_by: "", told: 2 }] }),
    "a first sync that is not whole": town({}, { whole: false }),
  };
  for (const [what, rows] of Object.entries(each)) assert.equal(todayOf(rows, say).nothing, false, what);
});

test("what is late for longest comes first, family by family, with the days of the calendar", () => {
  const t = todayOf(town({ pathway_steps: [
    step("step00000000001", { due_on: "2026-11-24", due_at: "2026-11-24 23:59:59.999Z" }),
    step("step00000000002", { case: "okafor000000000", pathway: "", due_on: "2026-11-06", due_at: "2026-11-06 23:59:59.999Z" }),
    step("step00000000003", { due_on: "2026-11-17", due_at: "2026-11-17 13:00:00.000Z" }),
    step("step00000000004", { due_on: "2026-11-20", due_at: "2026-11-20 23:59:59.999Z", status: "done" }),
  ] }), say);
  assert.deepEqual(t.overdue.map((f) => [f.name, f.steps.map((s) => s.daysLate)]), [["Okafor-Reid", [24]], ["Hughes", [13, 6]]]);
  assert.deepEqual([t.counts.overdue, t.counts.overdueFamilies], [3, 2]);
});

test("a phone without signal since Friday counts lateness itself", () => {
  const t = todayOf(town({ pathway_steps: [step("step00000000001", { status: "due_soon", due_on: "2026-11-29", due_at: "2026-11-29 23:59:59.999Z" })] }), say);
  assert.equal(t.counts.overdue, 1);
});

test("a limit of hours is late within its day", () => {
  const t = todayOf(town({ pathway_steps: [step("step00000000001", { due_on: "2026-11-30", due_at: "2026-11-30 09:00:00.000Z" })] }), say);
  assert.deepEqual([t.overdue[0].steps[0].daysLate, t.counts.today], [0, 0]);
});

test("a child not seen by its day is marked as that, whatever the template calls the step", () => {
  const t = todayOf(town({ pathway_steps: [step("step00000000001", { code: "see-children", due_on: "2026-11-23", due_at: "2026-11-23 23:59:59.999Z" })] }), say);
  assert.equal(t.overdue[0].steps[0].unseen, true);
});

test("steps of an ended pathway ask nobody", () => {
  const rows = town({ pathways: [{ id: "pathway00000002", case: "hughes000000000", ended: true, opened_at: "" }], pathway_steps: [step("step00000000001", { pathway: "pathway00000002", due_on: "2026-11-01" })] });
  assert.equal(todayOf(rows, say).nothing, true);
});

test("the families of a manager's team are counted by who leads them, not as the manager's own", () => {
  const rows = town({
    cases: [{ id: "sorley000000000", family_name: "Sorley", status: "open", reference: "FM-0039" }],
    case_members: [{ id: "member000000003", case: "sorley000000000", user: me.id, role: "manager", active: true, name: me.name }, { id: "member000000004", case: "sorley000000000", user: "colleague000000", role: "lead", active: true, name: "Colm Reeve" }],
    pathway_steps: [step("step00000000001", { case: "sorley000000000", pathway: "", due_on: "2026-11-17", due_at: "2026-11-17 23:59:59.999Z" })],
  });
  const t = todayOf(rows, say);
  assert.deepEqual([t.counts.overdue, t.nothing, t.team.map((m) => [m.name, m.families, m.overdue, m.longest])], [0, false, [["Colm Reeve", 1, 1, 13]]]);
});

const risk = { id: "event0000000001", case: "hughes000000000", pathway: "pathway00000001", kind: "immediate_risk.raised", author: "school000000000", occurred_at: "2026-11-30 08:58:00.000Z", resolved_by: "", told: 2, data: { what: "He walked in by himself." } };
const notice = { id: "notice000000001", user: me.id, case: "hughes000000000", timer: "immediate_risk.raised/event0000000001", stage: "at_once", acknowledged_at: "", taken_on_at: "", raised_by: "school000000000", ring: "01632 960 122", told_at: "2026-11-30 08:58:01.000Z" };

test("told is not answered, and answered is not over", () => {
  assert.equal(openRisks(town({ pathway_events: [risk], notices: [notice] }))[0].state, "asked");
  assert.equal(openRisks(town({ pathway_events: [risk], notices: [{ ...notice, acknowledged_at: "2026-11-30 09:00:00.000Z" }] }))[0].state, "open");
  assert.deepEqual(openRisks(town({ pathway_events: [{ ...risk, resolved_by: "event0000000002" }], notices: [notice] })), []);
});

test("a risk that is on this phone alone says that nobody was told, and so does one that nobody hears", () => {
  const own = { ...risk, author: me.id };
  assert.equal(openRisks(town({ pathway_events: [own] }, { unsent: new Set(["pathway_events/" + risk.id]) }))[0].state, "unsent");
  assert.equal(openRisks(town({ pathway_events: [{ ...own, told: 0 }] }))[0].state, "unheard");
  assert.equal(openRisks(town({ pathway_events: [own] }))[0].state, "open");
});

test("where the server found nobody, it stays red until somebody is named who has heard it", () => {
  const own = { ...risk, author: me.id, told: 0 }, note = { id: "note00000000001", case: own.case, author: me.id, tags: ["told_by_telephone"], occurred_at: "2026-11-30 09:05:00.000Z" };
  const state = (notes: object[]) => openRisks(town({ pathway_events: [own], notes }))[0].state;
  assert.equal(state([note]), "open");
  assert.equal(state([{ ...note, occurred_at: "2026-11-29 09:05:00.000Z" }]), "unheard", "of an earlier danger");
  assert.equal(state([{ ...note, author: "school000000000" }]), "unheard", "somebody else's call");
});

test("a risk in a family that is not on this phone is shown by its notice, to be taken on", () => {
  const [r] = openRisks(town({ notices: [{ ...notice, case: "" }] }));
  assert.deepEqual([r.state, r.off, r.ring, r.family], ["asked", true, "01632 960 122", ""]);
});

test("the risk that waits for this person comes before one that is open", () => {
  const other = { ...risk, id: "event0000000009", occurred_at: "2026-11-27 14:10:00.000Z" };
  assert.deepEqual(openRisks(town({ pathway_events: [other, risk], notices: [notice] })).map((r) => r.state), ["asked", "open"]);
  assert.ok(now > 0);
});
