// What is decided about a pathway or a case as a whole: beginning, ending, closing, opening
// again, passing on. Each says what stands in its way before anything is filled in.
import type { Edit } from "../../../ts/src/index.ts";
import { managerOn } from "../acts.ts";
import { addDays, dayIn } from "../day.ts";
import { involvedIn, openPathway } from "../family.ts";
import { given, stamp, substance, text, today, type Asking, type Field, type Form } from "../forms/form.ts";
import { childrenOf, nameOf } from "../person.ts";
import type { Key } from "../words.ts";
import { agencyWords, cannotDecide, checklistOf, inTheWay } from "./facts.ts";
import { moveForm } from "./move.ts";

const familyOf = (a: Asking) => a.rows.table("cases").get(a.d.family);
const home = (a: Asking) => ({ page: "work", family: a.d.family }) as const;
const eventOf = (a: Asking) => a.rows.table("pathway_events").get(a.d.about ?? "");
const pathwayOf = (a: Asking) => a.rows.table("pathways").get(a.d.pathway);
const leads = (a: Asking) => familyOf(a)?.lead_agency === a.rows.me.agency;
const leadName = (a: Asking) => a.rows.table("agencies").get(familyOf(a)?.lead_agency ?? "")?.name ?? "";
const yesNo = (a: Asking) => [{ value: "yes", label: a.say("yes") }, { value: "no", label: a.say("no") }];
const pick = (a: Asking, prefix: string, all: readonly string[]) => all.map((v) => ({ value: v, label: a.say(`${prefix}.${v}` as Key) }));
const long = (name: string, label: string, hint?: string): Field => ({ name, kind: "long", label, hint, required: true });

const event = (a: Asking, kind: string, data: Record<string, unknown>, corrects = ""): Edit => ({
  op: "create", collection: "pathway_events", id: a.d.id,
  set: { case: a.d.family, pathway: a.d.pathway, kind, occurred_at: stamp(a.say.now), recorded_at: stamp(a.say.now), data, ...(corrects ? { corrects } : {}) },
});
const act = (a: Asking, name: string, more: Record<string, unknown> = {}): Edit => ({ op: "create", collection: "case_acts", id: a.d.id, set: { case: a.d.family, act: name, occurred_at: stamp(a.say.now), reason: text(a.d, "reason"), ...more } });

const triggers = ["missed_contact", "no_access", "consent_refused", "consent_withdrawn", "partial_engagement", "not_brought", "other"];

const missing = (a: Asking): boolean => { const p = eventOf(a); return p !== undefined && agencyWords(a.rows, p).some((w) => w.said === "" || w.said === "objects"); };
const unseen = (a: Asking): boolean => text({ ...a.d, data: (eventOf(a)?.data ?? {}) as Record<string, unknown> }, "reason") === "statutory";
const sentence = (a: Asking, name: string, label: string) => (text(a.d, name) && !substance(text(a.d, name)) ? [{ field: "f-" + name, text: a.say("form.substance", { what: label }) }] : []);

const decideHome = (a: Asking) => ({ page: "decide", event: a.d.about ?? "" }) as const;

