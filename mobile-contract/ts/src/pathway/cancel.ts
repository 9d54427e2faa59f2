// Cancelling is for what should never have been: it stands over nothing that an ending waits for
// (PATHWAY.md, 27).
import { mayEnd } from "./asks.ts";
import { addDays, before, day, immediateRisk, isDay, later, list, text, type Entry } from "./event.ts";
import { substance, tooShort } from "./house.ts";
import { seeable, since, statutory } from "./household.ts";
import type { Ledger } from "./ledger.ts";
import { grave, standing, threshold } from "./threshold.ts";
import { ownWord } from "./whose.ts";
import type { Child } from "./types.ts";

/** Whether an event stands in the way of cancelling, whatever day that is dated. */
export const weighs = (e: Entry): boolean =>
  e.e.kind === "threshold.decided" ? grave(e) > 0 : ["dispute.opened", "referral.sent", "closure.objected", immediateRisk].includes(e.e.kind);

/** Whether an event is dated back behind something in its way that was here first. */
const behind = (l: Ledger, e: Entry): boolean => l.weighty.some((w) => before(e, w) < 0 && w.received > 0 && (e.received === 0 || w.received <= e.received));

/** Whoever leads cancels, says why, and not over what shows that the pathway was right to be there. */
export function mayCancel(l: Ledger, e: Entry): string {
  const instead = ", so this was not opened in error: end it in the ordinary way, or settle that first.", today = day(l.moment(e));
  if (standing(l))
    return `The threshold was decided to be ${threshold(l)}, and a pathway is not cancelled over that. ` +
      "Where it was recorded on the wrong family, have another manager of that agency withdraw the decision, who says why; else refer, or record a new decision by somebody else.";
  if (e.e.received_verdict === "accepted") return "";
  if (!substance(text(e, "reason"))) return tooShort;
  if (mayEnd(l, e)) return mayEnd(l, e);
  if (behind(l, e)) return "Something was recorded here after the day that you give, and would stand in the way of this: cancel it as of today, or end it in the ordinary way.";
  if (statutory(l.c, today) || (e.received > 0 && day(e.received) > today && statutory(l.c, day(e.received)))) return `A child has a protection plan, or an enquiry is running${instead}`;
  if (l.referred) return `A referral was sent and is not decided${instead}`;
  if (l.handed) return `Social care has taken the family on${instead}`;
  if (l.objects.length > 0) return `${l.nameOf(l.objects.at(-1)!)} objected to ending${instead}`;
  const names = unseenBy(l, e, today, e.e.by ?? "");
  if (names.length > 0)
    return `Nobody${unseenBy(l, e, today, "").length < names.length ? " but you" : ""} has seen ${list(names)} lately, so this is not cancelled on one person's word: have somebody else propose ending it for another reason (“other”), because it was opened in error, and cancel it then; or see them first.`;
  return ownWord(l, e, "cancelled");
}

/** Children whom nobody has seen within the days of nothing_open, or looks for any more, where one person alone cancels over them: by the word of anybody but one person. */
function unseenBy(l: Ledger, e: Entry, today: string, but: string): string[] {
  const days = unseenDays(l);
  if (days === 0 || (l.proposal?.reason === "other" && l.proposal.by !== (e.e.by ?? ""))) return [];
  const came = later(today, e.received > 0 ? day(e.received) : ""), limit = addDays(came, -days), name = (c: { name?: string }) => c.name || "a child";
  return [
    ...(l.c.children ?? []).filter((c) => (seeable(c, today) || seeable(c, came)) && seenOrSince(l, c, but) < limit).map(name),
    ...(l.c.recast ?? []).filter((r) => (l.lastSeenRecast(r, but) || l.openedOn) < limit).map(name),
  ];
}

/** How many days nobody may have seen a child where a pathway ends. */
const unseenDays = (l: Ledger): number =>
  (l.x.acts.get("closure.approved") ?? []).flatMap((a) => l.t.events[a].guards ?? []).find((g) => g.name === "nothing_open" && (g.with?.days ?? 0) > 0)?.with?.days ?? 0;

/** The day on which a child was last seen; of one whom nobody saw, that since which they could be, at the least. */
export function seenOrSince(l: Ledger, c: Child, but = ""): string {
  const last = l.lastSeen(c, but);
  if (isDay(last)) return last;
  const on = later(later(l.openedOn, since(c)), c.born);
  return isDay(c.seen_before) && c.seen_before < on ? c.seen_before : on;
}

/** Which agencies object to an ending; each until it agrees to one. */
export function objected(l: Ledger, e: Entry): void {
  const agency = e.e.agency ?? "";
  l.objects = l.objects.filter((a) => a !== agency);
  if (e.e.kind === "closure.objected") l.objects.push(agency);
}
