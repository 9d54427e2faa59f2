// A history in the order it happened, and what stands for what (PATHWAY.md, Reading a history).
import { endOf } from "../workday.ts";
import { at, attempt, before, day, entryOf, immediateRisk, isDay, isManager, malformed, text, type Entry } from "./event.ts";
import { takesBackThreshold } from "./threshold.ts";
import { anotherAgencys } from "./whose.ts";
import type { Case, Event } from "./types.ts";

export interface Opening {
  event: string;
  at: number;
  by: string;
}

const opened = "pathway.opened", withdrawn = "event.withdrawn", dayRight = "opening.corrected";

export function arrange(events: Event[], c: Case, now: number): { list: Entry[]; right: Opening } {
  const list = events.map(entryOf).sort(before), seen = new Set<string>();
  for (const x of list) {
    x.twice = !x.e.id || seen.has(x.e.id);
    seen.add(x.e.id);
  }
  markLate(list);
  correct(list, now);
  const right = putRight(list, c, now), first = list.findIndex((x) => opens(x, now));
  if (first > 0) list.unshift(...list.splice(first, 1));
  return { list, right };
}

export const opens = (x: Entry, now: number): boolean => x.e.kind === opened && !x.correctedBy && !x.objection && malformed(x, now).length === 0;

/** Those that came after something that happened later was here. */
function markLate(list: Entry[]): void {
  let soonest = 0;
  for (let i = list.length - 1; i >= 0; ) {
    let j = i; // the events of one instant are judged together
    for (; j >= 0 && list[j].happened === list[i].happened; j--) list[j].late = soonest > 0 && list[j].received > 0 && list[j].received > soonest;
    for (; i > j; i--) if (list[i].received > 0 && (soonest === 0 || list[i].received < soonest)) soonest = list[i].received;
  }
}

function correct(list: Entry[], now: number): void {
  const where = new Map<string, number>();
  list.forEach((x, i) => void (x.twice || where.set(x.e.id, i)));
  const ring = rings(list, where);
  list.forEach((x, i) => {
    if (!x.e.corrects && x.e.kind !== withdrawn) return;
    const old = where.get(x.e.corrects ?? "");
    if (old === undefined) {
      x.objection = "The event this corrects is not here yet; it will count when that arrives.";
      return;
    }
    x.objection = objection(x.e, list[old].e, ring.has(i));
    if (x.objection || x.twice || malformed(x, now).length > 0) return;
    const by = where.get(list[old].correctedBy);
    if (by === undefined || recordedAfter(x, list[by])) list[old].correctedBy = x.e.id;
  });
}

const recordedAfter = (a: Entry, b: Entry): boolean => (a.recorded !== b.recorded ? a.recorded > b.recorded : a.e.id > b.e.id);

function objection(e: Event, old: Event, ring: boolean): string {
  if (ring) return "These events correct each other; name the event that was first recorded.";
  if (old.kind === immediateRisk) return "An immediate risk is never taken back; a manager records that it is resolved.";
  if (old.kind === "calendar.changed") return "A change of the calendar is not taken back; change the calendar again.";
  if (old.kind === "pathway.migrated") return "A move to another version is not taken back; propose a move again.";
  if (old.kind === dayRight) return "Put the day right by another correction.";
  if (old.kind === opened && e.kind === withdrawn) return "A pathway opened in error is cancelled by a manager, not withdrawn.";
  if (["letter.drafted", "letter.rejected", "letter.returned"].includes(old.kind) && old.arises_from?.startsWith("letter_events/"))
    return "What the letter's own record says of it is not taken back here; record on the letter what became of it since.";
  if (e.kind !== old.kind && e.kind !== withdrawn) return "A correction is of the same kind as what it corrects; withdraw that event and record the other.";
  if (recordOf(e) && recordOf(e) === recordOf(old)) return ""; // what a record of the case told of itself, it tells anew
  if ((!e.by || e.by !== old.by) && !isManager(e.role)) return "Only the author or a manager may correct an event.";
  if (anotherAgencys(entryOf(e), entryOf(old))) return "What another agency has said is its own to take back: ask somebody there.";
  return takesBackThreshold(entryOf(e), entryOf(old));
}