export const decisionForms: Record<string, Form> = {
  "decide.end": {
    title: (a) => a.say("decide.end", { name: familyOf(a)?.family_name ?? "" }), button: (a) => a.say("decide.end.yes", { name: familyOf(a)?.family_name ?? "" }), home: decideHome,
    blocked: (a) => (eventOf(a) ? cannotDecide(a.rows, a.say, eventOf(a)!, "closure.approved") : a.say("decide.gone")),
    fields: (a) => [
      ...(eventOf(a) && pathwayOf(a) ? checklistOf(a.rows, pathwayOf(a)!, eventOf(a)!).map(({ item }): Field => ({ name: "day_" + item, kind: "day", label: a.say.has(`checklist.${item}`) ? a.say(`checklist.${item}` as Key) : item.replaceAll("_", " "), hint: a.say(text(a.d, "day_" + item) ? "decide.from_record" : "decide.not_on_record"), required: true })) : []),
      ...(missing(a) ? [long("override_reason", a.say("decide.all_the_same"), a.say("decide.all_the_same.hint"))] : []),
      ...(unseen(a) ? [{ name: "not_seen", kind: "long" as const, label: a.say("decide.not_seen") }] : []),
    ],
    wrong: (a) => [
      ...Object.keys(a.d.data).filter((k) => k.startsWith("day_") && text(a.d, k) > today(a.say)).map((k) => ({ field: `f-${k}-d`, text: a.say("form.future") })),
      ...sentence(a, "override_reason", a.say("decide.all_the_same")), ...sentence(a, "not_seen", a.say("decide.not_seen")),
    ],
    edits: (a) => [event(a, "closure.approved", {
      checklist: Object.fromEntries(Object.keys(a.d.data).filter((k) => k.startsWith("day_")).map((k) => [k.slice(4), text(a.d, k)])), ...given(a.d, ["override_reason", "not_seen"]),
    })],
  },
  "decide.keep": {
    title: ({ say }) => say("decide.keep"), home: decideHome, blocked: (a) => (eventOf(a) && managerOn(a.rows, a.d.family) ? inTheWay(pathwayOf(a), "closure.rejected") : a.say("decide.manager")),
    fields: ({ say }) => [long("reason", say("decide.why_not"))], edits: (a) => [event(a, "closure.rejected", { reason: text(a.d, "reason") })],
  },
  "decide.sign": {
    title: ({ say }) => say("decide.sign"), home: decideHome, blocked: (a) => (eventOf(a) ? cannotDecide(a.rows, a.say, eventOf(a)!, "risk_assessment.signed_off") : a.say("decide.gone")),
    button: ({ say }) => say("decide.sign.yes"), fields: ({ say }) => [{ name: "comment", kind: "long", label: say("decide.comment") }], edits: (a) => [event(a, "risk_assessment.signed_off", given(a.d, ["comment"]))],
  },
  "decide.move": {
    title: ({ say }) => say("decide.move"), home: decideHome, blocked: (a) => (eventOf(a) ? cannotDecide(a.rows, a.say, eventOf(a)!, "pathway.migrated") : a.say("decide.gone")),
    button: ({ say }) => say("decide.move.yes"), fields: () => [], edits: (a) => [event(a, "pathway.migrated", { proposal: a.d.about })],
  },
  "decide.confirm": {
    title: ({ say }) => say("decide.confirm"), home: decideHome, blocked: (a) => (managerOn(a.rows, a.d.family) ? "" : a.say("decide.manager")), button: ({ say }) => say("decide.confirm.yes"),
    fields: ({ say }) => [long("reason", say("decide.all_the_same"), say("decide.all_the_same.hint"))], wrong: (a) => sentence(a, "reason", a.say("decide.all_the_same")), edits: (a) => [event(a, "closure.confirmed", { reason: text(a.d, "reason") })],
  },
  "decide.back": {
    title: ({ say }) => say("decide.back"), home: decideHome, blocked: (a) => (managerOn(a.rows, a.d.family) ? "" : a.say("decide.manager")),
    fields: ({ say }) => [long("reason", say("decide.why_not"))], edits: (a) => [event(a, "event.withdrawn", { reason: text(a.d, "reason") }, a.d.about)],
  },
};

