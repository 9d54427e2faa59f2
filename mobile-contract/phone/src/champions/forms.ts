// What a champion fills in: registering, changing what is known of them, what they passed on,
// a surgery, good practice.
import type { Key } from "../words.ts";
import { given, list, text, today, type Asking, type Field, type Form } from "./../forms/form.ts";
import { registrationOf } from "./champion.ts";

const groups = ["1", "2", "3", "4", "5", "6", "7", "8"];
const questions = ["recognising", "thresholds", "engagement", "assessment_tool", "recording", "voice_of_child", "escalation", "other"];
const advice = ["talk_to_safeguarding_lead", "use_assessment_tool", "multi_agency_meeting", "record_more", "refer", "escalate", "training", "other"];
const topics = ["recognising", "engagement", "assessment", "voice_of_child", "working_together", "recording", "other"];

const pick = (a: Asking, prefix: string, all: readonly string[]) => all.map((v) => ({ value: v, label: a.say(`${prefix}.${v}` as Key) }));
const home = () => ({ page: "champion" }) as const;
const whole = (a: Asking, ...names: string[]) => names.filter((n) => text(a.d, n) && !/^\d{1,5}$/.test(text(a.d, n)));
const numbers = (a: Asking, fields: Field[], ...names: string[]) => whole(a, ...names).map((n) => ({ field: "f-" + n, text: a.say("form.number", { what: fields.find((f) => f.name === n)!.label }) }));
const past = (a: Asking, name: string) => (text(a.d, name) > today(a.say) ? [{ field: `f-${name}-d`, text: a.say("form.future") }] : []);

/** What is asked of whoever registers, and of whoever puts right what is known of them. */
const own = ({ say, rows }: Asking): Field[] => [
  { name: "job_title", kind: "text", label: say("champion.job"), required: true },
  { name: "work_email", kind: "email", label: say("champion.email"), required: true },
  { name: "work_phone", kind: "tel", label: say("champion.phone") },
  { name: "locality", kind: "text", label: say("champion.where"), hint: say("champion.where.hint") },
  { name: "target_groups", kind: "several", label: say("champion.groups"), choices: groups.map((v) => ({ value: v, label: say(`group.${v}` as Key) })) },
  { name: "manager_name", kind: "text", label: say("champion.manager"), required: true },
  { name: "manager_email", kind: "email", label: say("champion.manager_email"), hint: say("champion.manager_email.hint"), required: true },
  { name: "directory_consent", kind: "choice", label: say("champion.consent"), hint: say("champion.consent.hint", { agency: rows.table("agencies").get(rows.me.agency)?.name ?? "" }), required: true, choices: [{ value: "yes", label: say("yes") }, { value: "no", label: say("no") }] },
];

const addresses = (a: Asking) => [
  ...["work_email", "manager_email"].filter((n) => !/^\S+@\S+\.\S+$/.test(text(a.d, n))).map((n) => ({ field: "f-" + n, text: a.say("champion.address") })),
  ...(text(a.d, "work_email").toLowerCase() === text(a.d, "manager_email").toLowerCase() ? [{ field: "f-manager_email", text: a.say("champion.own_manager") }] : []),
];
const ownValues = (a: Asking) => ({
  job_title: text(a.d, "job_title"), work_email: text(a.d, "work_email"), work_phone: text(a.d, "work_phone"), locality: text(a.d, "locality"),
  target_groups: list(a.d, "target_groups"), manager_name: text(a.d, "manager_name"), manager_email: text(a.d, "manager_email"), directory_consent: text(a.d, "directory_consent") === "yes",
});

