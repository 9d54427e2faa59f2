// What a writer fills into a letter: the fields that its wording names and that nobody else
// fills in, and how what was typed becomes a value.
import { fieldOf, named, type Field, type Template, type Values } from "../../../ts/src/letter/index.ts";
import type { LettersRecord } from "../../../ts/wire.ts";
import { dayIn, instant } from "../day.ts";
import type { Rows } from "../rows.ts";

const filled = /^(recipient\.|area\.|letter\.|signatory\.|attempt_|missed)/;
const itself = ["contact.name", "contact.role", "contact.phone", "child.first_names", "tried", "interpreter_line", "accessible_format_line"];

export const factsOf = (t: Template): Field[] => named(t).filter((n) => !filled.test(n) && !itself.includes(n)).map((n) => fieldOf.get(n)!).sort((a, b) => Number(a.optional) - Number(b.optional));

/** 7/12/2026, as its three boxes have it, as a day; what is none stays as it was typed. */
export function dayFrom(typed: string): string {
  const [d = "", m = "", y = ""] = typed.split("/").map((p) => p.trim()), iso = `${y.padStart(4, "0")}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
  const at = /^\d{4}-\d\d-\d\d$/.test(iso) ? Date.parse(iso + "T00:00:00Z") : NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso) ? iso : typed.replace(/^[\s/]+$/, "");
}

export const dayTyped = (iso: string): string => (/^\d{4}-\d\d-\d\d$/.test(iso) ? `${Number(iso.slice(8))}/${Number(iso.slice(5, 7))}/${iso.slice(0, 4)}` : "");

/** 10.30, 10:30am, 2pm, midday as 10:30, 10:30, 14:00, 12:00. */
export function timeFrom(typed: string): string {
  const text = typed.trim().toLowerCase();
  if (text === "midday" || text === "hanner dydd") return "12:00";
  const m = /^(\d{1,2})(?:[:.](\d\d))?\s*(am|pm|yb|yh)?$/.exec(text);
  if (!m) return typed.trim();
  let hour = Number(m[1]);
  if (m[3]) hour = (hour % 12) + (m[3] === "pm" || m[3] === "yh" ? 12 : 0);
  return hour < 24 && (m[2] || m[3]) ? `${String(hour).padStart(2, "0")}:${m[2] ?? "00"}` : typed.trim();
}

/** A row of what was seen, and on which day. */
export interface Concern { date: string; what: string }

export const concernsOf = (typed: string): Concern[] => {
  try {
    return JSON.parse(typed || "[]") as Concern[];
  } catch {
    return [];
  }
};

/** What was typed, as letters.merge has it; what is empty is left out. */
export function valuesOf(fields: Field[], typed: Record<string, string>): Values {
  const out: Values = {};
  for (const f of fields) {
    const text = typed[f.name]?.trim() ?? "";
    if (f.type === "rows") {
      const rows = concernsOf(text).map((c) => ({ date: dayFrom(c.date), what: c.what.trim() })).filter((c) => c.date || c.what);
      if (rows.length > 0) out[f.name] = rows;
    } else if (f.type === "texts" || f.type === "names") {
      const lines = text.split("\n").map((l) => l.trim()).filter((l) => l !== "");
      if (lines.length > 0) out[f.name] = lines;
    } else {
      const value = f.type === "date" ? dayFrom(text) : f.type === "time" ? timeFrom(text) : text;
      if (value) out[f.name] = value;
    }
  }
  return out;
}

/** The other way: what a letter that is there already has, as its writer sees it in the boxes. */
export function typedOf(fields: Field[], values: Values): Record<string, string> {
  const out: Record<string, string> = {};
  for (const f of fields) {
    const v = values[f.name];
    if (v === undefined) continue;
    if (f.type === "rows") out[f.name] = JSON.stringify((v as unknown as Concern[]).map((c) => ({ ...c, date: dayTyped(c.date) || c.date })));
    else out[f.name] = Array.isArray(v) ? v.join("\n") : f.type === "date" ? dayTyped(v) || v : v;
  }
  return out;
}

/** What an area says in every letter, so that nobody types it twice. */
const again = ["contact.email", "contact.hours", "out_of_hours_phone", "advice.name", "advice.phone", "rights_text", "views_how"];

/** What is known beforehand: of the meeting, of the referral, and of this writer's last letter. */
export function knownFacts(rows: Rows, family: string, fields: Field[]): Record<string, string> {
  const out: Record<string, string> = {}, put = (name: string, text: string) => text && fields.some((f) => f.name === name) && (out[name] = text);
  const mine = rows.table("letters").all.filter((l) => l.author === rows.me.id).sort((a, b) => b.date.localeCompare(a.date));
  for (const name of again) {
    const last = mine.map((l: LettersRecord) => (l.merge as Values | null)?.[name]).find((v) => typeof v === "string" && v !== "");
    put(name, String(last ?? ""));
  }
  const meeting = rows.table("meetings").of(family).filter((m) => m.status === "scheduled").sort((a, b) => b.scheduled_for.localeCompare(a.scheduled_for))[0];
  if (meeting) {
    put("meeting.date", dayTyped(dayIn(meeting.scheduled_for)));
    if (meeting.scheduled_for.length > 10) put("meeting.time", new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" }).format(instant(meeting.scheduled_for)));
    put("meeting.place", meeting.place);
  }
  const referral = [...rows.table("referrals").of(family)].sort((a, b) => b.sent_on.localeCompare(a.sent_on))[0];
  if (referral) {
    put("referral.date", dayTyped(dayIn(referral.sent_on)));
    put("referral.to", referral.to);
  }
  return out;
}
