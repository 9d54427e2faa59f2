// The guards that a template names, with its numbers (PATHWAY.md, Checks). Each answers "" where
// it holds, else one sentence that says what would lift it.
import { afterDot, attempt, before, byPost, day, later, entries, flag, isDay, isManager, list, number, part, spoken, text, words, type Entry } from "./event.ts";
import { disputeOf, knownTo, methodOf, objecting, riskOf, sighted, stands } from "./facts.ts";
import { concerned, known, reached, seeable, statutory, unborn, up } from "./household.ts";
import { mayEnd } from "./asks.ts";
import { handsOver, ownSight, recastSaid, substance, tooShort, unseenSaid } from "./house.ts";
import type { Ledger } from "./ledger.ts";
import { decideAnew, decidesForOthers, holdsThreshold, threshold } from "./threshold.ts";
import { endsForBoth, ownWord } from "./whose.ts";
import type { Check, Params, Reason } from "./types.ts";

/** What a guard looks at: the ledger, and the event in question; none when only asking what would be allowed. */
export interface Scene {
  l: Ledger;
  e: Entry | undefined;
  now: number;
  today: string;
  /** The day on which the server had it, and none before its own: who and what is there is asked of that where something is ended. */
  came: string;
}

type Guard = (s: Scene, p: Params) => string;

export const sceneOf = (l: Ledger, e: Entry | undefined, now: number): Scene => ({ l, e, now, today: day(now), came: later(day(now), e?.received ? day(e.received) : "") });

const there = (s: { today: string; came: string }, on: (d: string) => boolean): boolean => on(s.today) || on(s.came);

const home = (s: Scene): string[] => (s.l.c.children ?? []).filter((c) => seeable(c, s.today)).map((c) => c.id);
const named = (s: Scene, agencies: string[]): string => list(agencies.map((id) => s.l.nameOf(id)));

const attemptsMade: Guard = ({ l }, p) => {
  const m = l.missed, lacks: string[] = [];
  const lack = (have: number, want: number | undefined, one: string, many: string) => void (have < (want ?? 0) && lacks.push(number(want! - have, one, many)));
  lack(m.count, p.attempts, "more try at contact", "more tries at contact");
  lack(m.methods.size, p.methods, "more method", "more methods");
  lack(m.weekdays.size, p.weekdays, "more day of the week", "more days of the week");
  lack(m.bands.size, p.bands, "more part of the day", "more parts of the day");
  if (p.contact_checked && !l.checked) lacks.push("a check of the contact details against the referral");
  return lacks.length === 0 ? "" : `First record ${list(lacks)}.`;
};

const letterApproved: Guard = ({ l, e }, p) => {
  const fits = (f: { approved: boolean; key: string } | undefined) => f !== undefined && f.approved && (!p.letter || f.key === p.letter);
  const is = e ? fits(l.letters.get(text(e, "letter_id"))) : [...l.letters.values()].some((f) => fits(f) && !f.issued);
  return is ? "" : "First have a manager who did not write this letter approve it as it now stands.";
};

function toApprove({ l, e }: Scene, kind: string | undefined): [string[] | undefined, string] {
  if (kind === "risk_assessment.submitted") return [l.assessed && !l.assessed.signed ? [l.assessed.by] : undefined, "risk assessment"];
  const f = e ? l.letters.get(text(e, "letter_id")) : [...l.letters.values()].find((x) => x.authors.length > 0 && !x.approved);
  return f && f.authors.length > 0 ? [f.authors, "letter"] : [undefined, "draft letter"];
}

const notAuthor: Guard = (s, p) => {
  const [authors, what] = toApprove(s, p.kind);
  if (!authors) return `There is no ${what} waiting for this; record one first.`;
  if (!s.e) return "";
  if (!s.e.e.by) return "Say who approves it.";
  return authors.includes(s.e.e.by) ? `The author cannot approve their own ${what}; another manager can.` : "";
};

