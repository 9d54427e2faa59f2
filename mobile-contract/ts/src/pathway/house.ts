// What the house asks for in every template, and who may decide on what (PATHWAY.md 15 to 19).
import { before, day, isDay, isManager, list, spoken, text, addDays, type Entry } from "./event.ts";
import { concerned, seeable, since } from "./household.ts";
import { mayEnd, roleMissing } from "./asks.ts";
import { mayCancel } from "./cancel.ts";
import type { Ledger } from "./ledger.ts";
import { leadOnCase, mayBeTakenOn, mayDecide, mayTell, threshold } from "./threshold.ts";
import { mayRaise, mayRefer, maySettle } from "./whose.ts";
import type { Due, Step, Timer } from "./types.ts";

export const tooShort = "Say why in a sentence of your own, of 20 characters or more, that whoever reads it later understands.";

/** A sentence: no blanks, and no few letters over and over. */
export const substance = (s: string): boolean =>
  [...s.split(/\s+/).filter((w) => w !== "").join(" ")].length >= 20 && new Set([...s.toLowerCase()].filter((c) => !" 0123456789.,;:-_!?".includes(c))).size >= 7;

export const handsOver = (l: Ledger): boolean => l.proposal?.reason === "statutory";

export function unseenSaid(l: Ledger, { today, came }: { today: string; came: string }, days: number): string[] {
  const limit = addDays(came, -days);
  return (l.c.children ?? []).filter((c) => l.lastSeen(c) < limit && (seeable(c, today) || seeable(c, came))).map((c) => {
    const last = l.lastSeen(c), name = c.name || "a child";
    return isDay(last) ? `${name} has not been seen within ${days} days, last on ${spoken(last)}` : `nobody has recorded seeing ${name} since this began on ${spoken(l.openedOn)}`;
  });
}

/** Why an ending may not be approved by the one person by whose word a child was seen lately. */
export function ownSight({ l, e, today, came }: { l: Ledger; e: Entry | undefined; today: string; came: string }, days: number): string {
  if (!e || e.e.kind !== "closure.approved" || e.e.received_verdict === "accepted") return "";
  const limit = addDays(came, -days), names = (l.c.children ?? []).filter((c) => l.lastSeen(c, e.e.by ?? "") < limit && (seeable(c, today) || seeable(c, came))).map((c) => c.name || "a child");
  return names.length > 0 ? `Only you have recorded seeing ${list(names)} lately: another manager approves this, or somebody else sees them first.` : "";
}

/** Why an ending may not be approved over a child whom nobody looks for any more by what somebody changed, and nobody saw: by another, and with a sentence about it. */
export function recastSaid({ l, e, came }: { l: Ledger; e: Entry | undefined; came: string }, days: number): string {
  if (!e || e.e.kind !== "closure.approved" || e.e.received_verdict === "accepted") return "";
  const limit = addDays(came, -days), me = e.e.by ?? "", mine = (l.c.recast ?? []).filter((r) => r.by.includes(me)), own = mine.find((r) => l.lastSeenRecast(r, me) < limit);
  const gone = (l.c.recast ?? []).filter((r) => !mine.includes(r) && l.lastSeenRecast(r) < limit);
  if (own) return `That nobody looks for ${own.name || "a child"} any more stands on your own change; another manager approves this.`;
  if (gone.length === 0 || substance(text(e, "not_seen"))) return "";
  return `Nobody has seen ${list(gone.map((r) => r.name || "a child"))} lately, and their record was changed, so that nobody looks for them: ask whoever changed it, and say why nobody needs to have seen them.`;
}

/** Nobody answered a proposal before it was here. */
const mayAnswer = (l: Ledger, e: Entry): string =>
  l.proposal && e.received && e.received < l.proposal.received ? "This came before the proposal to end was here, so it is no answer to it; answer it now." : "";

/** Nobody on the case may approve what somebody did, though there is a manager on it. */
export const unapproved = (l: Ledger, by: string | undefined): boolean => !l.c.no_manager && !!l.c.no_approver?.includes(by ?? "");
export const nobodyApproves = "Nobody on this case may approve this but whoever recorded it: ask your agency's lead to name a manager above them, who comes to the case by that.";