export const workForms: Record<string, Form> = {
  ...decisionForms,
  "pathway.open": {
    title: ({ say }) => say("work.open"), home: (a) => ({ page: "family", family: a.d.family }),
    lead: (a) => (familyOf(a)?.status === "closed" ? a.say("work.open.closed") : ""),
    fields: (a) => [
      { name: "template", kind: "choice", label: a.say("work.template"), required: true, choices: a.rows.table("pathway_templates").all.filter((t) => t.status === "published").map((t) => ({ value: t.id, label: t.title })) },
      { name: "trigger", kind: "choice", label: a.say("work.trigger"), required: true, choices: pick(a, "trigger", triggers) },
      { name: "opened_at", kind: "moment", label: a.say("work.since"), required: true },
    ],
    wrong: (a) => [
      ...(Date.parse(text(a.d, "opened_at").replace(" ", "T")) > a.say.now + 60_000 ? [{ field: "f-opened_at-d", text: a.say("form.future") }] : []),
      ...(a.rows.table("pathways").of(a.d.family).some((p) => !p.ended && p.template === text(a.d, "template")) ? [{ field: "f-template-0", text: a.say("work.open.there") }] : []),
    ],
    edits: (a) => [{ op: "create", collection: "pathways", id: a.d.id, set: { case: a.d.family, ...given(a.d, ["template", "trigger", "opened_at"]) } }],
  },
  "assessment.write": {
    title: ({ say }) => say("assess.title"), lead: ({ say }) => say("assess.lead"), home, blocked: (a) => inTheWay(pathwayOf(a), "risk_assessment.submitted"),
    fields: (a) => childrenOf(a.rows, a.d.family, a.say.today).flatMap((c, _, all): Field[] => {
      const name = nameOf(c, a.say, all), born = !c.expected_on || c.date_of_birth !== "";
      return [long(`impact_${c.id}`, a.say("assess.impact", { name })), ...(born ? [
        { name: `seen_${c.id}`, kind: "day" as const, label: a.say("assess.seen", { name }), required: true }, { name: `by_${c.id}`, kind: "text" as const, label: a.say("assess.by", { name }), required: true },
        { name: `alone_${c.id}`, kind: "choice" as const, label: a.say("assess.alone", { name }), required: true, choices: yesNo(a) },
      ] : [])];
    }),
    wrong: (a) => childrenOf(a.rows, a.d.family, a.say.today).filter((c) => text(a.d, "seen_" + c.id) > today(a.say)).map((c) => ({ field: `f-seen_${c.id}-d`, text: a.say("form.future") })),
    edits: (a) => [event(a, "risk_assessment.submitted", {
      impact: childrenOf(a.rows, a.d.family, a.say.today).map((c) => ({ child: c.id, impact: text(a.d, "impact_" + c.id), ...(text(a.d, "seen_" + c.id) ? { last_seen_on: text(a.d, "seen_" + c.id), seen_by: text(a.d, "by_" + c.id), alone: text(a.d, "alone_" + c.id) === "yes" } : {}) })),
    })],
  },
  "area.told": {
    title: ({ say }) => say("area.title"), home,
    fields: (a) => [{ name: "service", kind: "choice", label: a.say("area.service"), required: true, choices: pick(a, "service", ["front_door", "health_visiting", "social_care", "school", "other"]) }, long("told", a.say("area.told"), a.say("area.told.hint"))],
    edits: (a) => [event(a, "new_area.told", given(a.d, ["service", "told"]))],
  },
  "event.withdraw": {
    title: ({ say }) => say("work.withdraw"), lead: ({ say }) => say("work.withdraw.lead"), home,
    fields: ({ say }) => [long("reason", say("work.why"))], wrong: (a) => sentence(a, "reason", a.say("work.why")), edits: (a) => [event(a, "event.withdrawn", { reason: text(a.d, "reason") }, a.d.about)],
  },
  "case.propose": {
    title: ({ say }) => say("case.propose"), lead: ({ say }) => say("case.propose.lead"), home, blocked: (a) => notOver(a) || (proposed(a) ? a.say("case.proposed") : ""),
    fields: ({ say }) => [long("reason", say("case.why"))], edits: (a) => [act(a, "propose_closing")],
  },
  "case.agree": {
    title: ({ say }) => say("case.agree"), home, blocked: (a) => (proposed(a) ? "" : a.say("case.not_proposed")),
    fields: ({ say }) => [long("reason", say("ask.answer"))], edits: (a) => [act(a, "agree")],
  },
  "case.object": {
    title: ({ say }) => say("case.object"), home, blocked: (a) => (proposed(a) || familyOf(a)?.status === "closed" ? "" : a.say("case.not_proposed")),
    fields: ({ say }) => [long("reason", say("case.object.why"))], edits: (a) => [act(a, "object")],
  },
  "case.close": {
    title: ({ say }) => say("case.close"), home, blocked: (a) => (familyOf(a)?.status === "closed" ? a.say("case.closed") : mayManage(a) || notOver(a) || othersUnasked(a)),
    fields: ({ say }) => [long("reason", say("case.why"), say("decide.all_the_same.hint")), long("told", say("case.told"), say("case.told.hint"))], edits: (a) => [act(a, "close", { told: text(a.d, "told") })],
  },
  "case.reopen": {
    title: ({ say }) => say("case.reopen"), home,
    blocked: (a) => (familyOf(a)?.status !== "closed" ? a.say("case.open") : leads(a) && (managerOn(a.rows, a.d.family) || leadHere(a)) ? "" : a.say("case.reopen.who", { agency: leadName(a) })),
    fields: ({ say }) => [long("reason", say("case.why"))], edits: (a) => [act(a, "reopen")],
  },
  "case.restrict": {
    title: (a) => a.say(familyOf(a)?.restricted ? "restriction.keep" : "case.restrict"), lead: (a) => a.say(familyOf(a)?.restricted ? "restriction.keep.lead" : "case.restrict.lead"), home, blocked: restricts,
    fields: (a) => [long("reason", a.say("work.why"), a.say("decide.all_the_same.hint")), { name: "review_on", kind: "day" as const, label: a.say("case.review"), required: true }],
    wrong: (a) => [
      ...sentence(a, "reason", a.say("work.why")),
      ...(text(a.d, "review_on") <= today(a.say) ? [{ field: "f-review_on-d", text: a.say("form.past") }] : text(a.d, "review_on") > addDays(today(a.say), 730) ? [{ field: "f-review_on-d", text: a.say("restriction.far") }] : []),
    ],
    edits: (a) => [act(a, "restrict", { review_on: text(a.d, "review_on") })],
  },
  "case.lift": {
    title: ({ say }) => say("case.lift"), lead: ({ say }) => say("restriction.lift.lead"), home, red: true, blocked: (a) => (familyOf(a)?.restricted ? restricts(a) : a.say("restriction.none")), button: ({ say }) => say("case.lift"),
    fields: ({ say }) => [long("reason", say("work.why"), say("decide.all_the_same.hint"))], wrong: (a) => sentence(a, "reason", a.say("work.why")), edits: (a) => [act(a, "lift_restriction")],
  },
  "pathway.move": moveForm,
  "transfer.ask": {
    title: ({ say }) => say("transfer.ask"), lead: ({ say }) => say("transfer.lead"), home,
    blocked: (a) => (!leads(a) ? a.say("transfer.other_agency", { agency: leadName(a) }) : familyOf(a)?.status === "closed" ? a.say("case.closed") : a.rows.table("transfers").of(a.d.family).some((t) => t.status === "requested" || a.rows.unsent.has(`transfers/${t.id}`)) ? a.say("transfer.waits") : others(a).length === 0 ? a.say("transfer.nobody") : answerable(a).length === 0 ? a.say("transfer.no_manager") : ""),
    fields: (a) => [{ name: "to_agency", kind: "choice", label: a.say("transfer.to"), hint: a.say("transfer.to.hint"), required: true, choices: answerable(a) }, long("reason", a.say("work.why")), long("handover_note", a.say("transfer.note"), a.say("transfer.note.hint"))],
    edits: (a) => [{ op: "create", collection: "transfers", id: a.d.id, set: { case: a.d.family, ...given(a.d, ["to_agency", "reason", "handover_note"]), requested_at: stamp(a.say.now) } }],
  },
  "transfer.accept": {
    title: ({ say }) => say("transfer.accept"), home, blocked: answersTransfer,
    fields: (a) => [{ name: "lead", kind: "choice", label: a.say("transfer.who"), required: true, choices: a.rows.table("users").all.filter((u) => u.active && u.agency === a.rows.me.agency).map((u) => ({ value: u.id, label: u.name, hint: u.job_title || undefined })) }],
    edits: (a) => [transferAnswer(a, "accepted", { lead: text(a.d, "lead") })],
  },
  "transfer.refuse": { title: ({ say }) => say("transfer.refuse"), home, blocked: answersTransfer, fields: ({ say }) => [long("reason", say("work.why"))], edits: (a) => [transferAnswer(a, "refused", { reason: text(a.d, "reason") })] },
  "transfer.withdraw": { title: ({ say }) => say("transfer.withdraw"), home, fields: ({ say }) => [long("reason", say("work.why"))], edits: (a) => [transferAnswer(a, "withdrawn", { reason: text(a.d, "reason") })] },
  "person.move": {
    title: ({ say }) => say("move.title"), lead: ({ say }) => say("move.lead"), home,
    blocked: (a) => (!managerOn(a.rows, a.d.family) ? a.say("move.manager") : managed(a).length === 0 ? a.say("move.nowhere") : ""),
    fields: (a) => {
      const people = a.rows.table("people").of(a.d.family).filter((p) => !p.same_as);
      return [{ name: "person", kind: "choice", label: a.say("move.who"), required: true, choices: people.map((p) => ({ value: p.id, label: nameOf(p, a.say, people) })) }, { name: "to", kind: "choice", label: a.say("move.to"), required: true, choices: managed(a) }, long("because", a.say("work.why"))];
    },
    edits: (a) => [{ op: "create", collection: "person_moves", id: a.d.id, set: { case: a.d.family, direction: "out", ...given(a.d, ["person", "to", "because"]) } }],
  },
  "member.add": {
    title: ({ say }) => say("member.add"), lead: ({ say }) => say("member.add.lead"), home, blocked: (a) => (leadHere(a) || managerOn(a.rows, a.d.family) ? "" : a.say("member.who")),
    fields: (a) => [{ name: "work_email", kind: "email", label: a.say("member.email"), required: true }, { name: "role", kind: "choice", label: a.say("member.role"), required: true, choices: pick(a, "member", ["member", "manager", "lead"]) }],
    edits: (a) => [{ op: "create", collection: "case_members", id: a.d.id, set: { case: a.d.family, ...given(a.d, ["work_email", "role"]) } }],
  },
  "referral.make": {
    title: ({ say }) => say("referral.make"), lead: ({ say }) => say("referral.lead"), home, blocked: (a) => (a.d.pathway ? inTheWay(pathwayOf(a), "referral.sent") : ""),
    fields: (a) => {
      const people = childrenOf(a.rows, a.d.family, a.say.today);
      return [
        { name: "target", kind: "choice", label: a.say("referral.target"), required: true, choices: pick(a, "target", ["children_social_care", "adult_social_care"]) }, { name: "to", kind: "text", label: a.say("referral.to"), hint: a.say("referral.to.hint"), required: true },
        { name: "to_agency", kind: "choice", label: a.say("referral.agency"), choices: [...a.rows.table("agencies").all.map((x) => ({ value: x.id, label: x.name })), { value: "none", label: a.say("passed.resource.none") }] },
        long("reasons", a.say("referral.reasons")), { name: "people", kind: "several", label: a.say("referral.people"), choices: people.map((p) => ({ value: p.id, label: nameOf(p, a.say, people) })) },
        { name: "family_told", kind: "choice", label: a.say("meeting.family_told"), required: true, choices: yesNo(a) }, ...(text(a.d, "family_told") === "no" ? [long("not_told_because", a.say("meeting.not_told"))] : []),
      ];
    },
    edits: (a) => [
      { op: "create", collection: "referrals", id: a.d.id, set: { case: a.d.family, pathway: a.d.pathway || openPathway(a.rows, a.d.family)?.id || "", ...given(a.d, ["target", "to", "reasons", "people", "not_told_because"]), ...(text(a.d, "to_agency") && text(a.d, "to_agency") !== "none" ? { to_agency: text(a.d, "to_agency") } : {}), family_told: text(a.d, "family_told") === "yes" } },
      { op: "create", collection: "referral_steps", id: a.id(), set: { case: a.d.family, referral: a.d.id, step: "sent", occurred_at: stamp(a.say.now) } },
    ],
  },
  "referral.step": {
    title: ({ say }) => say("referral.step"), home,
    fields: (a) => [
      { name: "step", kind: "choice", label: a.say("referral.what"), required: true, choices: pick(a, "referral.is", ["acknowledged", "more_asked", "accepted", "assessment", "section_47", "nfa", "withdrawn"]) },
      ...(["accepted", "assessment", "section_47", "nfa"].includes(text(a.d, "step")) ? [{ name: "decided_by", kind: "text" as const, label: a.say("ask.decided_by"), hint: a.say("referral.decided.hint"), required: true }] : []),
      { name: "reason", kind: "long", label: a.say("work.why"), required: ["nfa", "withdrawn"].includes(text(a.d, "step")) },
    ],
    edits: (a) => [{ op: "create", collection: "referral_steps", id: a.d.id, set: { case: a.d.family, referral: a.d.about, occurred_at: stamp(a.say.now), ...given(a.d, ["step", "decided_by", "reason"]) } }],
  },
  "dispute.open": {
    title: ({ say }) => say("dispute.open"), lead: ({ say }) => say("dispute.lead"), home,
    fields: (a) => [
      { name: "about", kind: "text", label: a.say("dispute.about"), required: true }, { name: "subject", kind: "choice", label: a.say("dispute.subject"), required: true, choices: pick(a, "subject", ["threshold", "assessment", "roles", "service", "information_sharing", "closure", "other"]) },
      { name: "with_agency", kind: "choice", label: a.say("dispute.with"), required: true, choices: others(a) }, { name: "position", kind: "long", label: a.say("dispute.position"), required: true },
      { name: "urgent", kind: "choice", label: a.say("dispute.urgent"), required: true, choices: yesNo(a) }, ...(text(a.d, "urgent") === "yes" ? [long("urgent_because", a.say("dispute.urgent.why"))] : []),
    ],
    edits: (a) => [{ op: "create", collection: "disputes", id: a.d.id, set: { case: a.d.family, pathway: a.d.pathway || openPathway(a.rows, a.d.family)?.id || "", opened_at: stamp(a.say.now), ...given(a.d, ["about", "subject", "with_agency", "position", "urgent_because"]), urgent: text(a.d, "urgent") === "yes" } }],
  },
  "dispute.step": {
    title: ({ say }) => say("dispute.step"), lead: (a) => a.rows.table("disputes").get(a.d.about ?? "")?.about ?? "", home,
    fields: (a) => [{ name: "step", kind: "choice", label: a.say("dispute.what"), required: true, choices: pick(a, "dispute.does", ["position", "stage_up", "resolved"]) }, long("text", a.say("dispute.words"))],
    wrong: (a) => [inTheWay(pathwayOf(a), { stage_up: "dispute.stage_up", resolved: "dispute.resolved" }[text(a.d, "step")] ?? "")].filter(Boolean).map((why) => ({ field: "f-step-0", text: why })),
    edits: (a) => [{ op: "create", collection: "dispute_steps", id: a.d.id, set: { case: a.d.family, dispute: a.d.about, occurred_at: stamp(a.say.now), ...given(a.d, ["step", "text"]) } }],
  },
};

