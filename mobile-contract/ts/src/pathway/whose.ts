// Whose word something is, and not that of the one who profits (PATHWAY.md, 25 to 34).
import { before, day, isManager, later, text, type Entry } from "./event.ts";
import { reached } from "./household.ts";
import { substance, tooShort } from "./house.ts";
import type { Dispute, Ledger } from "./ledger.ts";
import { bears, isNamed } from "./named.ts";
import { grave } from "./threshold.ts";

/** An agency is children's social care by its kind, and by nothing that is written on a pathway. */
export const isSocialCare = (l: Ledger, agency: string | undefined): boolean =>
  !!agency && (!!l.c.social_care?.includes(agency) || !!l.c.agencies?.some((a) => a.id === agency && a.kind === "local_authority_csc"));

export const ownName = (l: Ledger, e: Entry): string => l.c.workers?.[e.e.by ?? ""] ?? "";

const said = ["closure.consulted", "closure.objected", "referral.sent", "referral.accepted", "referral.nfa", "social_worker.told", "dispute.opened", "dispute.resolved", "immediate_risk.raised"];

/** Whether somebody would take back, or write anew, what another agency said: whoever wants it otherwise does not. */
export const anotherAgencys = (e: Entry, old: Entry): boolean => said.includes(old.e.kind) && e.e.by !== old.e.by && !!old.e.agency && e.e.agency !== old.e.agency;

/** Whether who is named may speak for those whose word it is: nobody with an account here elsewhere. */
export function passes(l: Ledger, e: Entry, member: string, theirs: (agency: string) => boolean): boolean {
  if (e.e.received_verdict === "accepted") return true;
  const like = (l.c.known ?? []).filter((w) => bears(text(e, member), w.name));
  return like.length === 0 || like.some((w) => theirs(w.agency));
}

/** Social care's own people know: they record it, or somebody does who says whom of theirs they spoke to. */
export function theyHeard(l: Ledger, e: Entry): void {
  if (isSocialCare(l, e.e.agency) || (isNamed(text(e, "spoken_to"), ownName(l, e)) && passes(l, e, "spoken_to", (a) => isSocialCare(l, a)))) l.theyKnow = e;
}

const inYourName = "That the threshold is not met stands on your own word alone, or on your name: have somebody else record that decision too (who is named in it, say), or another manager do this.";

interface Word {
  /** who recorded it, or asked for it */
  by: string[];
  /** whom it names */
  of: string;
  says: string;
}

const by = (e: Entry): string => e.e.by ?? "";

/** Whether somebody else has decided, since a threshold was taken back, that less is met: in the order of what happened, and of what the server had. */
const sharedSince = (l: Ledger, d: Entry, w: { by: Entry; of: Entry }): boolean =>
  before(w.by, d) < 0 && (d.received === 0 || d.received >= w.by.received) && grave(d) < grave(w.of) && (by(d) !== by(w.by) || isSocialCare(l, d.e.agency));

/** On whose word alone a threshold that was met no longer stands. */
function liftedBy(l: Ledger): Word[] {
  const { lift, shared } = l.told, out: Word[] = [];
  if (lift && !shared) out.push({ by: [by(lift), ...l.told.passed], of: text(lift, "decided_by"), says: inYourName });
  for (const w of l.tookBack) if (!l.decisions.some((d) => sharedSince(l, d, w))) out.push({ by: [by(w.by)], of: "", says: inYourName });
  return out;
}

/** What an ending for a reason rests on, as far as it was passed on. */
function restsOn(l: Ledger, reason: string): Word[] {
  if (reason === "statutory") {
    const r = l.relayed, t = l.theyKnow;
    if (l.handed) return r ? [{ by: [by(r.answer), r.asked], of: text(r.answer, "decided_by"), says: "That social care has taken it on stands on your own word or in your name, or on that of your referral; another manager approves this." }] : [];
    if (!t || isSocialCare(l, t.e.agency)) return [];
    return [{ by: [...(l.c.cp_plan?.by ?? []), ...(l.c.section_47?.by ?? []), by(t)], of: text(t, "spoken_to"), says: "That social care has it stands on what you recorded yourself, or on your name; another manager approves this." }];
  }
  const list = liftedBy(l), d = l.told.decision;
  if (reason !== "cancelled")
    for (const s of [...(l.c.section_47?.was ?? []), ...(l.c.cp_plan?.was ?? [])].reverse())
      if (s.by && s.until >= l.openedOn) list.unshift({ by: [s.by], of: "", says: "That the plan or the enquiry is over stands on your own word; another manager approves this." });
  if (reason === "moved") list.unshift({ by: l.course.away.by, of: "", says: "That those where the family went know of it stands on your own word; another manager approves this." });
  if (reason === "declined" && d && !isManager(d.e.role) && !isSocialCare(l, d.e.agency)) list.unshift({ by: [by(d)], of: text(d, "decided_by"), says: inYourName });
  return list;
}