export const championForms: Record<string, Form> = {
  "champion.register": {
    title: ({ say }) => say("champion.register"), lead: ({ say }) => say("champion.register.lead"),
    fields: (a) => [...own(a).slice(0, 5), { name: "reason", kind: "long", label: a.say("champion.why"), required: true }, ...own(a).slice(5)],
    wrong: addresses, button: ({ say }) => say("champion.register.send"), home,
    edits: (a) => [{ op: "create", collection: "champion_registrations", id: a.d.id, set: { ...ownValues(a), reason: text(a.d, "reason"), status: "submitted" } }],
  },
  "champion.change": {
    title: ({ say }) => say("champion.change"), lead: ({ say }) => say("champion.change.lead"), fields: own, wrong: addresses, home,
    edits: (a) => [{ op: "update", collection: "champion_registrations", id: a.d.about!, set: changes(a) }],
  },
  "champion.passed": {
    title: ({ say }) => say("passed.title"), lead: ({ say }) => say("champion.no_names"), home,
    fields: ({ say, rows }) => [
      { name: "on", kind: "day", label: say("passed.on"), required: true }, { name: "topic", kind: "text", label: say("passed.topic"), required: true },
      { name: "audience", kind: "text", label: say("passed.audience"), hint: say("passed.audience.hint"), required: true }, { name: "people", kind: "number", label: say("passed.people") },
      ...(rows.table("resources").all.length > 0 ? [{ name: "resource", kind: "choice" as const, label: say("passed.resource"), choices: [...rows.table("resources").all.map((r) => ({ value: r.id, label: r.title })), { value: "none", label: say("passed.resource.none") }] }] : []),
      { name: "feedback", kind: "long", label: say("passed.feedback") },
    ],
    wrong: (a) => [...past(a, "on"), ...numbers(a, championForms["champion.passed"].fields(a), "people")],
    edits: (a) => [{ op: "create", collection: "cascade_log", id: a.d.id, set: { ...given(a.d, ["on", "topic", "audience", "feedback"]), ...(text(a.d, "resource") && text(a.d, "resource") !== "none" ? { resource: text(a.d, "resource") } : {}), ...counted(a, "people") } }],
  },
  "champion.surgery": {
    title: ({ say }) => say("surgery.title"), lead: ({ say }) => say("champion.no_names"), home,
    fields: (a) => [
      { name: "on", kind: "day", label: a.say("passed.on"), required: true }, { name: "minutes", kind: "number", label: a.say("surgery.minutes") }, { name: "people", kind: "number", label: a.say("surgery.people") },
      { name: "questions", kind: "several", label: a.say("surgery.questions"), choices: pick(a, "topic", questions) },
      { name: "advice", kind: "several", label: a.say("surgery.advice"), choices: pick(a, "advice", advice) },
      { name: "note", kind: "long", label: a.say("surgery.note") },
    ],
    wrong: (a) => [...past(a, "on"), ...numbers(a, championForms["champion.surgery"].fields(a), "minutes", "people")],
    edits: (a) => [{ op: "create", collection: "surgery_sessions", id: a.d.id, set: { ...given(a.d, ["on", "questions", "advice", "note"]), ...counted(a, "minutes"), ...counted(a, "people") } }],
  },
  "champion.practice": {
    title: ({ say, d }) => say(d.about ? "practice.again" : "practice.title"), lead: ({ say }) => say("practice.lead") + "\n" + say("champion.no_names"), home,
    fields: (a) => [
      { name: "title", kind: "text", label: a.say("practice.name"), required: true }, { name: "body", kind: "long", label: a.say("practice.body"), required: true },
      { name: "topics", kind: "several", label: a.say("practice.topics"), choices: pick(a, "topic", topics) },
      { name: "status", kind: "choice", label: a.say("practice.now"), required: true, choices: [{ value: "submitted", label: a.say("practice.now.submitted") }, { value: "draft", label: a.say("practice.now.draft") }] },
    ],
    edits: (a) => {
      const set = { title: text(a.d, "title"), body: text(a.d, "body"), topics: list(a.d, "topics"), status: text(a.d, "status") };
      if (!a.d.about) return [{ op: "create", collection: "good_practice", id: a.d.id, set }];
      const was = a.rows.table("good_practice").get(a.d.about)?.status;
      // What was declined is a draft again before it is handed in again.
      if (was === "declined" && set.status === "submitted") return [{ op: "update", collection: "good_practice", id: a.d.about, set: { ...set, status: "draft" } }, { op: "update", collection: "good_practice", id: a.d.about, set: { status: "submitted" } }];
      return [{ op: "update", collection: "good_practice", id: a.d.about, set }];
    },
  },
};

const counted = (a: Asking, name: string) => (text(a.d, name) ? { [name]: Number(text(a.d, name)) } : {});

/** Only what was changed is sent: what somebody else changed meanwhile stays. */
function changes(a: Asking): Record<string, unknown> {
  const r = registrationOf(a.rows) as unknown as Record<string, unknown> | undefined;
  return Object.fromEntries(Object.entries(ownValues(a)).filter(([k, v]) => JSON.stringify(v) !== JSON.stringify(r?.[k] ?? (Array.isArray(v) ? [] : ""))));
}

/** What is known of them, as the form begins with it. */
export function known(r: Record<string, unknown>): Record<string, unknown> {
  const names = ["job_title", "work_email", "work_phone", "locality", "target_groups", "manager_name", "manager_email"];
  return { ...Object.fromEntries(names.map((n) => [n, r[n] ?? ""])), directory_consent: r.directory_consent ? "yes" : "no" };
}