const letterDeemed: Guard = ({ l, today }, p) => {
  let first = "";
  for (const f of l.letters.values()) {
    if (f.key !== p.letter || !f.issued || f.returned) continue;
    const { on, fault } = l.deemed(f);
    if (fault) return "The calendar does not reach far enough to say when that letter is taken to have come; update the calendar.";
    if (on <= today) return "";
    if (!first || on < first) first = on;
  }
  return first ? `Wait until ${first}, when the letter before it is taken to have come.` : "First issue the letter before it, to an address it does not come back from.";
};

function whole(m: Record<string, unknown> | undefined, notBorn: boolean, by: string): boolean {
  const has = (f: string) => typeof m?.[f] === "string" && (m[f] as string).trim() !== "";
  if (!has("impact")) return false;
  if (notBorn) return true;
  if (m!.never_seen === true) return has("why_not_seen");
  return isDay(m!.last_seen_on) && m!.last_seen_on <= by && has("seen_by") && typeof m!.alone === "boolean";
}

const impactComplete: Guard = ({ l, e, today, came }) => {
  if (!e) return "";
  const said = new Map(entries(e.e.data?.impact).filter((m) => typeof m.child === "string").map((m) => [known(l.c, m.child as string), m]));
  const lacks = (l.c.children ?? []).filter((c) => concerned(c, today) && !whole(said.get(c.id), unborn(c, today), came)).length;
  return lacks === 0 ? "" : `Complete the impact for each child: ${number(lacks, "child is", "children are")} still without impact, day last seen, by whom and whether alone.`;
};

/** Whether an agency joined later on the day on which an approval was taken. */
const joinedAfter = ({ e, today, came }: Scene, from: string | undefined): boolean => e?.e.received_verdict === "accepted" && from === came && from !== today;

export function unanswered(s: Scene): { waiting: string[]; others: number } {
  const pr = s.l.proposal!, taken = s.e?.e.received_verdict === "accepted";
  // one that another took off the case is asked for some weeks all the same
  const gone = (a: { until?: string; asked_until?: string }) => a.until && later(a.until, (!taken && a.asked_until) || "") < pr.on;
  const others = (s.l.c.agencies ?? []).filter((a) => a.id !== pr.agency && reached(a.since, s.came) && !gone(a));
  return { waiting: others.filter((a) => !pr.answers.has(a.id) && !joinedAfter(s, a.since)).map((a) => a.id).sort(), others: others.length };
}

const senior = (role: string | undefined, than: string): boolean => role === "service_manager" || (isManager(role) && !isManager(than));

/** The answers that the server had when an approval came; none where it was decided by then that the work goes on. */
function asReceived(l: Ledger, e: Entry): Map<string, Entry> | undefined {
  const had = new Map(l.proposal!.answers);
  for (const a of l.answers) {
    if (before(e, a) >= 0 || !a.received || (e.received && a.received > e.received)) continue;
    if (a.e.kind === "closure.proposed") return had; // what comes after is of another
    if (a.e.kind === "closure.rejected") {
      if (isManager(a.e.role)) return undefined;
    } else if (a.e.agency && a.e.role !== "system") had.set(a.e.agency, a);
  }
  return had;
}

