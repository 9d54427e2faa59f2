// How a threshold is decided, who lifts one that was met, and whose word an answer to a referral
// is (PATHWAY.md, 24 to 28).
import { isManager, text, words, type Entry } from "./event.ts";
import { substance, tooShort } from "./house.ts";
import type { Ledger } from "./ledger.ts";
import { isNamed } from "./named.ts";

const decided = "threshold.decided";

export const grave = (e: Entry): number => ({ child_in_need: 1, child_protection: 2 })[text(e, "decision")] ?? 0;

/** The agency that was asked, or children's social care: it decides on referrals. */
export const isSocialCare = (l: Ledger, agency: string | undefined): boolean =>
  !!agency && (agency === l.sent.to || !!l.c.agencies?.some((a) => a.id === agency && a.kind === "local_authority_csc"));

const ownName = (l: Ledger, e: Entry): string => l.c.workers?.[e.e.by ?? ""] ?? "";
const namesOther = (l: Ledger, e: Entry): boolean => isNamed(text(e, "decided_by"), ownName(l, e));

/** A manager, and somebody of social care, decide by recording it; whoever else records it names who did. */
export const decidesForOthers = (l: Ledger, e: Entry): boolean =>
  isManager(e.e.role) || isSocialCare(l, e.e.agency) || (text(e, "decided_by") !== (e.e.by ?? "") && namesOther(l, e));

export const threshold = (l: Ledger): string => (l.told.decision ? words(text(l.told.decision, "decision")) : "");
/** The threshold that was met and that nothing has lifted since; "" for none. */
export const standing = (l: Ledger): string => (threshold(l) !== "not met" && !l.told.settled ? threshold(l) : "");
export const decideAnew = (l: Ledger): string => `The threshold was decided to be ${threshold(l)}; refer, or record a new decision by somebody else.`;
export const holdsThreshold = (l: Ledger): string => (standing(l) ? decideAnew(l) : "");

export function decide(l: Ledger, e: Entry): void {
  const was = l.told, others = isSocialCare(l, e.e.agency) || was.settled ? [] : was.held.filter((d) => d.e.agency !== e.e.agency), held = [...others, e];
  const stands = held.reduce((a, d) => (grave(d) > grave(a) ? d : a), e);
  l.told.held = held;
  l.told.decision = stands;
  if (stands !== e) return;
  // An earlier referral that nobody took on is none for this.
  l.told = { decision: e, held, no: was.no, sinceNo: was.no !== undefined, settled: false, sent: l.referred || l.handed ? was.sent : undefined };
}

export function mayDecide(l: Ledger, e: Entry): string {
  if (l.told.settled) return "";
  let own = 0, others: Entry | undefined;
  for (const d of l.told.held) {
    if (d.e.agency === e.e.agency) own = grave(d);
    else if (grave(d) > grave(e) && (!others || grave(d) > grave(others))) others = d;
  }
  const lifts = own > grave(e);
  if (others && !lifts && !isSocialCare(l, e.e.agency))
    return `The threshold was decided to be ${words(text(others, "decision"))} by ${l.nameOf(others.e.agency ?? "")}; only they, or social care, decide it anew. Raise it as a disagreement.`;
  return (lifts || others) && !namesOther(l, e) ? "Give the first and last name of who decided, who is somebody else than you." : "";
}

/** Cancelling is for what was opened in error: it says why, and is no way round a threshold that was met. */
export function mayCancel(l: Ledger, e: Entry): string {
  if (standing(l))
    return `The threshold was decided to be ${threshold(l)}, and a pathway is not cancelled over that. ` +
      "Where it was recorded on the wrong family, have another manager of that agency withdraw the decision, who says why; else refer, or record a new decision by somebody else.";
  return !substance(text(e, "reason")) && e.e.received_verdict !== "accepted" ? tooShort : "";
}

/** Why a correction may not take back that a threshold was met. */
export function takesBackThreshold(e: Entry, old: Entry): string {
  if (old.e.kind !== decided || grave(old) === 0 || (e.e.kind === decided && grave(e) >= grave(old))) return "";
  if (e.e.kind === decided) return "A threshold that was met is not corrected into less; record a new decision by somebody else.";
  if (!isManager(e.e.role) || e.e.by === old.e.by || e.e.agency !== old.e.agency)
    return "That a threshold was met is withdrawn by a manager of that agency who did not record it; or record a new decision by somebody else.";
  return substance(text(e, "reason")) ? "" : tooShort;
}

const relays = (l: Ledger, e: Entry): boolean => !isSocialCare(l, e.e.agency);

export function refer(l: Ledger, e: Entry): void {
  l.referred = true;
  l.told.sent = e;
  l.sent = { to: text(e, "to_agency"), from: e.e.agency ?? "", by: e.e.by ?? "", relayed: undefined };
}

export function answeredReferral(l: Ledger, e: Entry, takes: boolean): void {
  l.referred = false;
  l.handed = takes;
  if (relays(l, e)) l.sent.relayed = e;
}

/** What was decided on a referral is told by those who decide, or by who referred, with a name. */
export function mayTell(l: Ledger, e: Entry): string {
  const { from } = l.sent;
  if (!l.referred || !relays(l, e)) return "";
  if (!e.e.by || e.e.role === "system" || (from !== "" && e.e.agency !== from))
    return `What was decided on a referral is recorded by those who decided it, or by those who referred: ask ${l.nameOf(from || "them")} to record it.`;
  return namesOther(l, e) ? "" : "Give the first and last name of who at social care decided this; it is not recorded on your own word.";
}

export const onTheWordOf = (l: Ledger, e: Entry): string => (relays(l, e) ? `Recorded by ${ownName(l, e) || "whoever referred"} on the word of ${text(e, "decided_by")}.` : "");

/** Nobody approves an ending that stands on their own word that social care has taken it on. */
export function ownWord(l: Ledger, e: Entry | undefined): string {
  const r = l.sent.relayed;
  if (!l.handed || !r || e?.e.kind !== "closure.approved" || e.e.received_verdict === "accepted" || (e.e.by !== r.e.by && e.e.by !== l.sent.by)) return "";
  return "That social care has taken it on stands on your own word, or on that of your referral; another manager approves this.";
}

export function mayBeTakenOn(l: Ledger, e: Entry): string {
  return isNamed(text(e, "accepted_by"), ownName(l, e)) ? "" : "Give the first and last name of who in the new area has taken the family on.";
}

export const leadOnCase = "Change who leads on the case itself, or ask the other agency to take the lead; the pathway hears of it from there.";
