import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { forms } from "../src/forms/all.ts";
import { formDraft, type Asking } from "../src/forms/form.ts";
import type { Records } from "../../ts/wire.ts";
import { agencyWords, cannotDecide, decisionsOf, inTheWay } from "../src/work/facts.ts";
import { me, say, town } from "./cast.ts";

const family = "hughes000000000", pathway = "pathway00000001";
const event = (id: string, kind: string, more: Partial<Records["pathway_events"]> = {}): Partial<Records["pathway_events"]> => ({ id, case: family, pathway, kind, occurred_at: "2026-11-20 10:00:00.000Z", author: "worker000000000", agency: "agencyschool000", verdict: "accepted", data: {}, corrects: "", ...more });
const proposed = event("event0000000001", "closure.proposed", { data: { reason: "needs_met", why: "They are well." } });
const managed = { case_members: [{ id: "member000000003", case: family, user: me.id, role: "manager" as const, active: true, name: me.name, agency: me.agency, agency_name: "Fellmoor Early Help" }, { id: "member000000004", case: family, user: "worker000000000", role: "member" as const, active: true, name: "Saskia Dunn", agency: "agencyschool000", agency_name: "Harbour School" }] };

const waits = (first = "") => ({ now: first ? [] : ["closure.approved"], not: first ? [{ why: first, acts: ["closure.approved"] }] : [], waits: [{ act: "closure.approved", event: proposed.id!, who: ["Priya Kendal, Fellmoor Early Help"] }] });
const rowsWith = (allowed: unknown, events: Partial<Records["pathway_events"]>[] = []) => town({
  ...managed, pathway_events: [proposed, ...events],
  pathways: [{ id: "pathway00000009", case: family, template: "template0000000", opened_at: "2026-10-01 10:00:00.000Z", state: "closing", ended: false, allowed, alongside: null }],
});

test("a decision is offered to a manager who did not propose it, with the server's own sentence where it has to wait", () => {
  const at = (allowed: unknown, more = {}) => town({ ...managed, pathway_events: [{ ...proposed, pathway: "pathway00000009", ...more }], pathways: [{ id: "pathway00000009", case: family, template: "template0000000", opened_at: "2026-10-01 10:00:00.000Z", state: "closing", ended: false, allowed, alongside: null }] });
  assert.deepEqual(decisionsOf(at(waits())).map((w) => [w.act, w.first]), [["closure.approved", ""]]);
  const first = "Wait for Harbour School to answer.";
  assert.deepEqual(decisionsOf(at(waits(first))).map((w) => w.first), [first]);
  assert.deepEqual(decisionsOf(at(waits(), { author: me.id })), []);
  const rows = at(waits(first)), e = rows.table("pathway_events").get(proposed.id!)!;
  assert.equal(cannotDecide(rows, say, e, "closure.approved"), first);
  assert.equal(inTheWay(rows.table("pathways").get("pathway00000009"), "closure.rejected"), "");
  assert.equal(cannotDecide(at(waits(), { author: me.id }), say, { ...e, author: me.id }, "closure.approved"), say("decide.own"));
  assert.equal(cannotDecide(town({ pathway_events: [proposed] }), say, e, "closure.approved"), say("decide.manager"));
});

test("of an agency's answers the latest counts, and what did not count is none", () => {
  const said = (id: string, kind: string, day: string, verdict: "accepted" | "attempted" = "accepted") => event(id, kind, { occurred_at: day + " 10:00:00.000Z", verdict });
  const words = (events: Partial<Records["pathway_events"]>[]) => { const rows = rowsWith(waits(), events); return agencyWords(rows, { ...proposed, agency: me.agency } as Records["pathway_events"]).map((w) => w.said); };
  assert.deepEqual(words([]), ["proposes", ""]);
  assert.deepEqual(words([said("a", "closure.objected", "2026-11-21"), said("b", "closure.consulted", "2026-11-22")]), ["proposes", "agrees"]);
  assert.deepEqual(words([said("a", "closure.consulted", "2026-11-21"), said("b", "closure.objected", "2026-11-22")]), ["proposes", "objects"]);
  assert.deepEqual(words([said("a", "closure.consulted", "2026-11-21", "attempted")]), ["proposes", ""]);
  assert.deepEqual(words([said("a", "closure.consulted", "2026-11-19")]), ["proposes", ""]);
});

