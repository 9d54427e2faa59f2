// A form: what is asked, what stands in the way, and what it writes. Each noun declares its
// own; they are drafts like all that is recorded, so that a kill loses none of them.
import type { Edit } from "../../../ts/src/index.ts";
import type { Place } from "../address.ts";
import { addDays, dayOf } from "../day.ts";
import { newDraft, type Draft } from "../record.ts";
import type { Rows } from "../rows.ts";
import type { Say } from "../words.ts";

export interface Field {
  name: string;
  kind: "text" | "email" | "tel" | "long" | "number" | "day" | "moment" | "choice" | "several";
  label: string;
  hint?: string;
  required?: boolean;
  choices?: { value: string; label: string; hint?: string }[];
}

/** One asking of a form: where it stands, and for what. */
export interface Asking {
  rows: Rows;
  d: Draft;
  say: Say;
  id(): string;
}

export interface Form {
  title(a: Asking): string;
  /** what is to be known before anything is filled in */
  lead?(a: Asking): string;
  fields(a: Asking): Field[];
  /** why it cannot be done now; said in place of the button */
  blocked?(a: Asking): string;
  /** what of the answers does not do */
  wrong?(a: Asking): { field: string; text: string }[];
  /** what the button says; without it, Save */
  button?(a: Asking): string;
  red?: boolean;
  edits(a: Asking): Edit[];
  /** where it was begun, and where it leads back to */
  home(a: Asking): Place;
}

/** A draft of a form, about a family, a pathway or one record, with what is known already. */
export function formDraft(id: string, name: string, of: { family?: string; pathway?: string; about?: string; data?: Record<string, unknown> } = {}): Draft {
  return { ...newDraft(id, of.family ?? "", Date.now()), kind: "form", act: name, pathway: of.pathway ?? "", about: of.about ?? "", data: of.data ?? {} };
}

export const text = (d: Draft, name: string): string => String(d.data[name] ?? "").trim();
export const list = (d: Draft, name: string): string[] => (Array.isArray(d.data[name]) ? (d.data[name] as string[]) : []);

/** What was not answered and must be. */
export const unanswered = (a: Asking, fields: Field[]): Field[] =>
  fields.filter((f) => f.required && (f.kind === "several" ? list(a.d, f.name).length === 0 : text(a.d, f.name) === ""));

/** Where the focus goes for a field. */
export const fieldID = (f: Field): string => "f-" + f.name + (f.kind === "choice" || f.kind === "several" ? "-0" : f.kind === "day" || f.kind === "moment" ? "-d" : "");

/** A reason that can be one, as the server has it: twenty characters, seven letters that differ. */
export const substance = (words: string): boolean => words.trim().length >= 20 && new Set(words.toLowerCase().match(/\p{L}/gu) ?? []).size >= 7;

/** The instant that is a time of a day on the clocks here. */
export function instantOf(day: string, time: string): number {
  const t = /^(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?$/i.exec(time.trim()), noon = t?.[3]?.toLowerCase();
  if (!t || Number(t[1]) > (noon ? 12 : 23) || Number(t[2] ?? 0) > 59) return NaN;
  const hour = noon ? (Number(t[1]) % 12) + (noon === "pm" ? 12 : 0) : Number(t[1]);
  const utc = Date.parse(`${day}T${String(hour).padStart(2, "0")}:${t[2] ?? "00"}:00Z`);
  if (Number.isNaN(utc)) return NaN;
  const there = Number(new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", hourCycle: "h23" }).format(utc));
  return utc - (((there - hour + 36) % 24) - 12) * 3_600_000; // an hour in summer
}

/** A day as three boxes hold it; "" where there is no such day. */
export function dayFrom(d: string, m: string, y: string): string {
  const iso = `${y.trim().padStart(4, "0")}-${m.trim().padStart(2, "0")}-${d.trim().padStart(2, "0")}`;
  return /^\d{4}-\d\d-\d\d$/.test(iso) && Number(iso.slice(0, 4)) > 1900 && !Number.isNaN(Date.parse(iso)) && addDays(iso, 0) === iso ? iso : "";
}

export const stamp = (at: number): string => new Date(at).toISOString().replace("T", " ");
export const today = (say: Say): string => dayOf(say.now);

/** Of a form's answers, those that were given. */
export function given(d: Draft, names: string[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const n of names) {
    const v = d.data[n];
    if (Array.isArray(v) ? v.length > 0 : String(v ?? "").trim() !== "") out[n] = typeof v === "string" ? v.trim() : v;
  }
  return out;
}
