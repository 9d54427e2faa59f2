// Meetings of the agencies around one family: called, answered, held or called off; and what
// was agreed there, done.
import type { Edit } from "../../../ts/src/index.ts";
import type { MeetingsRecord } from "../../../ts/wire.ts";
import { instant } from "../day.ts";
import { involvedIn, openPathway } from "../family.ts";
import { given, list, stamp, text, today, type Asking, type Form } from "../forms/form.ts";
import type { Key } from "../words.ts";

const agendas = ["engagement", "professionals", "strategy", "core_group", "review", "closure", "other"];

const meetingOf = (a: Asking): MeetingsRecord | undefined => a.rows.table("meetings").get(a.d.about ?? "");
const invitationOf = (a: Asking) => a.rows.table("meeting_invitations").get(a.d.about ?? "");
const home = (a: Asking) => (a.d.about && a.rows.table("meetings").get(a.d.about) ? ({ page: "meeting", meeting: a.d.about } as const) : ({ page: "work", family: a.d.family } as const));
const ended = (a: Asking) => (meetingOf(a)?.status === "scheduled" ? "" : a.say("meeting.ended"));

export const meetingForms: Record<string, Form> = {
  "meeting.call": {
    title: ({ say }) => say("meeting.call"), home,
    fields: (a) => [
      { name: "agenda", kind: "choice", label: a.say("meeting.agenda"), required: true, choices: agendas.map((v) => ({ value: v, label: a.say(`agenda.${v}` as Key) })) },
      { name: "scheduled_for", kind: "moment", label: a.say("meeting.when"), required: true }, { name: "place", kind: "text", label: a.say("meeting.where") }, { name: "chair", kind: "text", label: a.say("meeting.chair") },
      { name: "agencies", kind: "several", label: a.say("meeting.who"), hint: a.say("meeting.who.hint"), required: true, choices: invited(a).map((x) => ({ value: x.id, label: x.name })) },
    ],
    wrong: (a) => (instant(text(a.d, "scheduled_for")) < a.say.now ? [{ field: "f-scheduled_for-d", text: a.say("form.past") }] : []),
    edits: (a) => {
      const names = new Map(invited(a).map((x) => [x.id, x.name])), pathway = a.d.pathway || openPathway(a.rows, a.d.family)?.id || "";
      const invite = (agency: string): Edit => ({ op: "create", collection: "meeting_invitations", id: a.id(), set: { case: a.d.family, meeting: a.d.id, agency, name: names.get(agency) ?? "", attendance: "invited" } });
      return [{ op: "create", collection: "meetings", id: a.d.id, set: { case: a.d.family, pathway, status: "scheduled", ...given(a.d, ["agenda", "scheduled_for", "place", "chair"]) } }, ...list(a.d, "agencies").map(invite)];
    },
  },
  "meeting.held": {
    title: ({ say }) => say("meeting.record"), lead: ({ say }) => say("meeting.record.lead"), home, blocked: ended,
    fields: (a) => [
      { name: "held_at", kind: "moment", label: a.say("meeting.held_at"), required: true },
      { name: "came", kind: "several", label: a.say("meeting.came"), required: true, choices: a.rows.table("meeting_invitations").of(a.d.family).filter((i) => i.meeting === a.d.about).map((i) => ({ value: i.id, label: i.name })) },
      { name: "decision", kind: "long", label: a.say("meeting.decision"), required: true },
      { name: "child_views", kind: "long", label: a.say("meeting.child_views") }, { name: "family_views", kind: "long", label: a.say("meeting.family_views") }, { name: "no_views_because", kind: "long", label: a.say("meeting.no_views"), hint: a.say("meeting.no_views.hint") },
      { name: "family_told", kind: "choice", label: a.say("meeting.family_told"), choices: [{ value: "yes", label: a.say("yes") }, { value: "no", label: a.say("no") }] },
      ...(text(a.d, "family_told") === "no" ? [{ name: "not_told_because", kind: "long" as const, label: a.say("meeting.not_told"), required: true }] : []),
    ],
    wrong: (a) => [
      ...(instant(text(a.d, "held_at")) > a.say.now + 60_000 ? [{ field: "f-held_at-d", text: a.say("form.future") }] : []),
      ...(["child_views", "family_views", "no_views_because"].every((n) => text(a.d, n) === "") ? [{ field: "f-child_views", text: a.say("meeting.views.missing") }] : []),
    ],
    edits: (a) => [
      ...list(a.d, "came").filter((id) => a.rows.table("meeting_invitations").get(id)?.attendance !== "attended").map((id): Edit => ({ op: "update", collection: "meeting_invitations", id, set: { attendance: "attended" } })),
      { op: "update", collection: "meetings", id: a.d.about!, set: { status: "held", ...given(a.d, ["held_at", "decision", "child_views", "family_views", "no_views_because", "family_told", "not_told_because"]) } },
    ],
  },
  "meeting.cancel": {
    title: ({ say }) => say("meeting.cancel"), home, blocked: ended,
    fields: ({ say }) => [{ name: "cancelled_because", kind: "long", label: say("meeting.cancel.why"), required: true }],
    edits: (a) => [{ op: "update", collection: "meetings", id: a.d.about!, set: { status: "cancelled", ...given(a.d, ["cancelled_because"]) } }],
  },
  "meeting.move": {
    title: ({ say }) => say("meeting.move"), home, blocked: ended,
    fields: ({ say }) => [{ name: "scheduled_for", kind: "moment", label: say("meeting.when"), required: true }, { name: "place", kind: "text", label: say("meeting.where") }],
    wrong: (a) => (instant(text(a.d, "scheduled_for")) < a.say.now ? [{ field: "f-scheduled_for-d", text: a.say("form.past") }] : []),
    edits: (a) => [{ op: "update", collection: "meetings", id: a.d.about!, set: given(a.d, ["scheduled_for", "place"]) }],
  },
  "meeting.answer": {
    title: ({ say }) => say("meeting.answer"),
    home: (a) => { const m = invitationOf(a)?.meeting; return m && a.rows.table("meetings").get(m) ? { page: "meeting", meeting: m } : { page: "today" }; },
    fields: ({ say }) => [
      { name: "attendance", kind: "choice", label: say("meeting.part"), required: true, choices: (["sent_report", "apologies", "attended"] as const).map((v) => ({ value: v, label: say(`part.${v}`) })) },
      { name: "views", kind: "long", label: say("meeting.views"), hint: say("meeting.views.hint") }, { name: "report", kind: "long", label: say("meeting.report") },
    ],
    edits: (a) => [{ op: "update", collection: "meeting_invitations", id: a.d.about!, set: given(a.d, ["attendance", "views", "report"]) }],
  },
  "action.add": {
    title: ({ say }) => say("action.add"), home,
    fields: (a) => [
      { name: "what", kind: "long", label: a.say("action.what"), required: true }, { name: "due_on", kind: "day", label: a.say("action.due"), required: true },
      { name: "who", kind: "choice", label: a.say("action.who"), required: true, choices: [...a.rows.table("case_members").of(a.d.family).filter((m) => m.active).map((m) => ({ value: m.user, label: m.name, hint: m.agency_name })), { value: "other", label: a.say("action.other") }] },
      ...(text(a.d, "who") === "other" ? [{ name: "owner", kind: "text" as const, label: a.say("action.owner"), required: true }] : []),
    ],
    edits: (a) => {
      const m = a.rows.table("case_members").of(a.d.family).find((x) => x.user === text(a.d, "who")), meeting = meetingOf(a)?.id ?? "";
      return [{ op: "create", collection: "actions", id: a.d.id, set: { case: a.d.family, meeting, what: text(a.d, "what"), due_on: text(a.d, "due_on"), ...(m ? { owner: m.name, owner_user: m.user, owner_agency: m.agency } : { owner: text(a.d, "owner") }) } }];
    },
  },
  "action.done": {
    title: ({ say }) => say("action.done"), lead: (a) => a.rows.table("actions").get(a.d.about ?? "")?.what ?? "", home: (a) => ({ page: "work", family: a.d.family }),
    fields: ({ say }) => [{ name: "done_on", kind: "day", label: say("action.done_on"), required: true }, { name: "outcome", kind: "long", label: say("action.outcome") }],
    wrong: (a) => (text(a.d, "done_on") > today(a.say) ? [{ field: "f-done_on-d", text: a.say("form.future") }] : []),
    edits: (a) => [{ op: "update", collection: "actions", id: a.d.about!, set: given(a.d, ["done_on", "outcome"]) }],
  },
};

/** Who may be asked: the agencies that work with the family first, then every other. */
function invited(a: Asking): { id: string; name: string }[] {
  const on = involvedIn(a.rows, a.d.family).map((x) => ({ id: x.agency, name: x.name })), known = new Set(on.map((x) => x.id));
  return [...on, ...a.rows.table("agencies").all.filter((x) => !known.has(x.id)).map((x) => ({ id: x.id, name: x.name }))];
}

/** A family's meetings, the next one first. */
export const meetingsOf = (a: Pick<Asking, "rows">, family: string): MeetingsRecord[] =>
  [...a.rows.table("meetings").of(family)].sort((x, y) => Number(y.status === "scheduled") - Number(x.status === "scheduled") || (x.status === "scheduled" ? x.scheduled_for.localeCompare(y.scheduled_for) : y.scheduled_for.localeCompare(x.scheduled_for)));

export const heldNow = (): Record<string, unknown> => ({ held_at: stamp(Date.now()) });
