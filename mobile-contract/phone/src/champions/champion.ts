// What the scheme asks of a champion and what it owes them, from the rows that are held.
// Nothing here is about a family, and nobody gets a case by being a champion.
import type { ChampionRegistrationsRecord, ChampionsRecord, NetworkAttendanceRecord, NetworkEventsRecord } from "../../../ts/wire.ts";
import { daysBetween, instant } from "../day.ts";
import { plain } from "../person.ts";
import type { Rows } from "../rows.ts";

const over = ["withdrawn", "declined"];

/** My registration: the one that still goes on, else the last that there was. */
export function registrationOf(rows: Rows): ChampionRegistrationsRecord | undefined {
  const mine = rows.table("champion_registrations").all.filter((r) => r.user === rows.me.id || (r.user ?? "") === "");
  return mine.find((r) => !over.includes(r.status)) ?? mine.at(-1);
}

export const goesOn = (r: ChampionRegistrationsRecord | undefined): boolean => r !== undefined && !over.includes(r.status);
export const serves = (r: ChampionRegistrationsRecord | undefined): boolean => r?.status === "active" || r?.status === "renewed";
/** Whoever is or was a champion writes down what they passed on. */
export const mayRecord = (rows: Rows): boolean => rows.me.roles.includes("coordinator") || rows.table("champion_registrations").all.some((r) => r.active_since);

export const endOf = (e: NetworkEventsRecord): number => instant(e.starts_at) + (e.minutes || 60) * 60_000;
const byStart = (a: NetworkEventsRecord, b: NetworkEventsRecord) => a.starts_at.localeCompare(b.starts_at);

export const eventsAhead = (rows: Rows, now: number): NetworkEventsRecord[] => rows.table("network_events").all.filter((e) => e.status === "planned" && endOf(e) > now).sort(byStart);
export const eventsPast = (rows: Rows, now: number): NetworkEventsRecord[] => rows.table("network_events").all.filter((e) => e.status !== "cancelled" && endOf(e) <= now).sort(byStart).reverse();

export const myAnswer = (rows: Rows, event: string): NetworkAttendanceRecord | undefined => rows.table("network_attendance").all.find((a) => a.event === event && a.user === rows.me.id);
/** Who else comes, as far as this phone may know. */
export const othersComing = (rows: Rows, event: string): string[] => rows.table("network_attendance").all.filter((a) => a.event === event && a.user !== rows.me.id && a.answer === "coming" && a.name).map((a) => a.name);

/** The decisions of the area about its scheme that hold on a day. */
export function policyOn(rows: Rows, day: string): { missed_meetings: number; remind_days: number[] } {
  const held = [...rows.table("champion_policies").all].filter((p) => !p.from || p.from <= day).sort((a, b) => (a.from ?? "").localeCompare(b.from ?? "")).at(-1);
  return { missed_meetings: held?.missed_meetings ?? 2, remind_days: Array.isArray(held?.remind_days) ? (held.remind_days as number[]) : [] };
}

export interface Meetings { came: number; of: number; other: number; missedLast: number }

/** Network meetings since they became a champion: to how many they came, and how many of the last were missed in a row. */
export function meetingsOf(rows: Rows, since: string, now: number): Meetings {
  const past = eventsPast(rows, now).filter((e) => !since || e.starts_at.slice(0, 10) >= since);
  const answer = (e: NetworkEventsRecord) => myAnswer(rows, e.id)?.answer ?? "";
  const met = past.filter((e) => e.kind === "meeting"), first = met.map(answer).filter((x) => x === "attended" || x === "missed" || x === "apologies");
  let missedLast = 0;
  for (const x of first) {
    if (x === "apologies") continue;
    if (x !== "missed") break;
    missedLast++;
  }
  return { came: met.filter((e) => answer(e) === "attended").length, of: met.length, other: past.filter((e) => e.kind !== "meeting" && answer(e) === "attended").length, missedLast };
}

/** Champions who have every word somewhere: in a name, an agency, a job or a place. */
export function findChampions(rows: Rows, asked: string): ChampionsRecord[] {
  const words = plain(asked).split(" ").filter(Boolean);
  return rows.table("champions").all
    .filter((c) => { const all = " " + plain([c.name, c.agency_name, c.job_title, c.locality].join(" ")); return words.every((w) => all.includes(" " + w)); })
    .sort((a, b) => plain(a.agency_name).localeCompare(plain(b.agency_name)) || plain(a.name).localeCompare(plain(b.name)));
}

/** Whether a champion is to say that they go on: their time is nearly over, or is over, and they have not said so. */
export function confirms(rows: Rows, day: string): boolean {
  const r = registrationOf(rows);
  if (!r || r.renewal_asked || !r.valid_until) return false;
  if (r.status === "lapsed") return true;
  return serves(r) && daysBetween(day, r.valid_until) <= Math.max(30, ...policyOn(rows, day).remind_days);
}

/** Of a family's agency: whom somebody may ask in the corridor. */
export const championsOf = (rows: Rows, agency: string): ChampionsRecord[] => rows.table("champions").all.filter((c) => c.agency === agency && c.user !== rows.me.id);
