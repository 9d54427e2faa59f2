// Immediate risks: who is in danger, and whether anybody has answered. Told is not answered, and
// a phone knows of its own notices alone: it says "you have not answered", never that nobody has.
import type { NoticesRecord, PathwayEventsRecord } from "../../ts/wire.ts";
import { instant } from "./day.ts";
import type { Rows } from "./rows.ts";

export interface Risk {
  id: string;
  /** "" where somebody raised it about a family that is not on this phone */
  family: string;
  pathway: string;
  raised: number;
  /** a user's id; a name where that is all there is */
  by: string;
  words: string;
  /** where to ring whoever raised it */
  ring: string;
  mine: boolean;
  /**
   * unsent: it is on this phone alone, and nobody has been told;
   * unheard: the server found nobody to tell;
   * asked: it asks this person, who has not answered;
   * open: told or answered, and not over
   */
  state: "unsent" | "unheard" | "asked" | "open";
  /** how many were told, as far as the server has said */
  told?: number;
  /** the notice by which this person answers */
  notice?: NoticesRecord;
  /** a reading of the notice is not enough: they take it on first */
  off: boolean;
}

const stages = ["at_once", "unanswered"];
const answered = (n: NoticesRecord) => n.acknowledged_at !== "" || n.taken_on_at !== "";

const raised = "immediate_risk.raised";

/** The risks that are not over, those that wait for this person first, longest first. */
export function openRisks(rows: Rows): Risk[] {
  const events = rows.table("pathway_events"), users = rows.table("users"), out: Risk[] = [];
  const notices = rows.table("notices").all.filter((n) => n.user === rows.me.id && stages.includes(n.stage) && n.timer.startsWith(raised + "/"));
  for (const e of events.all) {
    if (e.kind !== raised || e.resolved_by || resolvedHere(rows, e)) continue;
    const own = notices.filter((n) => n.timer === `${raised}/${e.id}`);
    const unsent = rows.unsent.has(`pathway_events/${e.id}`), mine = unsent || e.author === rows.me.id, notice = own.find((n) => !answered(n)) ?? own[0];
    out.push({
      id: e.id, family: e.case, pathway: e.pathway, raised: instant(e.occurred_at), by: e.author, mine, notice, off: false,
      state: unsent ? "unsent" : e.told === 0 && mine && !heard(rows, e) ? "unheard" : notice && !answered(notice) ? "asked" : "open",
      words: text(e.data, "what"), ring: notice?.ring || users.get(e.author)?.phone || "", ...(unsent || e.told === undefined ? {} : { told: e.told }),
    });
  }
  // Of what is not on this phone, the notice is all there is.
  for (const n of notices) {
    const event = n.timer.slice(raised.length + 1);
    if (answered(n) || events.get(event)) continue;
    const here = rows.table("cases").get(n.case) !== undefined;
    if (!out.some((r) => r.id === event))
      out.push({ id: event, family: here ? n.case : "", pathway: n.pathway, raised: instant(n.told_at), by: n.raised_by, mine: false, state: "asked", words: "", ring: n.ring, notice: n, off: !here });
  }
  const order = ["unsent", "unheard", "asked", "open"];
  return out.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.raised - b.raised);
}

/** Red on every page: somebody has to do something about it, and it may be this person. */
export const loud = (r: Risk): boolean => r.state !== "open";

/** Who was spoken to, and where they are reached: one text on the record. */
export const spokenTo = (whom: string, contact: string): string => [whom.trim(), contact.trim()].filter(Boolean).join(", ");

/** By which a note says that somebody was told by telephone, where the server found nobody. */
export const toldTag = "told_by_telephone";

const heard = (rows: Rows, e: PathwayEventsRecord): boolean =>
  rows.table("notes").of(e.case).some((n) => n.author === rows.me.id && Array.isArray(n.tags) && n.tags.includes(toldTag) && n.occurred_at >= e.occurred_at);

function resolvedHere(rows: Rows, e: PathwayEventsRecord): boolean {
  return rows.table("pathway_events").of(e.case).some((o) =>
    o.kind === "immediate_risk.resolved" && o.verdict !== "attempted" && rows.unsent.has(`pathway_events/${o.id}`) && text(o.data, "risk") === e.id);
}

export const text = (data: unknown, name: string): string => {
  const v = data && typeof data === "object" ? (data as Record<string, unknown>)[name] : undefined;
  return typeof v === "string" ? v : "";
};
export const texts = (data: unknown, name: string): string[] => {
  const v = data && typeof data === "object" ? (data as Record<string, unknown>)[name] : undefined;
  return Array.isArray(v) ? v.map(String) : [];
};
