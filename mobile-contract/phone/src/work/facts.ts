// What stands in the way of a decision, and what there is to read before it: by the server's
// own sentences, which came with the pathway.
import type { PathwayEventsRecord, PathwaysRecord } from "../../../ts/wire.ts";
import { managerOn } from "../acts.ts";
import { dayIn, instant } from "../day.ts";
import { involvedIn, openPathway } from "../family.ts";
import type { Rows } from "../rows.ts";
import { text } from "../risk.ts";
import { bodyOf } from "../step.ts";
import type { Say } from "../words.ts";

interface Allowed { now?: string[]; not?: { why: string; acts: string[] }[]; waits?: { act: string; event: string; who?: string[]; why?: string }[] }
const allowedOf = (p: PathwaysRecord | undefined): Allowed => (p?.allowed ?? {}) as Allowed;

/** Which act decides about an event. */
export const decides: Record<string, string> = { "closure.proposed": "closure.approved", "risk_assessment.submitted": "risk_assessment.signed_off", "migration.proposed": "pathway.migrated", "closure.approved": "closure.confirmed" };

/** The server's sentence for what may not be done now; "" where nothing is in its way. */
export const inTheWay = (p: PathwaysRecord | undefined, act: string): string => allowedOf(p).not?.find((n) => n.acts.includes(act))?.why ?? "";

export interface Waiting {
  event: PathwayEventsRecord;
  pathway: PathwaysRecord;
  act: string;
  /** who may decide, each as name and agency; none where nobody may */
  who: string[];
  nobody: string;
  /** what has to come first */
  first: string;
  /** whether this person may decide, once nothing is in the way */
  mine: boolean;
}

export function waitingOn(rows: Rows, p: PathwaysRecord): Waiting[] {
  return (allowedOf(p).waits ?? []).flatMap((w) => {
    const event = rows.table("pathway_events").get(w.event);
    if (!event || w.act.startsWith("letter.")) return []; // a letter is decided where it is read
    const act = decides[event.kind] ?? w.act;
    return [{ event, pathway: p, act, who: w.who ?? [], nobody: w.why ?? "", first: inTheWay(p, act), mine: managerOn(rows, p.case) && event.author !== rows.me.id }];
  });
}

/** What waits for this person's decision: what can be decided now first, longest first. */
export function decisionsOf(rows: Rows): Waiting[] {
  return rows.table("pathways").all.filter((p) => !p.ended || allowedOf(p).waits?.length).flatMap((p) => waitingOn(rows, p)).filter((w) => w.mine && !decided(rows, w))
    .sort((a, b) => Number(a.first !== "") - Number(b.first !== "") || a.event.occurred_at.localeCompare(b.event.occurred_at));
}

/** Decided on this phone, and the server has not said so yet. */
export const decided = (rows: Rows, w: Waiting): boolean =>
  rows.table("pathway_events").of(w.pathway.case).some((e) => rows.unsent.has(`pathway_events/${e.id}`) && (e.kind === w.act || e.kind === "closure.rejected" || e.corrects === w.event.id));

export interface AgencyWord { agency: string; name: string; phone: string; event?: PathwayEventsRecord; said: "proposes" | "agrees" | "objects" | "" }

/** What each agency says about ending, in its own words: its latest answer counts. */
export function agencyWords(rows: Rows, proposed: PathwayEventsRecord): AgencyWord[] {
  return involvedIn(rows, proposed.case).map((a) => {
    const answers = rows.table("pathway_events").of(proposed.case).filter((e) => e.pathway === proposed.pathway && e.agency === a.agency && (e.kind === "closure.consulted" || e.kind === "closure.objected") && e.verdict !== "attempted" && e.occurred_at >= proposed.occurred_at);
    const last = answers.sort((x, y) => x.occurred_at.localeCompare(y.occurred_at)).at(-1);
    if (last) return { agency: a.agency, name: a.name, phone: a.phone, event: last, said: last.kind === "closure.objected" ? "objects" : "agrees" };
    return { agency: a.agency, name: a.name, phone: a.phone, ...(a.agency === proposed.agency ? { event: proposed, said: "proposes" as const } : { said: "" as const }) };
  });
}

/** The proposal to end that stands. */
export function proposalOf(rows: Rows, pathway: string): PathwayEventsRecord | undefined {
  const p = rows.table("pathways").get(pathway);
  return rows.table("pathway_events").of(p?.case ?? "").filter((e) => e.pathway === pathway && e.kind === "closure.proposed" && e.verdict !== "attempted").sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).at(-1);
}

/** The days that an ending asks for, as the record has them: a person looks at each before it counts. */
export function checklistOf(rows: Rows, p: PathwaysRecord, proposed: PathwayEventsRecord): { item: string; day: string }[] {
  const body = bodyOf(rows, p) as { events?: { name: string; guards?: { name: string; with?: { items?: string[] } }[] }[] };
  const items = body.events?.find((e) => e.name === "closure.approved")?.guards?.find((g) => g.name === "closing_checklist")?.with?.items ?? [];
  const latest = (all: readonly { at: string }[]) => [...all].map((x) => dayIn(x.at)).filter(Boolean).sort().at(-1) ?? "";
  const days: Record<string, string> = {
    chronology: latest([...rows.table("pathway_events").of(p.case).filter((e) => e.kind !== "closure.approved" && !e.kind.startsWith("timer.")).map((e) => ({ at: e.occurred_at })), ...rows.table("notes").of(p.case).map((n) => ({ at: n.occurred_at }))]),
    views: latest(rows.table("notes").of(p.case).filter((n) => n.source === "said_by_child" || n.source === "said_by_parent").map((n) => ({ at: n.occurred_at }))),
    notified: dayIn(proposed.occurred_at),
  };
  return items.map((item) => ({ item, day: days[item] ?? "" }));
}

/** Why this person cannot decide about this now; "" where they can. */
export function cannotDecide(rows: Rows, say: Say, event: PathwayEventsRecord, act: string): string {
  if (!managerOn(rows, event.case)) return say("decide.manager");
  if (event.author === rows.me.id && act !== "closure.confirmed") return say("decide.own");
  return inTheWay(rows.table("pathways").get(event.pathway), act);
}

export const longAgo = (say: Say, at: string): boolean => instant(at) < say.now - 56 * 86_400_000;
export const reasonOf = (e: PathwayEventsRecord): string => text(e.data, "why") || text(e.data, "reason") || text(e.data, "answer");
export const mainPathway = (rows: Rows, family: string): string => openPathway(rows, family)?.id ?? "";