/** Why somebody may not end the pathway: it stands on a word of their own, or in their name. */
export function ownWord(l: Ledger, e: Entry, reason: string): string {
  if (e.e.received_verdict === "accepted") return "";
  const name = ownName(l, e);
  return restsOn(l, reason).find((w) => w.by.includes(by(e)) || (name !== "" && bears(w.of, name)))?.says ?? "";
}

/** Whether nobody of a disagreement's sides is on the case any more, nor asked all the same. */
function haveLeft(l: Ledger, d: Dispute, on: string): boolean {
  const raised = d.opened.e.agency ?? "", other = text(d.opened, "with_agency");
  const left = (agency: string) => !!l.c.agencies?.some((a) => a.id === agency && a.until && later(a.until, a.asked_until) < on);
  return raised !== "" && raised !== (l.c.lead_agency ?? "") && left(raised) && (other === "" || left(other));
}

/** Whether an event is a manager's, of the agency that leads, on a disagreement whose two agencies have left. */
export const endsForBoth = (l: Ledger, d: Dispute, e: Entry): boolean =>
  e.e.agency === l.c.lead_agency && isManager(e.e.role) && haveLeft(l, d, later(day(e.occurred), e.received ? day(e.received) : ""));

/** Whose word is missing before a disagreement is over, once an event is recorded too, by the agencies on the case as it came. */
export function lacks(l: Ledger, d: Dispute, e: Entry): { agency: string; over: boolean } {
  const raised = d.opened.e.agency ?? "", other = text(d.opened, "with_agency"), said = [...d.said, e].map((x) => ({ by: by(x), agency: x.e.agency ?? "", manages: isManager(x.e.role) }));
  if (said.some((a) => a.agency === "" || raised === "" || (other !== "" && a.agency !== other && a.agency !== raised && d.stage >= 4))) return { agency: "", over: true };
  const has = (agency: string) => said.some((a) => a.agency === agency);
  const on = day(e.received || e.occurred), here = l.c.agencies?.some((a) => reached(a.since, on) && !(a.until && a.until < on) && (other === "" ? a.id !== raised : a.id === other));
  const lead = l.c.lead_agency ?? "";
  if (haveLeft(l, d, on)) return { agency: lead, over: lead !== "" && said.some((a) => a.agency === lead && a.manages) }; // nobody else could
  if (!has(raised)) return { agency: raised, over: false };
  if (here) return other === "" ? { agency: "", over: said.some((a) => a.agency !== raised) } : { agency: other, over: has(other) };
  return { agency: "", over: new Set(said.filter((a) => a.agency === raised).map((a) => a.by)).size > 1 }; // their own concern, that two of them let go
}

/** A disagreement that is over lets decide a threshold anew: it was about that, and its agency was one of the sides. */
export function settles(l: Ledger, d: Dispute): boolean {
  const of = l.told.decision, agency = of?.e.agency ?? "", raised = d.opened.e.agency ?? "", other = text(d.opened, "with_agency");
  return of !== undefined && d.after === of && text(d.opened, "subject") === "threshold" && agency !== "" && raised !== "" &&
    (agency === raised || agency === other || (other === "" && d.said.some((a) => a.e.agency === agency))) &&
    d.said.some((a) => !!a.e.agency && a.e.agency !== raised);
}

export const mayRefer = (l: Ledger, e: Entry): string =>
  text(e, "to_agency") && !isSocialCare(l, text(e, "to_agency"))
    ? "This is for a referral to children's social care, and the agency given is another: choose theirs, or give none and say in words to whom it went." : "";
export const mayRaise = (_: Ledger, e: Entry): string =>
  text(e, "with_agency") && text(e, "with_agency") === e.e.agency ? "A disagreement is between two agencies: say which other one it is with." : "";
export const maySettle = (_: Ledger, e: Entry): string => (substance(text(e, "outcome")) ? "" : tooShort);
