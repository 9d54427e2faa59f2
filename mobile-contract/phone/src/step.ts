// What is asked of whoever works with a family: when it is due, why, and what it waits for.
// The server decides what is done; lateness is counted here too, since a phone may have been
// without signal for days.
import type { PathwayStepsRecord, PathwaysRecord } from "../../ts/wire.ts";
import { addDays, dayIn, dayOf, daysBetween, instant } from "./day.ts";
import type { Rows } from "./rows.ts";
import type { Key, Say } from "./words.ts";

export interface Step {
  id: string;
  family: string;
  pathway: string;
  code: string;
  title: string;
  /** "" where no day is set */
  due: string;
  at: number;
  kind: "overdue" | "today" | "soon" | "later" | "none";
  daysLate: number;
  /** a child has not been seen by its day: it weighs more than a late form */
  unseen: boolean;
  /** done on this phone, and the server has not said so yet */
  provisional: boolean;
}

const asked = ["open", "due_soon", "overdue"];
/** how far ahead is "soon" */
export const ahead = 10;

export function stepOf(s: PathwayStepsRecord, say: Say, rows: Rows): Step {
  const due = s.due_at || s.due_on, day = dayIn(s.due_on || s.due_at), at = due.length > 10 ? instant(due) : NaN;
  const late = day !== "" && (Number.isNaN(at) ? day < say.today : at < say.now);
  const kind = day === "" ? "none" : late ? "overdue" : day === say.today ? "today" : day <= addDays(say.today, ahead) ? "soon" : "later";
  return {
    id: s.id, family: s.case, pathway: s.pathway, code: s.code, title: s.title, due, at: Number.isNaN(at) ? instant(day + "T23:59:59Z") : at,
    kind, daysLate: late ? Math.max(0, daysBetween(day, say.today)) : 0, unseen: late && doneBy(rows, s).includes("child.seen"), provisional: rows.unsent.has(`pathway_steps/${s.id}`),
  };
}

/** The open steps of a family, or of all: first what is late for longest. */
export function openSteps(rows: Rows, say: Say, family?: string): Step[] {
  const table = rows.table("pathway_steps"), all = family === undefined ? table.all : table.of(family);
  const ended = new Set(rows.table("pathways").all.filter((p) => p.ended).map((p) => p.id));
  return all.filter((s) => asked.includes(s.status) && !ended.has(s.pathway)).map((s) => stepOf(s, say, rows)).sort(byUrgency);
}

/** The events that do a step, as its template has them. */
export const doneBy = (rows: Rows, s: { pathway: string; code: string }): string[] =>
  bodyOf(rows, rows.table("pathways").get(s.pathway)).steps?.find((x) => x.code === s.code)?.done?.on ?? [];

export const byUrgency = (a: Step, b: Step): number =>
  rank(a) - rank(b) || a.at - b.at || a.title.localeCompare(b.title);
const rank = (s: Step): number => (s.kind === "none" ? 2 : s.kind === "later" ? 1 : 0);

interface Timed { code: string; starts?: { on?: string[] }; due?: { working_days?: number; calendar_days?: number; hours?: number } }
interface Body {
  title?: string;
  states?: { key: string; title: string }[];
  events?: { name: string; title: string; may?: string[] }[];
  steps?: { code: string; timer?: string; by_hand?: boolean; done?: { on?: string[] } }[];
  timers?: Timed[];
}

export const bodyOf = (rows: Rows, p: PathwaysRecord | undefined): Body => (rows.table("pathway_templates").get(p?.template ?? "")?.body ?? {}) as Body;
export const stateTitle = (rows: Rows, p: PathwaysRecord): string => bodyOf(rows, p).states?.find((s) => s.key === p.state)?.title ?? "";

/** Why a step is asked for, and from which day its time is counted. */
export function whyOf(rows: Rows, s: Step, say: Say): string {
  const p = rows.table("pathways").get(s.pathway), body = bodyOf(rows, p);
  const step = body.steps?.find((x) => x.code === s.code), timer = body.timers?.find((t) => t.code === step?.timer);
  if (!p || !timer?.starts?.on || !timer.due || !s.due) return "";
  const from = started(rows, p, timer.starts.on, timer.due, s), limit = limitWords(timer.due, say);
  if (!from || !limit) return "";
  const key = `since.${from.kind}`;
  return say.has(key) ? say("step.why", { since: say(key as Key), day: say.when(from.at), limit }) : "";
}

// Of several beginnings it is the one from which the limit ends where the step is due. Bank
// holidays are left to the server: where they lie between, the phone says nothing.
function started(rows: Rows, p: PathwaysRecord, on: string[], limit: NonNullable<Timed["due"]>, s: Step): { kind: string; at: string } | undefined {
  const kinds = on.map((k) => k.split(":")[0]), found: { kind: string; at: string }[] = [];
  if (kinds.includes("pathway.opened")) found.push({ kind: "pathway.opened", at: p.opened_at });
  for (const e of rows.table("pathway_events").of(p.case)) if (e.pathway === p.id && kinds.includes(e.kind) && e.verdict !== "attempted") found.push({ kind: e.kind, at: e.occurred_at });
  if (kinds.includes("attempt.recorded"))
    for (const a of rows.table("contact_attempts").of(p.case)) if (missed.includes(a.outcome)) found.push({ kind: "attempt.recorded", at: a.occurred_at });
  const fits = found.filter((f) => ends(instant(f.at), limit, s));
  return fits.find((f) => f.kind !== "pathway.opened") ?? fits[0];
}

function ends(from: number, limit: NonNullable<Timed["due"]>, s: Step): boolean {
  if (limit.hours !== undefined) return from + limit.hours * 3_600_000 === s.at;
  let day = dayOf(from);
  if (limit.working_days === undefined) return limit.calendar_days !== undefined && addDays(day, limit.calendar_days) === dayIn(s.due);
  for (let n = limit.working_days; n > 0; ) {
    day = addDays(day, 1);
    if (new Date(day + "T12:00:00Z").getUTCDay() % 6 !== 0) n--;
  }
  return day === dayIn(s.due);
}

/** What counts as a contact that did not come about. */
export const missed = ["no_answer", "not_home", "refused_entry", "child_withheld", "not_brought", "message_left"];

function limitWords(d: NonNullable<Timed["due"]>, say: Say): string {
  if (d.working_days !== undefined) return say("limit.working_days", { n: d.working_days });
  if (d.hours !== undefined) return say("limit.hours", { n: d.hours });
  return d.calendar_days !== undefined ? say("limit.calendar_days", { n: d.calendar_days }) : "";
}

/** A sentence of what has to come first, where nothing that does the step can be recorded yet. */
export function waitsFor(rows: Rows, s: Step): string {
  const p = rows.table("pathways").get(s.pathway), done = doneBy(rows, s);
  const allowed = (p?.allowed ?? {}) as { now?: string[]; not?: { why: string; acts: string[] }[] };
  if (done.length === 0 || !allowed.now || done.some((act) => allowed.now!.some((n) => n === act || n.startsWith(act + ":")))) return "";
  return allowed.not?.find((n) => n.acts.some((a) => done.includes(a.split(":")[0]) || done.includes(a)))?.why ?? "";
}
