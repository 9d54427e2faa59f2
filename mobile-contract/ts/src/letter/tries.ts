// What a letter may say was tried: by its own agency, at its recipient (LETTER.md, What was tried).
import { dayOf, endOf } from "../workday.ts";
import { moment, said, type Circle, type Held } from "./circle.ts";
import { date } from "./value.ts";
import { languages } from "./tables.ts";
import type { Fields } from "../records.ts";
import type { Values } from "./merge.ts";

/** What a list is made of: tries by these methods with these outcomes, and events of these kinds. */
export interface Listed {
  methods: string[];
  outcomes: string[];
  events?: string[];
}

export type Row = Record<string, string>;

const grace = 15 * 60_000, most = 50;
const notMet = ["no_answer", "not_home", "refused_entry", "child_withheld", "not_brought", "message_left"];
const nothing: Listed = { methods: [], outcomes: [] };
const planned: Listed = { methods: ["visit_announced", "joint_visit", "appointment"], outcomes: notMet, events: ["appointment.missed"] };
const unplanned: Listed = { methods: ["phone", "text", "email", "card", "visit_unannounced", "via_professional"], outcomes: notMet };
const own: Record<string, [Listed, Listed]> = {
  L_noaccess: [{ methods: ["visit_announced", "visit_unannounced", "joint_visit"], outcomes: ["refused_entry", "child_withheld", "no_answer", "not_home"], events: ["appointment.kept_child_not_seen"] }, nothing],
  L_wnb: [{ methods: ["appointment"], outcomes: ["not_brought"], events: ["appointment.missed"] }, nothing],
};

export interface Kind {
  key: string;
  missed?: Listed;
  tried?: Listed;
}

export interface Tried {
  missed: Row[];
  other: string[];
}

export const clockOf = (at: number): string => new Date(at).toLocaleTimeString("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" });
export const sameTime = (a: Row, b: Row): boolean => a.date === b.date && (a.time ?? "").startsWith(b.time);

/** The tries of a case that stand: none taken back, to come, or before the case was opened. */
export function standing(caseID: unknown, held: Held, now: number): { stand: Fields[]; back: Fields[] } {
  const c = held("cases").find((r) => r.id === caseID), opened = said(c, "opened_on").slice(0, 10);
  const from = opened ? endOf(opened) - 86_400_000 + 1 - 3_600_000 : -Infinity;
  const withdrawn = new Set(held("attempt_withdrawals").map((r) => r.attempt));
  const all = held("contact_attempts").filter((r) => r.case === caseID);
  const stands = (r: Fields) => !withdrawn.has(r.id) && moment(said(r, "occurred_at")) >= from;
  return { stand: all.filter((r) => stands(r) && moment(said(r, "occurred_at")) <= now + grace), back: all.filter((r) => !stands(r)) };
}

export function triesOf(letter: Fields, agency: Fields, circle: Circle, kind: Kind, language: string, held: Held, now: number): Tried {
  const missed = kind.missed ?? own[kind.key]?.[0] ?? planned, tried = kind.tried ?? own[kind.key]?.[1] ?? unplanned;
  const nobody = !circle.keptApart(), elsewhere = circle.mayLiveElsewhere(), since = countedSince(letter, held);
  const atNobody = (method: string, place: string) => nobody && !(elsewhere && (place || languages.en.tries[method].place));
  const all: { at: number; id: string; method: string; place: string; planned: boolean }[] = [];
  for (const r of standing(letter.case, held, now).stand) {
    const at = moment(said(r, "occurred_at")), method = said(r, "method"), person = said(r, "person");
    const in_ = (l: Listed) => l.methods.includes(method) && l.outcomes.includes(said(r, "outcome"));
    if (r.agency !== agency.id || r.contact_confirmed !== true || at < since || !(in_(missed) || in_(tried))) continue;
    const place = said(r, "place").trim();
    if (person === "" ? atNobody(method, place) : circle.isTo(person)) all.push({ at, id: String(r.id), method, place, planned: in_(missed) });
  }
  all.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  if (nobody) {
    const events = held("pathway_events").filter((r) => r.case === letter.case && r.agency === agency.id), corrected = new Set(events.filter((r) => r.verdict !== "attempted").map((r) => r.corrects));
    for (const r of events) {
      const at = moment(said(r, "occurred_at")), kept = said(r, "kind") === "appointment.kept_child_not_seen";
      const counts = missed.events?.includes(said(r, "kind")) && said(r, "verdict").startsWith("accepted") && at >= since && at <= now + grace && !corrected.has(r.id);
      if (counts && atNobody(kept ? "kept" : "appointment", "") && (kept || (r.data as Fields)?.contact_confirmed === true)) all.push({ at, id: "", method: kept ? "kept" : "appointment", place: "", planned: true });
    }
    all.sort((a, b) => a.at - b.at);
  }
  const words = languages[language], out: Tried = { missed: [], other: [] };
  for (const t of all) {
    const on = dayOf(t.at), called = words.tries[t.method];
    if (t.planned) {
      const row = { date: on, time: clockOf(t.at), kind: called.kind, place: t.place || called.place || said(agency, "name") };
      if (!out.missed.some((r) => sameTime(r, row))) out.missed.push(row);
    } else {
      const text = words.tried_on.replace("{what}", called.what).replace("{day}", date(words, on)!);
      if (!out.other.includes(text)) out.other.push(text);
    }
  }
  return { missed: out.missed.slice(-most), other: out.other.slice(-most) };
}

/** From when the letter's pathway counts what was missed. */
function countedSince(letter: Fields, held: Held): number {
  const p = letter.pathway ? held("pathways").find((r) => r.id === letter.pathway) : undefined;
  if (!p) return -Infinity;
  const body = held("pathway_templates").find((r) => r.id === p.template)?.body as { counting?: { look_back_days?: number } } | undefined;
  return moment(said(p, "opened_at")) - (body?.counting?.look_back_days ?? 0) * 86_400_000;
}

/** Puts the tries into a letter: all of them, or those that its writer left in, in the words of what each was. */
export function fillTries(values: Values, found: Tried, language: string): void {
  const w = languages[language], times = (n: number) => (n === 1 ? w.once : n === 2 ? w.twice : w.often.replace("{n}", String(n)));
  const rows = (Array.isArray(values.missed) ? (values.missed as Row[]) : found.missed).map((row) => found.missed.find((r) => sameTime(row, r)) ?? row);
  const other = Array.isArray(values.tried) ? (values.tried as string[]) : found.other, n = rows.length + other.length;
  values.missed = rows;
  values.tried = other;
  for (const f of ["attempt_count", "attempt_times", "missed_times"]) delete values[f];
  if (rows.length > 0) values.missed_times = times(rows.length);
  if (n > 0) {
    values.attempt_count = String(n);
    values.attempt_times = times(n);
  }
}