const agenciesAnswered: Guard = (s, p) => {
  const { l, e } = s, pr = l.proposal;
  if (!pr) return "First propose closing and ask every agency.";
  let answers = pr.answers;
  if (e) {
    if (!e.e.by) return "Say who approves it.";
    if (e.e.by === pr.by) return "Whoever proposed closing cannot approve it; another manager can.";
    const say = mayEnd(l, e);
    if (say) return say;
    const received = asReceived(l, e);
    if (!received) return "It was decided before this came that the work goes on; propose ending again.";
    answers = received;
  }
  const override = e && isManager(e.e.role) ? text(e, "override_reason") : "";
  const { waiting, others } = unanswered(s), { over, on } = l.over(p.timer, s.now), against = objecting(l, answers);
  if (waiting.length > 0 && !over) return on ? `Wait for ${named(s, waiting)} to answer, or until ${spoken(on)} is over; after that a manager may close with a reason.` : `Wait for ${named(s, waiting)} to answer.`;
  if (e && !override) {
    if (waiting.length > 0) return `Say why it is right to close without an answer from ${named(s, waiting)}.`;
    if (others === 0) return "Only one agency is on this case, and none closes alone: say why it is right to close.";
    if (against.length > 0) return "An agency objects: say why it is right to close all the same, reject the proposal, or raise it as a disagreement.";
  }
  if ((waiting.length + against.length === 0 && others > 0) || !e || e.e.received_verdict === "accepted") return "";
  if (!substance(override)) return tooShort;
  return against.length > 0 && !senior(e.e.role, pr.role) ? "An agency objects, so this is for somebody senior to whoever proposed it; ask a service manager, or raise it as a disagreement." : "";
};

const nothingOpen: Guard = (s, p) => {
  const { l, e, today } = s, asks = (item: string) => !p.items?.length || p.items.includes(item), open: string[] = [];
  if (handsOver(l)) {
    if (!l.handed && !(statutory(l.c, today) && (l.theyKnow || (e?.e.received_verdict === "accepted" && l.happened.has("social_worker.told")))))
      return "First record that social care has taken it on, and who decided; or, where a plan or an enquiry is open, that their social worker was told, and who that is (first and last name).";
  } else {
    if (asks("cp_plan") && there(s, (d) => up(l.c.cp_plan, d))) open.push("a child protection plan is open");
    if (asks("section_47") && there(s, (d) => up(l.c.section_47, d))) open.push("an enquiry under section 47 is running");
  }
  const own = l.proposal && e?.e.kind === "closure.approved" ? ownWord(l, e, l.proposal.reason) : "";
  if (own) return own;
  if (asks("dispute") && l.disputes.some((d) => d.said.length === 0 || e?.e.received_verdict !== "accepted")) open.push("a dispute is open");
  if (asks("immediate_risk") && l.risks.length > 0) open.push(`${number(l.risks.length, "immediate risk is", "immediate risks are")} not yet resolved`);
  const say = unseenSaid(l, s, p.days ?? 0);
  if (asks("unseen") && (p.days ?? 0) > 0 && say.length > 0) {
    if (!handsOver(l)) open.push(...say);
    else if (open.length === 0 && e && !text(e, "not_seen")) return `Say in the handover which child was not seen, and why: ${list(say)}.`;
    else if (open.length === 0 && e && !substance(text(e, "not_seen")) && e.e.received_verdict !== "accepted") return tooShort;
  }
  if (open.length > 0) return `This has to wait while ${list(open)}.`;
  const seen = asks("unseen") && (p.days ?? 0) > 0 && !handsOver(l) ? ownSight(s, p.days!) : "";
  if (seen) return seen;
  const recast = asks("unseen") && (p.days ?? 0) > 0 ? recastSaid(s, p.days!) : "";
  if (recast) return recast;
  const ending = e ? e.e.kind === "closure.approved" : !p.items?.length, pr = l.proposal;
  return ending && pr && pr.reason !== "statutory" && pr.reason !== "declined" ? holdsThreshold(l) : "";
};

const thresholdDecided: Guard = ({ l }) => {
  const no = l.happened.has("consent.refused") || l.happened.has("consent.withdrawn") || !l.x.acts.has("consent.refused"), d = l.told.decision;
  if (!d) return "First record the threshold decision and who made it: does this now meet child in need or child protection?";
  if (threshold(l) !== "not met") return decideAnew(l);
  if (l.proposal && (d.e.by ?? "") === l.proposal.by) return "Whoever proposes ending decided themselves that the threshold is not met; have somebody else decide it.";
  if (!decidesForOthers(l, d)) return "Nobody else is named in full who decided that the threshold is not met; have somebody else decide it, and name them.";
  if (!no) return "First record that the family said no.";
  return l.told.no && !l.told.sinceNo ? "The threshold was decided before the family last said no; have somebody decide it anew." : "";
};