/** What approves each kind of work that waits for it. */
export const approvedBy: Record<string, string> = {
  "closure.proposed": "closure.approved", "risk_assessment.submitted": "risk_assessment.signed_off", "letter.drafted": "letter.approved", "migration.proposed": "pathway.migrated",
};

/** What waits for somebody other than its author to approve it, but for letters: the act, and whose it is. */
export function waiting(l: Ledger): { act: string; by: string }[] {
  if (l.here().ends) return l.against.late && !l.against.confirmed ? [{ act: "closure.confirmed", by: l.against.late.e.by ?? "" }] : [];
  const out: { act: string; by: string }[] = [];
  if (l.proposal && l.x.acts.get("closure.approved")?.some((act) => l.x.rows[l.state][act].length > 0)) out.push({ act: "closure.approved", by: l.proposal.by });
  if (l.assessed && !l.assessed.signed) out.push({ act: "risk_assessment.signed_off", by: l.assessed.by });
  for (const m of l.moves.values()) out.push({ act: "pathway.migrated", by: m.by });
  return out;
}

/** A clock is stopped, and a count begun anew, by whoever leads, who says why. */
function mayEase(l: Ledger, e: Entry): string {
  return mayEnd(l, e, "This") || (substance(text(e, "reason")) || e.e.received_verdict === "accepted" ? "" : tooShort);
}

const managers = ["manager", "service_manager"];

/** Rules about who may decide and on what, which no template changes. A move to another version is the server's to read. */
export const houseRules: Record<string, (l: Ledger, e: Entry) => string> = {
  "migration.proposed": (l, e) => {
    if (!e.e.by || e.e.role === "system") return "Only a person proposes a move to another version.";
    return l.here().ends ? "The pathway has ended; open a new one that points to it." : "There is no such version of this pathway in use; propose one that is published.";
  },
  "pathway.migrated": (l, e) => {
    const m = l.moves.get(text(e, "proposal"));
    if (!m) return "There is no such proposal to move waiting; propose the move first.";
    if (!e.e.by) return "Say who approves it.";
    return e.e.by === m.by ? "Whoever proposed the move cannot approve it; another manager can." : "There is no such version of this pathway in use; propose one that is published.";
  },
  "closure.confirmed": (l, e) => {
    if (!l.against.late) return "No ending waits to be confirmed; this is for one that an agency objected to in time, and was not heard.";
    if (!isManager(e.e.role)) return roleMissing(l, managers, e);
    return substance(text(e, "reason")) ? mayEnd(l, e) : tooShort;
  },
  "closure.consulted": mayAnswer, "closure.objected": mayAnswer, "threshold.decided": mayDecide, "pathway.cancelled": (l, e) => mayCancel(l, e),
  "referral.accepted": mayTell, "referral.nfa": mayTell, "new_area.accepted": mayBeTakenOn,
  "referral.sent": mayRefer, "dispute.opened": mayRaise, "dispute.resolved": maySettle,
  "lead.changed": (_, e) => (e.e.arises_from?.startsWith("case_members/") ? "" : leadOnCase),
  "meeting.held": (_, e) => (text(e, "family_told") === "no" && !text(e, "not_told_because") ? "Say why the family was not told of the meeting." : ""),
  "attempts.reset": (l, e) => (!e.e.by ? "Say who approves it." : l.missed.by.has(e.e.by) ? "Whoever recorded a try that counts cannot reset the count; another manager can." : mayEase(l, e)),
  "timer.stopped": (l, e) => mayEase(l, e),
  "risk_assessment.signed_off": (l, e) => {
    const c = (l.c.children ?? []).find((x) => l.assessed && concerned(x, day(l.moment(e))) && !l.assessed.about.has(x.id));
    if (!c) return "";
    const on = since(c), joined = isDay(on) ? ` joined on ${spoken(on).replace(/ \d{4}$/, "")} and` : "";
    return `${c.name || "A child"}${joined} is not in it: write down what it means for ${c.name || "them"}, and submit it again.`;
  },
};