// What stands in the way of an act on the whole case, in the server's own order.

function proposed(a: Asking) {
  const last = [...a.rows.table("case_acts").of(a.d.family)].filter((x) => ["propose_closing", "close", "reopen"].includes(x.act)).sort((x, y) => x.occurred_at.localeCompare(y.occurred_at)).at(-1);
  return last?.act === "propose_closing" ? last : undefined;
}

function notOver(a: Asking): string {
  if (familyOf(a)?.status === "closed") return a.say("case.closed");
  if (a.rows.table("pathways").of(a.d.family).some((p) => !p.ended)) return a.say("case.pathway");
  return a.rows.table("disputes").of(a.d.family).some((x) => x.status === "open") ? a.say("case.dispute") : "";
}

const mayManage = (a: Asking): string => (leads(a) && managerOn(a.rows, a.d.family) ? "" : a.say("case.close.who", { agency: leadName(a) }));
const leadHere = (a: Asking): boolean => a.rows.table("case_members").of(a.d.family).some((m) => m.user === a.rows.me.id && m.active && m.role === "lead");

/** No agency closes alone where others are on the case. */
function othersUnasked(a: Asking): string {
  const on = involvedIn(a.rows, a.d.family).filter((x) => x.agency !== familyOf(a)?.lead_agency), p = proposed(a);
  const lately = a.rows.table("pathway_events").of(a.d.family).some((e) => e.kind === "closure.approved" && e.verdict !== "attempted" && dayIn(e.occurred_at) >= new Date(a.say.now - 28 * 86_400_000).toISOString().slice(0, 10));
  if (on.length === 0 || lately) return "";
  if (!p) return a.say("case.unasked", { agencies: on.map((x) => x.name).join(", ") });
  if (p.author === a.rows.me.id) return a.say("decide.own");
  return "";
}