const different = "Try another method or another time.";
const differentTry: Guard = ({ l, e }) => {
  const first = l.course.first;
  if (!e || !first || first === e || text(e, "outcome") === "cancelled_by_service") return different;
  const [a, b] = [part(first.occurred), part(e.occurred)];
  return methodOf(first) === methodOf(e) && a.weekday === b.weekday && a.band === b.band ? different : "";
};

const accessFailed: Guard = ({ e }) =>
  !e || ["pathway.opened", "appointment.kept_child_not_seen", "appointment.missed"].includes(e.e.kind) || ["no_answer", "not_home", "refused_entry", "child_withheld", "not_brought"].includes(text(e, "outcome"))
    ? "" : "This is not a visit at which a child went unseen.";

const month = (ms: number, now: number): string => {
  const of = (o: Intl.DateTimeFormatOptions, x: number) => new Date(x).toLocaleDateString("en-GB", { timeZone: "Europe/London", ...o });
  return of({ day: "numeric", month: "long" }, ms) + (of({ year: "numeric" }, ms) === of({ year: "numeric" }, now) ? "" : ` ${of({ year: "numeric" }, ms)}`);
};

const childrenSeen: Guard = (s, p) => {
  const { l } = s, children = home(s), n = children.filter((id) => !l.seenSinceOpened(id, s.now)).length;
  if (n > 0) return `First see every child: ${number(n, "child", "children")} of the household still to be seen since the pathway opened.`;
  if (!p.working_days || children.length === 0) return "";
  const oldest = Math.min(...children.map((id) => l.saw(id, s.now)));
  if (oldest === 0) return "";
  if (oldest < l.course.lapsedAt) return `First see every child again: last seen on ${month(oldest, s.now)}, before the last missed contact.`;
  const c = l.reckon(day(oldest), p.working_days);
  return !c.fault && s.now > c.end ? `First see every child again: last seen on ${month(oldest, s.now)}, more than ${number(p.working_days, "working day", "working days")} ago.` : "";
};

const allChildrenSeen: Guard = (s) => {
  if (!s.e) return "";
  const today = sighted(s.l, s.e);
  return home(s).some((id) => !today.includes(id) && !s.l.seenSinceOpened(id, s.now)) ? "A child of the household has still to be seen since the pathway opened." : "";
};

const disputeOpen: Guard = ({ l, e }) => {
  if (l.disputes.length === 0) return "No dispute is open; open one first.";
  if (!e) return "";
  const i = disputeOf(l, e);
  if (i < 0) return "Several disputes are open, or this one is not: name the dispute by the event that opened it.";
  const { opened, stage } = l.disputes[i], with_ = text(opened, "with_agency"), a = e.e.agency;
  if (with_ && opened.e.agency && a && a !== opened.e.agency && a !== with_ && !(e.e.kind === "dispute.resolved" && (stage >= 4 || endsForBoth(l, l.disputes[i], e))))
    return `This disagreement is between ${l.nameOf(opened.e.agency)} and ${l.nameOf(with_)}: one of them records this.`;
  return e.e.kind === "dispute.stage_up" && l.disputes[i].stage >= 4 ? "It is at its last stage, a meeting with somebody in the chair: record there how it was settled." : "";
};

const riskOpen: Guard = ({ l, e }) => {
  if (l.risks.length === 0) return "No immediate risk is open; this is for when one has been raised.";
  if (!e || riskOf(l, e) >= 0) return "";
  if (text(e, "risk")) return "This immediate risk is not open: it is resolved already, or not of this pathway.";
  if (l.risks.some((r) => knownTo(e, r))) return `Several immediate risks are open (${l.risks.length}): say which of them is over.`;
  return l.risks.length === 1 ? "The immediate risk that is open was not known when this was recorded: say which one is over."
    : `The immediate risks that are open (${l.risks.length}) were not known when this was recorded: say which of them is over.`;
};

