// Another version of a pathway's template, and what the app asks before it proposes the move; and
// until when a family is restricted.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Edit } from "../../ts/src/index.ts";
import { formDraft } from "../src/forms/form.ts";
import { spokenTo } from "../src/risk.ts";
import { workForms } from "../src/work/forms.ts";
import { versionsFor } from "../src/work/move.ts";
import { restrictionOf } from "../src/work/restriction.tsx";
import { me, say, town } from "./cast.ts";

const family = "case00000000000";
const of = (id: string, version: number, more: object = {}) => ({ id, key: "early-help-engagement", title: "Early help", status: "published" as const, version, hash: id, derived_from: "", body: { kind: "engagement", states: [{ key: "attempting", title: "Trying to make contact" }, { key: "over", title: "Over", ends: "met" }] }, ...more });
const rows = (allowed: object = {}, restrictions: object[] = []) => town({
  cases: [{ id: family, family_name: "Reid", status: "open", lead_agency: me.agency, restricted: true }],
  case_acts: restrictions as never,
  pathway_templates: [
    of("first0000000000", 1, { status: "superseded" }), of("second000000000", 2), of("drafted00000000", 3, { status: "draft" }), of("other0000000000", 1, { key: "was-not-brought", body: { kind: "appointments", states: [] } }),
    of("fork00000000000", 1, { key: "fellmoor", derived_from: "first0000000000", body: { kind: "engagement", states: [{ key: "asking", title: "Asking" }, { key: "attempting", title: "Ended", ends: "met" }] } }),
  ],
  pathways: [{ id: "pathway00000000", case: family, template: "first0000000000", state: "attempting", ended: false, opened_at: "2026-11-01 09:00:00.000Z", allowed }],
});
const set = (edit: Edit): Record<string, unknown> => edit.set as Record<string, unknown>;
const asking = (r: ReturnType<typeof rows>, data: object = {}) => ({ rows: r, say, id: () => "", d: formDraft("draft0000000000", "pathway.move", { family, pathway: "pathway00000000", data: data as Record<string, unknown> }) });

test("a pathway moves to a published version or fork of its own template, and to nothing else", () => {
  const r = rows();
  assert.deepEqual(versionsFor(r, r.table("pathways").get("pathway00000000")!).map((t) => t.id), ["second000000000", "fork00000000000"]);
});

test("where the other version has no place for it, one of its open states is asked for", () => {
  const form = workForms["pathway.move"], here = asking(rows(), { to: "second000000000", reason: "It asks for health." }), fork = asking(rows(), { to: "fork00000000000", reason: "It asks for health.", state: "asking" });
  assert.deepEqual(form.fields(here).map((f) => f.name), ["to", "reason"]);
  assert.deepEqual(form.fields(fork).find((f) => f.name === "state")?.choices, [{ value: "asking", label: "Asking" }]);
  assert.deepEqual(set(form.edits(here)[0]).data, { to: "second000000000", reason: "It asks for health." });
  assert.deepEqual(set(form.edits(fork)[0]).data, { to: "fork00000000000", reason: "It asks for health.", states: { attempting: "asking" } });
});

test("a move that waits for a manager is not proposed twice", () => {
  assert.equal(workForms["pathway.move"].blocked!(asking(rows())), "");
  assert.equal(workForms["pathway.move"].blocked!(asking(rows({ waits: [{ act: "pathway.migrated", event: "e" }] }))), "A move is proposed already and waits for a manager.");
});

test("a restriction is what was decided last, and is kept on or lifted with a reason that is one", () => {
  const act = (id: string, what: string, day: string, more = {}) => ({ id, case: family, act: what, occurred_at: `2026-${day} 09:00:00.000Z`, reason: "A relative works at the council.", ...more });
  const r = rows({}, [act("a00000000000000", "restrict", "10-01", { review_on: "2026-12-01" }), act("b00000000000000", "restrict", "11-20", { review_on: "2027-02-01" }), act("c00000000000000", "close", "11-21")]);
  assert.equal(restrictionOf(r, family)?.review_on, "2027-02-01");
  const keep = workForms["case.restrict"], a = asking(r, { reason: "Same.", review_on: "2026-11-30" });
  assert.equal(keep.title(a), "Keep the restriction on");
  assert.deepEqual(keep.wrong!(a).map((w) => w.field), ["f-reason", "f-review_on-d"]);
  const good = asking(r, { reason: "The relative still works there.", review_on: "2027-03-01" });
  assert.deepEqual(keep.wrong!(good), []);
  assert.equal(set(keep.edits(good)[0]).act, "restrict");
  assert.equal(set(workForms["case.lift"].edits(good)[0]).act, "lift_restriction");
});

test("whom somebody spoke to and where they are reached are one text", () => {
  assert.equal(spokenTo(" Sorrel Ashby ", "01632 960 155"), "Sorrel Ashby, 01632 960 155");
  assert.equal(spokenTo("Sorrel Ashby", " "), "Sorrel Ashby");
});
