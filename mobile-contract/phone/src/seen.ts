// When each child was last seen, by anybody of any agency, and by whom. One date for "the
// children" is never said: it hides the one whom nobody saw.
import type { PeopleRecord } from "../../ts/wire.ts";
import { dayIn, daysBetween, instant } from "./day.ts";
import { childrenOf, workerName } from "./person.ts";
import { text, texts } from "./risk.ts";
import type { Rows } from "./rows.ts";
import type { Say } from "./words.ts";

export interface Seen {
  child: PeopleRecord;
  /** "" where nobody recorded it */
  day: string;
  daysAgo: number;
  by: string;
  agency: string;
  alone?: boolean;
  /** something of it is on this phone alone */
  unsent: boolean;
}

export function lastSeen(rows: Rows, family: string, say: Say): Seen[] {
  const children = childrenOf(rows, family, say.today);
  return children.map((child) => {
    let best: Seen = { child, day: "", daysAgo: 0, by: "", agency: "", unsent: false };
    for (const s of sightings(rows, family, children)) {
      if (!s.children.includes(child.id) && !aliasOf(rows, s.children, child.id)) continue;
      if (s.day > best.day) best = { child, day: s.day, daysAgo: 0, by: s.by, agency: s.agency, alone: s.alone, unsent: s.unsent };
    }
    // The server knows more than the rows say: of before this family was on this phone.
    if (child.last_seen_on && dayIn(child.last_seen_on) > best.day) best = { child, day: dayIn(child.last_seen_on), daysAgo: 0, by: "", agency: "", unsent: false };
    return { ...best, daysAgo: best.day ? Math.max(0, daysBetween(best.day, say.today)) : 0 };
  });
}

const aliasOf = (rows: Rows, named: string[], child: string): boolean => named.some((id) => rows.table("people").get(id)?.same_as === child);

interface Sighting { children: string[]; day: string; by: string; agency: string; alone?: boolean; unsent: boolean }

function* sightings(rows: Rows, family: string, children: PeopleRecord[]): Iterable<Sighting> {
  const only = children.length === 1 ? [children[0].id] : [];
  const agency = (id: string) => rows.table("agencies").get(id)?.name ?? "";
  for (const e of rows.table("pathway_events").of(family)) {
    if ((e.kind !== "child.seen" && e.kind !== "appointment.kept_child_seen") || e.verdict === "attempted" || instant(e.occurred_at) > Date.parse("2999-01-01")) continue;
    const named = texts(e.data, "children");
    yield {
      children: named.length > 0 ? named : only, day: dayIn(e.occurred_at), agency: agency(e.agency), by: text(e.data, "seen_by") || workerName(rows, e.author, family),
      ...(hasFlag(e.data, "alone") ? { alone: flag(e.data, "alone") } : {}), unsent: rows.unsent.has(`pathway_events/${e.id}`),
    };
  }
  for (const a of rows.table("contact_attempts").of(family))
    if (a.outcome === "child_seen" && !faceless.includes(a.method) && !withdrawn(rows, a.id))
      yield { children: only, day: dayIn(a.occurred_at), by: workerName(rows, a.author, family), agency: agency(a.agency), unsent: rows.unsent.has(`contact_attempts/${a.id}`) };
}

/** By which nobody is seen (M276). */
const faceless: readonly string[] = ["phone", "text", "email", "letter", "card"];

const hasFlag = (data: unknown, name: string): boolean => typeof (data as Record<string, unknown> | null)?.[name] === "boolean";
const flag = (data: unknown, name: string): boolean => (data as Record<string, unknown>)[name] === true;

export const withdrawn = (rows: Rows, attempt: string): boolean => rows.table("attempt_withdrawals").all.some((w) => w.attempt === attempt);