const timerMayStop: Guard = ({ l, e }) => {
  if (!e) return "";
  const i = l.x.timer.get(text(e, "timer"));
  if (i === undefined) return "There is no such clock on this pathway; give its code.";
  const { last_seen, dispute, statutory: st } = l.t.timers[i].starts;
  if (last_seen || dispute || st) return "This clock cannot be stopped; do what it asks for.";
  return l.timers[i].running ? "" : "This clock has not started, so there is nothing to change.";
};

export const stepByHand: Guard = ({ l, e }) => {
  if (!e) return "";
  const i = l.x.step.get(text(e, "step"));
  if (i === undefined) return "There is no such step on this pathway; give its code.";
  if (!l.t.steps[i].by_hand) return "This step is done by recording what was done, not by ticking it.";
  return l.steps[i].created ? "" : "This step is not asked for yet, so there is nothing to tick.";
};

const decidedByOther: Guard = ({ l, e }) => {
  if (!e || e.e.kind !== "threshold.decided" || decidesForOthers(l, e)) return "";
  return "The threshold is decided by somebody else than the worker: name them.";
};

const familyReached: Guard = ({ l, e }) => {
  if (!e || e.e.kind !== attempt) return "";
  const who = text(e, "person"), ofFamily = !l.c.adults?.length || l.c.adults.some((a) => a.id === who) || l.isChild(who);
  return ["reached", "child_seen", "refused_entry", "child_withheld", "cancelled_by_family"].includes(text(e, "outcome")) && text(e, "method") !== "via_professional" && !byPost.includes(text(e, "method")) && (who === "" || ofFamily)
    ? "" : "Reach somebody of the family themselves.";
};

const takenOn: Guard = ({ l: { course: { away } } }) => {
  if (!away.moved) return "First record that the family has moved, and where to.";
  return away.taken || (away.lost && away.told) ? "" : "First record by name who in the new area has taken the family on; or, where the new address cannot be found, that social care was told.";
};

