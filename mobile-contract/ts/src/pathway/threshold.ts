// How a threshold is decided, who lifts one that was met, and whose word an answer to a referral
// is (PATHWAY.md, 24 to 28).
import { before, isManager, text, words, type Entry } from "./event.ts";
import { substance, tooShort } from "./house.ts";
import type { Ledger } from "./ledger.ts";
import { bears, isNamed, reachable, ringBack } from "./named.ts";
import { isSocialCare, ownName, passes } from "./whose.ts";

const decided = "threshold.decided";

export function grave(e: Entry): number {
  return ({ child_in_need: 1, child_protection: 2 })[text(e, "decision")] ?? 0;
}

const namesOther = (l: Ledger, e: Entry): boolean => isNamed(text(e, "decided_by"), ownName(l, e));

/** A manager, and somebody of social care, decide by recording it; whoever else records it names who did. */
export const decidesForOthers = (l: Ledger, e: Entry): boolean =>
  isManager(e.e.role) || isSocialCare(l, e.e.agency) || (text(e, "decided_by") !== (e.e.by ?? "") && namesOther(l, e));

export const threshold = (l: Ledger): string => (l.told.decision ? words(text(l.told.decision, "decision")) : "");
/** The threshold that was met and that nothing has lifted since; "" for none. */
export const standing = (l: Ledger): string => (threshold(l) !== "not met" ? threshold(l) : "");
export const decideAnew = (l: Ledger): string => `The threshold was decided to be ${threshold(l)}; refer, or record a new decision by somebody else.`;
export const holdsThreshold = (l: Ledger): string => (standing(l) ? decideAnew(l) : "");

/** A decision that came with a child who was moved here adds to those here, and takes the place of none that is graver. */
export const came = (e: Entry): boolean => e.e.arises_from?.startsWith("person_moves/") ?? false;

/** Whether a decision is that of who at social care decided on the referral since, passed on by the agency that referred. */
export function byTelephone(l: Ledger, e: Entry): boolean {
  const r = l.nfa;
  if (!r || came(e) || isSocialCare(l, e.e.agency) || (e.e.agency ?? "") !== r.from || !namesOther(l, e)) return false;
  const graver = l.told.held.filter((d) => grave(d) > grave(e)), named = text(r.answer, "decided_by");
  const who = relays(l, r.answer) ? named : ownName(l, r.answer) || named;
  return graver.some((d) => d.e.agency !== e.e.agency) && !graver.some((d) => before(d, r.answer) > 0) && bears(text(e, "decided_by"), who);
}

export function decide(l: Ledger, e: Entry): void {
  if (came(e) && l.told.held.some((d) => d.e.agency === e.e.agency && grave(d) >= grave(e))) return;
  if (!came(e)) l.decisions.push(e);
  const phoned = byTelephone(l, e), was = l.told, others = !came(e) && (isSocialCare(l, e.e.agency) || was.settled || phoned) ? [] : was.held.filter((d) => d.e.agency !== e.e.agency), held = [...others, e];
  const stands = held.reduce((a, d) => (grave(d) > grave(a) ? d : a), e);
  let { lift, shared, passed } = was;
  if (came(e)) { /* lifts nothing */ }
  else if (isSocialCare(l, e.e.agency)) [lift, shared, passed] = [undefined, false, []];
  else if (was.decision && grave(stands) < grave(was.decision)) [lift, shared, passed] = [e, false, phoned ? [l.nfa!.answer.e.by ?? "", l.nfa!.asked] : []];
  else if (lift && grave(e) <= grave(lift) && e.e.by !== lift.e.by) shared = true;
  Object.assign(l.told, { held, decision: stands, lift, shared, passed });
  if (stands !== e) return;
  // An earlier referral that nobody took on is none for this.
  l.told = { decision: e, held, no: was.no, sinceNo: was.no !== undefined, settled: false, sent: l.referred || l.handed ? was.sent : undefined, lift, shared, passed };
}

export function mayDecide(l: Ledger, e: Entry): string {
  if (came(e)) return "";
  let own = 0, others: Entry | undefined;
  for (const d of l.told.held) {
    if (d.e.agency === e.e.agency) own = grave(d);
    else if (grave(d) > grave(e) && (!others || grave(d) > grave(others))) others = d;
  }
  const lifts = own > grave(e);
  if (others && !lifts && !l.told.settled && !isSocialCare(l, e.e.agency) && !byTelephone(l, e))
    return `The threshold was decided to be ${words(text(others, "decision"))} by ${l.nameOf(others.e.agency ?? "")}; only they, or social care, decide it anew. Raise it as a disagreement; or refer, and record what social care decides by who there did.`;
  return (lifts || others) && !namesOther(l, e) ? "Give the first and last name of who decided, who is somebody else than you." : "";
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
  l.sent = { from: e.e.agency ?? "", by: e.e.by ?? "" };
}

export function answeredReferral(l: Ledger, e: Entry, takes: boolean): void {
  l.referred = false;
  l.handed = takes;
  const r = { answer: e, from: l.sent.from, asked: l.sent.by };
  l.relayed = takes && relays(l, e) ? r : undefined;
  if (!takes) l.nfa = r;
}

/** What was decided on a referral is told by those who decide, or by who referred, with a name. */
export function mayTell(l: Ledger, e: Entry): string {
  const { from } = l.sent;
  if (!l.referred || !relays(l, e)) return "";
  if (!e.e.by || e.e.role === "system" || (from !== "" && e.e.agency !== from))
    return `What was decided on a referral is recorded by those who decided it, or by those who referred: ask ${l.nameOf(from || "them")} to record it.`;
  if (!namesOther(l, e)) return "Give the first and last name of who at social care decided this; it is not recorded on your own word.";
  return passes(l, e, "decided_by", (a) => isSocialCare(l, a)) ? ""
    : "Somebody of that name works here, and not at social care. Give the first and last name of who at social care decided this, or have social care record it.";
}

export const onTheWordOf = (l: Ledger, e: Entry): string =>
  relays(l, e) ? `Recorded by ${ownName(l, e) || "whoever referred"} on the word of ${text(e, "decided_by")}.${canRing(l, text(e, "decided_by")) ? "" : ` ${ringBack}`}` : "";

/** Whether somebody who is named can be reached: who has an account here can, and the family. */
const canRing = (l: Ledger, name: string): boolean =>
  reachable(name) || [...(l.c.known ?? []), ...(l.c.adults ?? []), ...(l.c.children ?? [])].some((x) => bears(name, x.name ?? ""));

/** Remarks on somebody elsewhere whom a word is passed on from, and whom nobody could ring. */
export const unreachable = (l: Ledger, e: Entry, member: string): { code: string; text: string }[] =>
  text(e, member) && !isSocialCare(l, e.e.agency) && !canRing(l, text(e, member)) ? [{ code: "house", text: ringBack }] : [];

export function mayBeTakenOn(l: Ledger, e: Entry): string {
  if (!isNamed(text(e, "accepted_by"), ownName(l, e))) return "Give the first and last name of who in the new area has taken the family on.";
  return passes(l, e, "accepted_by", () => false) ? "" : "Somebody of that name works here, and not in the new area: give the first and last name of who there has taken the family on.";
}

export const leadOnCase = "Change who leads on the case itself, or ask the other agency to take the lead; the pathway hears of it from there.";
