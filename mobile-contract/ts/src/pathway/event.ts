// One event as the engine reads it: its times, its data, and what is wrong with it.
import { dayOf } from "../workday.ts";
import { kinds } from "./kinds.ts";
import type { Event, Kind, Reason } from "./types.ts";

export const kindNamed = new Map<string, Kind>(kinds.map((k) => [k.name, k]));
export const immediateRisk = "immediate_risk.raised";
export const attempt = "attempt.recorded";
const skew = 15 * 60_000;

/** 0 is no time, before every other. */
export const at = (text: string | undefined): number => (text && !text.startsWith("0001-") ? Date.parse(text) || 0 : 0);

const dayMemo = new Map<number, string>();
/** The local day of an instant, and "" of none. */
export function day(ms: number): string {
  let d = dayMemo.get(ms);
  if (d === undefined) {
    if (dayMemo.size > 20_000) dayMemo.clear();
    dayMemo.set(ms, (d = dayOf(ms)));
  }
  return d;
}

export function isDay(s: unknown): s is string {
  if (typeof s !== "string" || !/^\d{4}-\d\d-\d\d$/.test(s)) return false;
  const t = Date.parse(s + "T00:00:00Z");
  return !Number.isNaN(t) && new Date(t).toISOString().startsWith(s);
}

export const addDays = (d: string, n: number): string => (isDay(d) ? new Date(Date.parse(d + "T00:00:00Z") + n * 86_400_000).toISOString().slice(0, 10) : "");
export const later = (a: string | undefined, b: string | undefined): string => ((a ?? "") > (b ?? "") ? (a ?? "") : (b ?? ""));

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hourCycle: "h23", hour: "2-digit", weekday: "short" });
/** The day of the week and the part of the day, in London: morning, afternoon from 12, evening from 17. */
export function part(ms: number): { weekday: string; band: number } {
  const p = Object.fromEntries(clock.formatToParts(ms).map((x) => [x.type, x.value])), h = Number(p.hour);
  return { weekday: p.weekday, band: h < 12 ? 0 : h < 17 ? 1 : 2 };
}

/** An event with what the rest of the history says about it. */
export interface Entry {
  e: Event;
  kind: Kind | undefined;
  occurred: number;
  received: number;
  recorded: number;
  happened: number;
  twice: boolean;
  late: boolean;
  correctedBy: string;
  objection: string;
}

export function entryOf(e: Event): Entry {
  const occurred = at(e.occurred_at), received = at(e.received_at), recordedAt = at(e.recorded_at);
  let happened = occurred;
  if (e.kind === immediateRisk) { // nothing refuses it, so it is placed by what of its times can be
    if (!occurred && recordedAt) happened = recordedAt;
    else if (!occurred || (received && occurred > received)) happened = received;
  }
  return { e, kind: kindNamed.get(e.kind), occurred, received, recorded: recordedAt || occurred, happened, twice: false, late: false, correctedBy: "", objection: "" };
}

const cmp = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order in which events happened, with a tie-break that no arrival order can change. */
export const before = (a: Entry, b: Entry): number =>
  cmp(a.happened, b.happened) || cmp(a.recorded, b.recorded) || cmp(a.e.id ?? "", b.e.id ?? "") || cmp(a.e.kind, b.e.kind) || cmp(a.e.by ?? "", b.e.by ?? "") ||
  cmp(a.received, b.received) || cmp(a.e.corrects ?? "", b.e.corrects ?? "");

export const text = (x: Entry | undefined, member: string): string => {
  const v = x?.e.data?.[member];
  return typeof v === "string" ? v.trim() : "";
};
export const flag = (x: Entry, member: string): boolean => x.e.data?.[member] === true;
export const ids = (v: unknown): string[] => (typeof v === "string" ? [v] : Array.isArray(v) ? v.filter((x) => typeof x === "string") : []);
export const entries = (v: unknown): Record<string, unknown>[] => (Array.isArray(v) ? v.filter((x) => x !== null && typeof x === "object" && !Array.isArray(x)) : []);
export const isManager = (role: string | undefined): boolean => role === "manager" || role === "service_manager";