function restricts(a: Asking): string {
  const may = leads(a) && (a.rows.me.roles.includes("manager") || a.rows.me.roles.includes("safeguarding_lead"));
  return may ? "" : a.say("case.restrict.who", { agency: leadName(a) });
}

const others = (a: Asking) => involvedIn(a.rows, a.d.family).filter((x) => x.agency !== a.rows.me.agency).map((x) => ({ value: x.agency, label: x.name }));
/** those of which a manager is on the case, who could answer */
const answerable = (a: Asking) => others(a).filter((x) => a.rows.table("case_members").of(a.d.family).some((m) => m.agency === x.value && m.active && m.role === "manager"));
const managed = (a: Asking) => a.rows.table("cases").all.filter((c) => c.id !== a.d.family && managerOn(a.rows, c.id)).map((c) => ({ value: c.id, label: `${c.family_name} ${c.reference}` })).sort((x, y) => x.label.localeCompare(y.label));

function answersTransfer(a: Asking): string {
  const t = a.rows.table("transfers").get(a.d.about ?? "");
  if (t?.status !== "requested") return a.say("transfer.over");
  return t.to_agency === a.rows.me.agency && managerOn(a.rows, a.d.family) ? "" : a.say("transfer.manager", { agency: a.rows.table("agencies").get(t.to_agency)?.name ?? "" });
}

const transferAnswer = (a: Asking, answer: string, more: Record<string, unknown>): Edit => ({ op: "create", collection: "transfer_answers", id: a.d.id, set: { case: a.d.family, transfer: a.d.about, answer, occurred_at: stamp(a.say.now), ...more } });