export const guards: Record<string, [code: string, check: Guard]> = {
  attempts_made: ["G1", attemptsMade],
  referrer_contacted: ["G2", ({ l }) => (l.referrer ? "" : "First speak to the referrer, or record why there is none to speak to.")],
  barriers_checked: ["G3", ({ l }, p) => {
    const left = (p.areas ?? []).filter((a) => !l.barriers.has(a));
    return left.length === 0 ? "" : `First look at what may stand in the family's way; still to check: ${left.map(words).join(", ")}.`;
  }],
  letter_safe: ["G4", ({ e }) => (!e ? "" : !flag(e, "safe_contact") ? "Check first that the address is the person's own, confirmed and safe to write to." : !flag(e, "merge_clean") ? "Clear every warning in the letter first." : "")],
  letter_approved: ["G5", letterApproved], not_author: ["G5", notAuthor], letter_deemed: ["letter", letterDeemed], impact_complete: ["G6", impactComplete],
  agencies_answered: ["G7", agenciesAnswered],
  closing_checklist: ["G7", ({ e, came }, p) => {
    const days = (e?.e.data?.checklist ?? {}) as Record<string, unknown>, left = !e ? [] : (p.items ?? []).filter((i) => !isDay(days[i]) || (days[i] as string) > came);
    return left.length === 0 ? "" : `Give the day on which each of these was done: ${left.map(words).join(", ")}.`;
  }],
  nothing_open: ["G8", nothingOpen], threshold_decided: ["G9", thresholdDecided],
  not_by_count: ["G11", ({ e }) => (!e ? "" : text(e, "basis") === "missed_count" ? "A number of missed appointments is not a reason to close: say what is known of each child's need." : !e.e.by || e.e.role === "system" ? "Only a person proposes closing." : "")],
  missed_contact: ["G13", ({ l, e }) => {
    const { is, why } = l.counts(e);
    return is ? "" : why || "This is not a missed contact.";
  }],
  children_seen: ["evidence", childrenSeen], all_children_seen: ["evidence", allChildrenSeen], family_reached: ["evidence", familyReached], different_try: ["G1", differentTry], access_failed: ["evidence", accessFailed],
  within_timer: ["timer", ({ l, now }, p) => {
    const { over, running, on } = l.over(p.timer, now);
    return !running ? "The clock for this has not started." : over ? `The time for this ended on ${on}.` : "";
  }],
  lapses: ["timer", ({ l, now }, p) =>
    !l.over(p.timer, now).running ? "The clock for this has not started."
    : l.course.released && l.course.missed + 1 < (p.attempts ?? 0) ? `A review has ended the watching; after it ${number(p.attempts!, "missed contact", "missed contacts")} running would go back.` : ""],
  watch_goes_on: ["timer", ({ l }) => (l.course.released ? "The review says that the watching is over." : "")],
  cycles: ["order", ({ l, e }, p) => (e && e.e.id === l.course.lapsedBy && l.course.cycles >= (p.attempts ?? 0) ? "" : `This is for a family that has started and stopped ${number(p.attempts ?? 0, "time", "times")}.`)],
  called_off: ["G13", ({ l, e }, p) => (e && e.e.id === l.course.offBy && l.course.off > 0 && l.course.off % p.attempts! === 0 ? "" : `This is for the ${p.attempts}th appointment in a row that the family calls off.`)],
  seen_since: ["evidence", (s, p) => {
    const i = s.l.x.timer.get(p.timer ?? ""), k = i === undefined ? undefined : s.l.timers[i];
    return k?.running && home(s).some((id) => s.l.saw(id, s.now) < k.start) ? "A child of the household has still to be seen since then." : "";
  }],
  refusal_settled: ["order", ({ l, e }) => (e?.e.kind === "consent.given" && l.course.sayings.some((s) => !s.yes && stands(l, s.person) === "refused") ? "Somebody's no still stands." : "")],
  decided_by_other: ["G9", decidedByOther], taken_on: ["G7", takenOn],
  all_answered: ["G7", (s) => {
    if (!s.l.proposal) return "First propose closing and ask every agency.";
    const { waiting } = unanswered(s);
    return waiting.length > 0 ? `Wait for ${named(s, waiting)} to answer.` : "";
  }],
  proposed_for: ["state", ({ l }, p) => (l.proposal?.reason === p.reason && l.proposal ? "" : "Closing was not proposed for this reason; propose it first.")],
  happened: ["order", ({ l }, p) => (l.happened.has(p.kind ?? "") ? "" : `This comes after ${words(afterDot(p.kind ?? ""))}; record that first.`)],
  first_opening: ["state", ({ l }) => (l.happened.has("pathway.opened") ? "The pathway is already open; open another on the case if one is needed." : "")],
  dispute_open: ["state", disputeOpen], risk_open: ["state", riskOpen],
  referral_open: ["state", ({ l }) => (l.referred ? "" : "No referral is waiting for an answer; record that one was sent first.")],
  timer_may_stop: ["timer", timerMayStop], step_by_hand: ["step", stepByHand],
  agency_named: ["data", ({ e }) => (!e ? "" : !e.e.agency ? "Say which agency this is from." : e.e.role === "system" ? "Only somebody on the case answers for their agency." : "")],
};

/** The reasons of those of a list that do not hold. */
export const lacking = (s: Scene, checks: Check[] | undefined): Reason[] =>
  (checks ?? []).flatMap((c) => {
    const [code, check] = guards[c.name], say = check(s, c.with ?? {});
    return say ? [{ code, text: say }] : [];
  });

export const holds = (s: Scene, checks: Check[] | undefined): boolean => (checks ?? []).every((c) => guards[c.name][1](s, c.with ?? {}) === "");