/** The record of the case that an event arises from: what is before its last part. */
function recordOf(e: Event): string {
  const parts = (e.arises_from ?? "").split("/");
  return parts.length < 3 ? "" : `${parts[0]}/${parts[1]}`;
}

/** The events that, by way of corrections, correct themselves. */
function rings(list: Entry[], where: Map<string, number>): Set<number> {
  const ring = new Set<number>(), seen = new Array<number>(list.length).fill(0), next = (i: number) => where.get(list[i].e.corrects ?? "");
  for (let i = 0; i < list.length; i++)
    for (let j: number | undefined = i; j !== undefined && list[j].e.corrects; j = next(j)) {
      if (seen[j] === i + 1) {
        for (let k: number | undefined = j; k !== undefined && !ring.has(k); k = next(k)) ring.add(k);
        break;
      }
      if (seen[j] !== 0) break;
      seen[j] = i + 1;
    }
  return ring;
}

const hangless = [opened, dayRight, withdrawn, "calendar.changed", attempt, immediateRisk, "immediate_risk.resolved", "timer.due_soon", "timer.overdue"];

/** Which corrections of the day of the opening stand; the last counts. */
function putRight(list: Entry[], c: Case, now: number): Opening {
  let start = at(c.opened_at), by = c.opened_by ?? "";
  if (!start) {
    const first = list.find((x) => opens(x, now));
    if (first) (start = first.occurred), (by = first.e.by ?? "");
  }
  let last: Entry | undefined;
  for (const x of list) {
    const told = x.e.kind === opened && at(c.opened_at) > 0 && day(x.occurred) !== day(at(c.opened_at));
    if ((x.e.kind !== dayRight && !told) || x.correctedBy || x.objection || malformed(x, now).length > 0) continue;
    x.objection = mayPutRight(list, x, by, c, now);
    if (!x.objection && !told && (!last || recordedAfter(x, last))) last = x;
  }
  if (!last) return { event: "", at: 0, by: "" };
  const on = text(last, "opened_on");
  for (const x of list) if (x.e.kind === opened && !x.correctedBy && day(x.occurred) !== on) (x.correctedBy = last.e.id), (x.objection = "");
  return { event: last.e.id, at: onDay(on, start, last.happened), by };
}

function mayPutRight(list: Entry[], x: Entry, opener: string, c: Case, now: number): string {
  const on = x.e.kind === opened ? day(x.occurred) : text(x, "opened_on");
  if (!x.e.by || (x.e.by !== opener && !isManager(x.e.role))) return "Whoever opened the pathway, or a manager, puts its day right.";
  if (on > day(x.happened)) return "That day had not come yet: give the day on which the pathway began.";
  if (c.begun && on < c.begun) return "The case was opened later than this: give the day on which its pathway began.";
  const hangs = list.some((o) => !hangless.includes(o.e.kind) && !o.correctedBy && !o.objection && cameBefore(o, x) && malformed(o, now).length === 0);
  return hangs ? "Other things have been recorded since, and their days count from this opening. A manager cancels the pathway as opened in error; then open it anew." : "";
}

function cameBefore(a: Entry, b: Entry): boolean {
  if (a.received === b.received) return a.recorded < b.recorded;
  return a.received === 0 || b.received === 0 ? a.received !== 0 : a.received < b.received;
}

export const startOf = (d: string): number => endOf(new Date(Date.parse(d + "T00:00:00Z") - 86_400_000).toISOString().slice(0, 10)) + 1;

/** The same time on another day, and not after an instant. */
function onDay(on: string, when: number, until: number): number {
  if (!isDay(on)) return until;
  const start = startOf(on) + (when ? when - startOf(day(when)) : 0);
  return Math.min(start, until);
}