test("a case is closed by a manager of the agency that leads, after the others were asked", () => {
  const why = (more: Parameters<typeof town>[0]) => forms["case.close"].blocked!({ rows: town(more), d: formDraft("x", "case.close", { family }), say, id: () => "" });
  assert.match(why({}), /A manager of Fellmoor Early Help/);
  assert.equal(why(managed), say("case.pathway"));
  assert.equal(forms["case.close"].blocked!({ rows: town({ ...managed, cases: [{ id: "alone0000000000", family_name: "Alone", reference: "", status: "open" as const, lead_agency: me.agency }], case_members: [...managed.case_members, { ...managed.case_members[0], case: "alone0000000000", id: "m9" }, { ...managed.case_members[1], case: "alone0000000000", id: "m8" }] }), d: formDraft("x", "case.close", { family: "alone0000000000" }), say, id: () => "" }), say("case.unasked", { agencies: "Harbour School" }));
});

test("a meeting is called with those whom it asks, in one commit; held with who came", () => {
  let n = 0;
  const d = formDraft("draft0000000001", "meeting.call", { family, data: { agenda: "review", scheduled_for: "2026-12-10 14:00:00.000Z", agencies: ["agencyschool000", me.agency] } }), a: Asking = { rows: town(managed), d, say, id: () => "made" + n++ };
  assert.deepEqual(forms["meeting.call"].edits(a).map((e) => [e.collection, e.set!.agency ?? e.set!.status, e.set!.meeting ?? e.id]), [["meetings", "scheduled", d.id], ["meeting_invitations", "agencyschool000", d.id], ["meeting_invitations", me.agency, d.id]]);
  assert.equal(forms["meeting.call"].wrong!({ ...a, d: { ...d, data: { ...d.data, scheduled_for: "2026-11-01 14:00:00.000Z" } } }).length, 1);
});

// Every form writes fields that the contract has, whatever was filled in.
test("what the forms write is what the contract takes", () => {
  const children = [{ id: "sian00000000000" }];
  const rows = town({ ...managed, good_practice: [{ id: "about0000000001", status: "declined" as const, user: me.id }], meetings: [{ id: "about0000000001", case: family, status: "scheduled" as const }] });
  const full: Record<string, unknown> = { urgent: "yes", family_told: "no", who: "worker000000000", step: "accepted", directory_consent: "yes", to_agency: "agencyschool000", resource: "resource0000001", people: "3", minutes: "30", target_groups: ["1"], agencies: ["agencyschool000"], came: ["invite000000001"] };
  for (const [name, form] of Object.entries(forms)) {
    const d = formDraft("draft0000000001", name, { family, pathway, about: "about0000000001", data: { ...full } }), a: Asking = { rows, d, say, id: () => "made00000000001" };
    for (const f of form.fields(a)) d.data[f.name] ??= f.kind === "several" ? [f.choices?.[0]?.value ?? children[0].id] : f.choices?.[0]?.value ?? (f.kind === "day" ? "2026-11-20" : f.kind === "moment" ? "2026-11-20 10:00:00.000Z" : "Words of somebody here");
    for (const e of form.edits(a)) {
      const at = `../schema/records/${e.collection}.json`;
      assert.ok(existsSync(at), `${name}: there is no ${e.collection}`);
      const schema = readFileSync(at, "utf8");
      for (const field of Object.keys(e.set ?? {})) assert.ok(schema.includes(`"${field}"`), `${name} writes ${e.collection}.${field}`);
    }
  }
});
