// What a letter is filled with, from the records that a phone holds: the same that the server
// fills in, so that the hash is the same (LETTER.md, What a letter is filled with).
import { code } from "../id.ts";
import type { Fields } from "../records.ts";
import { answersTo, Circle, placeOf, points, said, type ContactPoint, type Held, type OwnChild } from "./circle.ts";
import type { Values } from "./merge.ts";
import { needsOf } from "./need.ts";
import { languages } from "./tables.ts";
import type { Template } from "./template.ts";
import { fillTries, triesOf, type Kind, type Listed } from "./tries.ts";

/** letter_templates.body, as far as filling in and checking need it. */
export interface Wording extends Kind {
  format: string;
  language: string;
  variant: string;
  body: string[];
  needs_missed?: boolean;
  needs_responsibility?: boolean;
  may_withhold?: boolean;
  must_use?: string[];
  must_not_use?: string[];
  missed?: Listed;
  tried?: Listed;
}

export interface Filled {
  reference: string;
  values: Values;
  children: OwnChild[];
  agency: Fields;
  circle: Circle;
}

export const deliveryOf = (letter: Fields): string => said(letter, "delivery") || "post";
export const speaksOfTries = (t: Template): boolean => ["missed", "missed_times", "tried", "attempt_count", "attempt_times"].some((f) => t.used.has(f));

/** What a letter is called on paper: its case's reference, or a code of the case, its day and a code of the letter. */
export const referenceOf = async (reference: string, caseID: string, date: string, letterID: string): Promise<string> =>
  `${reference || (await code(caseID))}/${date.replace(/^20/, "").replaceAll("-", "")}-${await code(letterID)}`;

export async function fill(letter: Fields, wording: Wording, t: Template, held: Held, now: number): Promise<Filled> {
  const circle = new Circle(letter, held, now), c = held("cases").find((r) => r.id === letter.case)!;
  const author = held("users").find((r) => r.id === letter.author);
  const agency = held("agencies").find((r) => r.id === (said(letter, "agency") || said(author, "agency") || said(c, "lead_agency")))!;
  const values: Values = { ...(letter.merge as Values) }, children = circle.recipient ? circle.children() : [], w = languages[t.language];
  if (values["child.first_names"] === undefined && children.length > 0) values["child.first_names"] = children.map((x) => x.name);
  if (speaksOfTries(t) && circle.recipient) fillTries(values, triesOf(letter, agency, circle, wording, t.language, held, now), t.language);
  if (circle.recipient) offers(values, circle.recipient, wording, t);
  const reference = said(letter, "reference") || (await referenceOf(said(c, "reference"), String(c.id), said(letter, "date"), String(letter.id)));
  Object.assign(values, { "letter.ref": reference, "letter.date": said(letter, "date"), "area.name": said(agency, "name") });
  const lines = said(agency, "address").split("\n").map((l) => l.trim()).filter((l) => l !== "");
  if (lines.length > 0) values["area.address_lines"] = said(agency, "phone") ? [...lines, said(agency, "phone")] : lines;
  for (const [field, of] of [["area.return_line", "return_address"], ["area.crest", "crest"]]) {
    if (said(agency, of)) values[field] = said(agency, of);
    else delete values[field];
  }
  if (author) {
    const [name, role] = [said(author, "name"), said(author, "job_title")];
    Object.assign(values, { "signatory.name": name, "signatory.role": role, "contact.name": name, "contact.role": role, "contact.phone": said(agency, "phone") });
  }
  addressed(values, letter, circle, t.language, held, w.and);
  return { reference, values, children, agency, circle };
}

/** The lines that offer an interpreter and another form; what was typed stays. */
function offers(values: Values, p: Fields, wording: Wording, t: Template): void {
  const { forms, into } = needsOf(p, t.language), w = languages[t.language];
  if (values.interpreter_line === undefined && into) {
    const speaks = into === "their language" ? (t.language === "en" ? "your language" : "") : into;
    values.interpreter_line = w.interpreter.replaceAll("{language}", speaks);
  }
  for (const form of forms)
    if (values.accessible_format_line === undefined && !inForm(wording, t, form) && w.formats[form]) values.accessible_format_line = w.format.replaceAll("{format}", w.formats[form]);
}

/** Whether a wording is itself what a need of form asks for. */
export const inForm = (wording: Wording, t: Template, need: string): boolean =>
  (need === "easy_read" && wording.variant === "easy_read") || (need === "large_print" && t.print === "large");

const byHand: Record<string, Record<string, string>> = { by_hand: { en: "By hand", cy: "Drwy law" }, by_email: { en: "By email", cy: "Drwy e-bost" } };

/** The recipient's own name, and where the letter goes; without a safe place the address stays unresolved. */
function addressed(values: Values, letter: Fields, circle: Circle, language: string, held: Held, and: string): void {
  delete values["recipient.address_lines"];
  delete values["recipient.postcode"];
  const { recipient, joint } = circle, both = (name: (p: Fields) => string) => (joint ? `${name(recipient!)} ${and} ${name(joint)}` : name(recipient!));
  if (!recipient) return;
  values["recipient.name"] = both((p) => said(p, "name"));
  values["recipient.salutation_name"] = both(answersTo);
  const delivery = deliveryOf(letter), where = delivery === "by_hand" ? undefined : whereTo(recipient, delivery, held, circle.today);
  if (delivery === "by_hand" || (delivery === "by_email" && where)) values["recipient.address_lines"] = [byHand[delivery][language]];
  else if (where) {
    values["recipient.address_lines"] = where.lines ?? [];
    if (where.postcode) values["recipient.postcode"] = where.postcode;
  }
}

/** The person's own current place, safe for this delivery, confirmed on a day that has come, and from
 * which nothing has come back since; one whose day is still to come where there is no other. */
export function whereTo(p: Fields, delivery: string, held: Held, today: string): ContactPoint | undefined {
  const letters = new Set(held("letters").filter((l) => l.recipient === p.id || l.joint_with === p.id).map((l) => l.id));
  const back = held("letter_events").filter((e) => letters.has(e.letter) && (e.kind === "returned" || e.kind === "bounced")).map((e) => {
    const times = [said(e, "received_at"), said(e, "occurred_at")].filter((x) => x).sort();
    return { at: placeOf((typeof e.address === "string" ? JSON.parse(e.address || "{}") : (e.address ?? {})) as ContactPoint), on: (times[0] ?? "").slice(0, 10) };
  });
  let ahead: ContactPoint | undefined;
  for (const x of points(p)) {
    const safe = delivery === "by_email" ? x.kind === "email" && x.safe_email && x.value : x.kind === "address" && x.safe_post;
    if (!safe || !x.current) continue;
    const on = x.confirmed_on ?? "";
    if (on > today) ahead = x;
    else if (/^(19|2\d)\d\d-\d\d-\d\d$/.test(on) && !back.some((b) => b.at === placeOf(x) && on < b.on)) return x;
  }
  return ahead;
}
