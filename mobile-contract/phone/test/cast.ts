// The cast of the tests: a practitioner with families, and whatever a story adds.
import { rowsOf, type Rows, type ShownName } from "../src/rows.ts";
import { sayIn, speak } from "../src/words.ts";
import type { Records } from "../../ts/wire.ts";

/** Monday 30 November 2026, 9:17am. */
export const now = Date.parse("2026-11-30T09:17:00Z");
await speak("en");
await speak("cy");
export const say = sayIn("en", now);
export const me = { id: "practitioner000", name: "Priya Kendal", agency: "agencyhelp00000", roles: ["practitioner"] };

type Lists = { [C in ShownName]?: Partial<Records[C]>[] };

export const person = (id: string, family: string, more: Partial<Records["people"]> = {}): Partial<Records["people"]> => ({
  id, case: family, kind: "child", name: "", called_by: "", date_of_birth: "", expected_on: "", birth_order: 0, contact_points: null, language: "", interpreter: "",
  last_seen_on: "", joined_on: "", left_on: "", died_on: "", same_as: "", ...more,
});

const template = {
  id: "template0000000", key: "early-help-engagement", status: "published" as const, title: "Early help",
  body: {
    states: [{ key: "attempting", title: "Trying to make contact" }],
    events: [{ name: "child.seen", title: "Record that a child was seen" }, { name: "closure.approved", title: "Approve an ending", may: ["manager"] }, { name: "plan.agreed", title: "Record a plan" }],
    steps: [
      { code: "tell-manager", timer: "T1", done: { on: ["manager.told"] } }, { code: "sign-off", timer: "T5S", done: { on: ["risk_assessment.signed_off"] } },
      { code: "see-children", timer: "T9", done: { on: ["child.seen"] } }, { code: "talk", timer: "T8", done: { on: ["manager.discussed"] } },
    ],
    timers: [{ code: "T1", starts: { on: ["pathway.opened"] }, due: { working_days: 1 } }, { code: "T8", starts: { on: ["pathway.opened", "attempt.recorded"] }, due: { hours: 24 } }],
  },
};

const none = { lead: "lead" as const };

/** A town of two families, with the practitioner on both; `more` is put beside it, list by list. */
export function town(more: Lists = {}, also: Partial<Omit<Rows, "table">> = {}): Rows {
  const lists: Lists = {
    agencies: [{ id: "agencyhelp00000", name: "Fellmoor Early Help", phone: "01632 960 100" }, { id: "agencyschool000", name: "Harbour School", phone: "01632 960 122" }],
    users: [{ id: me.id, name: me.name, agency: me.agency, manager: "manager00000000", phone: "", job_title: "Family support worker" }, { id: "manager00000000", name: "Moira Ash", agency: me.agency, phone: "07700 900 204" }],
    cases: [
      { id: "hughes000000000", family_name: "Hughes", reference: "FM-0005", provisional_reference: "", status: "open", lead_agency: me.agency },
      { id: "okafor000000000", family_name: "Okafor-Reid", reference: "FM-0002", provisional_reference: "", status: "open", lead_agency: me.agency },
    ],
    case_members: [
      { id: "member000000001", case: "hughes000000000", user: me.id, role: none.lead, active: true, name: me.name, agency: me.agency, agency_name: "Fellmoor Early Help" },
      { id: "member000000002", case: "okafor000000000", user: me.id, role: none.lead, active: true, name: me.name, agency: me.agency, agency_name: "Fellmoor Early Help" },
    ],
    people: [
      person("sian00000000000", "hughes000000000", { name: "Siân Hughes", called_by: "Siân", date_of_birth: "2015-03-01" }),
      person("gwil00000000000", "hughes000000000", { name: "Gwil Hughes", called_by: "Gwil", date_of_birth: "2020-12-12" }),
      person("rhys00000000000", "hughes000000000", { name: "Rhŷs Hughes", kind: "adult", language: "Welsh", contact_points: [{ kind: "phone", value: "07700 900 105", safe_sms: true, safe_voicemail: false, confirmed_on: "2026-10-31" }, { kind: "address", lines: ["1 Tŷ Gwyn", "Tarn Valley"], postcode: "FM5 7TG", current: true }] }),
    ],
    pathway_templates: [template],
    pathways: [{ id: "pathway00000001", case: "hughes000000000", template: template.id, opened_at: "2026-11-16 13:00:00.000Z", state: "attempting", ended: false, allowed: null, alongside: null }],
  };
  for (const [name, rows] of Object.entries(more)) (lists as Record<string, unknown[]>)[name] = [...((lists as Record<string, unknown[]>)[name] ?? []), ...(rows as unknown[])];
  return rowsOf(lists, { me, synced: now - 300_000, whole: true, ...also });
}

export const step = (id: string, more: Partial<Records["pathway_steps"]>): Partial<Records["pathway_steps"]> => ({
  id, case: "hughes000000000", pathway: "pathway00000001", code: "tell-manager", title: "Tell your manager", status: "open", due_on: "", due_at: "", ...more,
});