export const words = (name: string): string => name.replaceAll("_", " ");
export const afterDot = (kind: string): string => kind.replace(".", " ");
export const list = (items: string[]): string => (items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : (items[0] ?? ""));
export const number = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);
export const spoken = (d: string): string =>
  isDay(d) ? new Date(d + "T12:00:00Z").toLocaleDateString("en-GB", { timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(",", "") : d;

const object = (v: unknown): boolean => v !== null && typeof v === "object" && !Array.isArray(v);
const shapes: Record<string, [string, (v: unknown) => boolean]> = {
  text: ["text", (v) => typeof v === "string"], flag: ["yes or no", (v) => typeof v === "boolean"],
  day: ["a day, YYYY-MM-DD", (v) => typeof v === "string" && isDay(v.trim())], ids: ["a list", (v) => ids(v).length > 0],
  impact: ["a list with an entry for each child", (v) => entries(v).length > 0], moves: ["a list of what moved", (v) => entries(v).length > 0],
  names: ["names by name", object], days: ["days by name", object],
};

/** Why an event cannot be read at all, whatever the state. */
export function malformed(x: Entry, now: number): Reason[] {
  const data = (text_: string): Reason[] => [{ code: "data", text: text_ }];
  if (!x.kind) return data("There is no such kind of event; choose one of the pathway's own.");
  if (!x.e.id) return data("Give the event an id.");
  if (x.twice) return [{ code: "order", text: "An event with this id is already on the record; record a correction instead." }];
  if (!x.occurred) return data("Say when it happened.");
  if (x.occurred > now + skew) return [{ code: "order", text: "It is dated in the future, so it waits until then; correct the time if it is wrong." }];
  if (x.e.kind.startsWith("letter.") && !x.e.arises_from?.startsWith("letter_events/"))
    return [{ code: "house", text: "Record it on the letter: what a letter establishes, its own record alone tells the pathway." }];
  const out: Reason[] = [];
  for (const m of x.kind.members) {
    const v = x.e.data?.[m.name];
    if (v === undefined || v === null || (typeof v === "string" && v.trim() === "")) {
      if (m.required) out.push(...data(`Give ${words(m.name)}.`));
    } else if (!shapes[m.form][1](v)) out.push(...data(`Give ${words(m.name)} as ${shapes[m.form][0]}.`));
    else if (m.oneOf && !(m.form === "ids" ? ids(v) : [String(v).trim()]).every((w) => m.oneOf!.includes(w))) out.push(...data(`Choose ${words(m.name)} from: ${m.oneOf.join(", ")}.`));
  }
  out.push(...untimely(x).flatMap(data));
  const cannot = x.e.kind === attempt ? notBy(text(x, "method"), text(x, "outcome")) : "";
  return cannot ? [...out, ...data(cannot)] : out;
}

/** Which day that somebody typed into an event cannot be true of it. */
function untimely(x: Entry): string[] {
  const by = later(day(x.occurred), x.received ? day(x.received) : ""), out: string[] = [];
  for (const name of ["noticed_on", "done_on"]) if (isDay(text(x, name)) && text(x, name) > by) out.push(`Give ${words(name)} as a day that has come.`);
  const farthest = `${String(Number(by.slice(0, 4)) + 2).padStart(4, "0")}${by.slice(4)}`;
  if (isDay(text(x, "meeting_on")) && text(x, "meeting_on") > farthest) out.push("Is the year of the meeting right? It lies more than two years ahead.");
  return out;
}

/** The ways of trying by which nobody is seen, and those that are answered at another time, if at all. */
export const directly: readonly string[] = ["phone", "text", "email", "letter", "card"];
export const byPost: readonly string[] = ["letter", "card"];

/** Why an outcome cannot come of a way of trying; "" where it can (PATHWAY.md, What can come of a try). */
export function notBy(method: string, outcome: string): string {
  if (!directly.includes(method)) return "";
  if (outcome === "child_seen") return "A child is seen face to face, not by a call (with a picture or without), a message or post: record what came of that, and see the child.";
  return ["not_home", "refused_entry", "not_brought"].includes(outcome) || (outcome === "child_withheld" && byPost.includes(method))
    ? "Nobody was there by a call, a message or post: choose what came of that, or the visit or appointment that it was." : "";
}

export const future = (ms: number, now: number): boolean => ms > now + skew;
