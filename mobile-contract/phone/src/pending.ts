// What was written here, in a line that its author knows again: which family, what, when.
import type { Conflict } from "../../ts/src/index.ts";
import type { RequestsRecord } from "../../ts/wire.ts";
import { instant } from "./day.ts";
import { nameOf } from "./person.ts";
import type { Rows, ShownName } from "./rows.ts";
import { shown } from "./rows.ts";
import type { Key, Say } from "./words.ts";

export interface Written {
  collection: string;
  record: string;
  op: string;
  set: Record<string, unknown>;
}

/** Weatherall: missed visit, 9:05am today. */
export function pendingWords(rows: Rows, w: Written, say: Say): string {
  const family = familyOf(rows, w), name = rows.table("cases").get(family)?.family_name ?? "", what = whatWords(rows, w, say);
  const at = instant(String(w.set.occurred_at ?? ""));
  return (name ? `${name}: ${what}` : what.charAt(0).toUpperCase() + what.slice(1)) + (Number.isNaN(at) ? "." : `, ${say.moment(at)}.`);
}

export function familyOf(rows: Rows, w: Written): string {
  if (w.collection === "cases") return w.record;
  return String(w.set.case ?? "") || ((shown as readonly string[]).includes(w.collection) ? String((rows.table(w.collection as ShownName).get(w.record) as { case?: string } | undefined)?.case ?? "") : "");
}

export function whatWords(rows: Rows, w: Written, say: Say): string {
  const set = w.set as Record<string, string>;
  if (w.collection === "contact_attempts" && say.has(`what.${set.outcome}`)) return say(`what.${set.outcome}` as Key);
  if (w.collection === "pathway_events" && say.has(`event.${set.kind}`)) return say(`event.${set.kind}` as Key).toLowerCase();
  if (w.collection === "people") {
    const person = rows.table("people").get(w.record);
    if (person) return say("what.person", { name: nameOf(person, say), fields: fieldNames(w.collection, Object.keys(w.set), say) });
  }
  const key = `noun.${w.collection}`;
  return say.has(key) ? say(key as Key) : say("noun.other");
}

/** Names of fields as people say them; what has none is "something else". */
export function fieldNames(collection: string, fields: string[], say: Say): string {
  return [...new Set(fields.map((f) => fieldName(collection, f, say)))].join(", ");
}

export function fieldName(collection: string, field: string, say: Say): string {
  for (const key of [`field.${collection}.${field}`, `field.${field}`]) if (say.has(key)) return say(key as Key);
  return say("field.other");
}

/** A value as people read it: no list of marks, no code, no stamp. */
export function valueWords(rows: Rows, value: unknown, say: Say): string {
  if (value === null || value === undefined || value === "") return say("value.empty");
  if (value === true || value === false) return say(value ? "yes" : "no");
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    if (/^\d{4}-\d\d-\d\d( |T|$)/.test(value)) return say.when(value);
    if (/^[a-z0-9]{15}$/.test(value)) return named(rows, value, say);
    for (const group of ["method", "outcome", "source", "told", "choice"]) if (say.has(`${group}.${value}`)) return say(`${group}.${value}` as Key);
    return /^[a-z]+(_[a-z]+)+$/.test(value) ? value.replaceAll("_", " ") : value;
  }
  if (Array.isArray(value)) return value.length === 0 ? say("value.empty") : value.map((v) => valueWords(rows, v, say)).join("; ");
  const parts = Object.entries(value as Record<string, unknown>).filter(([, v]) => v !== "" && v !== null);
  return parts.map(([k, v]) => (typeof v === "boolean" ? `${fieldName("", k, say)}: ${say(v ? "yes" : "no").toLowerCase()}` : valueWords(rows, v, say))).join(", ");
}

function named(rows: Rows, id: string, say: Say): string {
  const person = rows.table("people").get(id);
  if (person) return nameOf(person, say);
  return rows.table("users").get(id)?.name ?? rows.table("case_members").all.find((m) => m.user === id)?.name ?? rows.table("agencies").get(id)?.name ?? rows.table("cases").get(id)?.family_name ?? say("value.unknown");
}

/** What a person is asked for. */
export function requestWords(rows: Rows, r: RequestsRecord, say: Say): string {
  if (r.kind === "action") {
    const what = rows.table("actions").get(r.record)?.what;
    if (what) return what;
  }
  return say.has(`asked.${r.kind}`) ? say(`asked.${r.kind}` as Key) : say("asked.other");
}

const choices: Record<string, [words: string, values: string[]]> = {
  source: ["source", ["seen_by_worker", "said_by_child", "said_by_parent", "said_by_other", "other_professional", "document"]],
  method: ["method", ["phone", "text", "email", "letter", "card", "visit_announced", "visit_unannounced", "appointment", "joint_visit", "via_professional"]],
  outcome: ["outcome", ["reached", "child_seen", "no_answer", "not_home", "refused_entry", "child_withheld", "not_brought", "cancelled_by_family", "cancelled_by_service", "wrong_contact", "message_left"]],
};

/** What may be chosen for a field that takes no other words. */
export const choicesOf = (field: string, say: Say): [string, string][] | undefined => choices[field]?.[1].map((v) => [v, say(`${choices[field][0]}.${v}` as Key)]);

/** The two values of a conflict, field by field. */
export function sides(rows: Rows, c: Conflict, say: Say): { field: string; name: string; mine: string; theirs: string }[] {
  return c.fields.map((f) => ({ field: f, name: fieldName(c.collection, f, say), mine: valueWords(rows, c.ours[f], say), theirs: valueWords(rows, c.theirs[f], say) }));
}
