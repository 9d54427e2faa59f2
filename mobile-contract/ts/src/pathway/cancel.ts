// Cancelling is for what should never have been: it stands over nothing that an ending waits for
// (PATHWAY.md, 27).
import { mayEnd } from "./asks.ts";
import { before, day, immediateRisk, text, type Entry } from "./event.ts";
import { substance, tooShort } from "./house.ts";
import { statutory } from "./household.ts";
import type { Ledger } from "./ledger.ts";
import { grave, standing, threshold } from "./threshold.ts";
import { ownWord } from "./whose.ts";

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
  return ownWord(l, e, "cancelled");
}

/** Which agencies object to an ending; each until it agrees to one. */
export function objected(l: Ledger, e: Entry): void {
  const agency = e.e.agency ?? "";
  l.objects = l.objects.filter((a) => a !== agency);
  if (e.e.kind === "closure.objected") l.objects.push(agency);
}