const managed = new Set(["letter.approved", "risk_assessment.signed_off", "closure.approved", "closure.rejected", "immediate_risk.resolved", "attempts.reset", "timer.stopped", "timer.restarted", "pathway.migrated", "pathway.cancelled"]);

/** A decision that was refused when it came: what only a manager decides does not come to life by what arrives later. */
export const refusedBefore = (e: Entry): boolean => managed.has(e.e.kind) && e.e.received_verdict === "attempted";

const subjectOf: Record<string, string> = {
  "closure.proposed": "closure.approved", "closure.rejected": "closure.approved", "risk_assessment.submitted": "risk_assessment.signed_off", "letter.drafted": "letter.approved", "letter.rejected": "letter.approved",
};

/** A decision that counts stands for those of its kind that were refused; those whose subject is gone are forgotten. */
export function decide(l: Ledger, e: Entry): void {
  l.refused = l.refused.filter((old) => {
    if ((old.e.kind !== e.e.kind && old.e.kind !== subjectOf[e.e.kind]) || text(old, "letter_id") !== text(e, "letter_id")) return true;
    if (old.e.kind === e.e.kind) l.again = e;
    return false;
  });
}

interface Demand {
  code: string;
  title: string;
  at?: number;
  due?: Due;
  done?: Entry;
  /** also once the pathway has ended */
  after?: boolean;
}

/** The steps and clocks of the house, after those of the template. */
export function ask(l: Ledger, again: boolean, now: number, notAsked: string): { steps: Step[]; timers: Timer[] } {
  const steps: Step[] = [], timers: Timer[] = [];
  for (const d of demands(l, again)) {
    const step: Step = { code: d.code, title: d.title, status: "open" }, timed = d.due !== undefined;
    let due = { on: "", at: 0 };
    if (timed) {
      due = l.dueFrom(d.due!, d.at!, 0);
      const soon = l.t.due_soon_hours * 3_600_000;
      step.due_on = due.on;
      step.status = !due.at ? "open" : now > due.at ? "overdue" : now >= due.at - soon ? "due_soon" : "open";
    }
    if (d.done) Object.assign(step, { status: "done", done_on: day(l.moment(d.done)), done_by: d.done.e.id });
    else if (l.here().ends && !d.after) Object.assign(step, { status: "cancelled", due_on: "", because: notAsked });
    steps.push(step);
    if (timed) timers.push({ code: d.code, title: d.title, status: step.status, started_on: day(d.at!), due_on: due.on, due_at: due.at });
  }
  return { steps, timers };
}

function demands(l: Ledger, again: boolean): Demand[] {
  const out: Demand[] = [], t = threshold(l), { objection, met, late, confirmed } = l.against;
  if (t === "child in need" || t === "child protection")
    out.push({ code: "refer", title: `Refer to children's social care: the threshold was decided to be ${t}`, at: l.moment(l.told.decision!), due: { working_days: t === "child protection" ? 0 : 1 }, done: l.told.sent });
  if (again || l.again) out.push({ code: "approve-again", title: "Approve again: what stood in the way is gone", done: again ? undefined : l.again });
  if (objection) out.push({ code: "settle-objection", title: "Settle the objection to ending: keep it open, or raise it as a disagreement", done: met && before(objection, met) < 0 ? met : undefined });
  if (late) out.push({ code: "confirm-ending", title: `Confirm the ending or open it again: ${l.nameOf(late.e.agency ?? "")} had objected in time`, at: late.received, due: { working_days: 1 }, done: confirmed, after: true });
  if (waiting(l).some((w) => unapproved(l, w.by))) out.push({ code: "name-approver", title: "Have your agency's lead name a manager who may approve what waits: nobody on this case may" });
  if (l.c.no_manager) out.push({ code: "name-manager", title: "Have your agency's lead put a manager on this case: nobody on it may sign off or approve" });
  return out;
}
