// What each kind of accepted event adds to the ledger; one without an entry adds only that it
// happened.
import { objected } from "./cancel.ts";
import { attempt, before, day, entries, flag, ids, immediateRisk, later, part, text, type Entry } from "./event.ts";
import { concerned, known, meant, since } from "./household.ts";
import { startOf, type Ledger, type LetterFacts } from "./ledger.ts";
import { answeredReferral, decide, refer } from "./threshold.ts";
import { lacks, settles, theyHeard } from "./whose.ts";
import { sightWith } from "./sight.ts";
import type { Transition } from "./types.ts";

type Fact = (l: Ledger, e: Entry) => void;

export const methodOf = (e: Entry): string => (e.e.kind === attempt ? text(e, "method") : "appointment");

function tried(l: Ledger, e: Entry): void {
  if (text(e, "outcome") === "child_seen") saw(l, e);
  if (!l.counts(e).is) return;
  const { weekday, band } = part(e.occurred), m = l.missed;
  m.count++;
  m.by.add(e.e.by ?? "");
  m.methods.add(methodOf(e));
  m.weekdays.add(weekday);
  m.bands.add(band);
}

/** How far ahead of when it came a sighting may be dated, by a wrong clock. */
const seenAhead = 24 * 60 * 60 * 1000;

/** The children whom an event says were seen: those it names, or the one at whom a try was; nobody at what was written more than a day before it. */
export function sighted(l: Ledger, e: Entry): string[] {
  if (e.received && e.occurred > e.received + seenAhead) return [];
  const named = ids(e.e.data?.children), who = text(e, "person");
  return meant(l.c, named.length === 0 && e.e.kind === attempt && l.isChild(who) ? [who] : named, day(e.occurred));
}

function saw(l: Ledger, e: Entry): void {
  const when = e.received ? Math.min(e.occurred, e.received) : e.occurred, on = day(when);
  for (const id of sighted(l, e)) {
    l.seen.set(id, sightWith(l.seen.get(id), on, e.e.by ?? ""));
    l.sawAt.set(id, Math.max(l.sawAt.get(id) ?? 0, when));
  }
}

function letter(l: Ledger, e: Entry): LetterFacts {
  const id = text(e, "letter_id");
  const there = l.letters.get(id) ?? { id, key: text(e, "letter"), authors: [], approved: false, rejected: false, issued: 0, inPerson: false, returned: false };
  l.letters.set(id, there);
  return there;
}

function assess(l: Ledger, e: Entry): void {
  const was = l.assessed;
  askOfJoined(l, l.moment(e));
  const children = entries(e.e.data?.impact).map((m) => m.child).filter((id) => typeof id === "string");
  l.assessed = { by: e.e.by ?? "", signed: false, about: new Set(children.map((id) => known(l.c, id as string))) };
  if (!was?.signed) return;
  for (const act of l.x.acts.get("risk_assessment.signed_off") ?? []) for (const s of l.x.does[act]) l.reopen(s, l.moment(e));
}

/** Opens what an assessment did once a child has joined whom it does not speak of. */
export function askOfJoined(l: Ledger, now: number): void {
  if (!l.assessed || l.here().ends) return;
  const joined = (l.c.children ?? []).filter((c) => concerned(c, day(now)) && !l.assessed!.about.has(c.id)).map((c) => later(since(c), l.openedOn)).sort()[0];
  if (!joined) return;
  const when = Math.max(startOf(joined), l.opened);
  for (const kind of ["risk_assessment.submitted", "risk_assessment.signed_off"])
    for (const act of l.x.acts.get(kind) ?? []) for (const s of l.x.does[act]) l.reopen(s, when);
}

export const objecting = (l: Ledger, answers = l.proposal?.answers): string[] => [...(answers ?? [])].filter(([, e]) => e.e.kind === "closure.objected").map(([id]) => id).sort();

function objectionMet(l: Ledger, e: Entry): void {
  const { objection, met } = l.against;
  if ((objection && !met) || (met && objection && before(met, objection) < 0)) l.against.met = e;
}

function answered(l: Ledger, e: Entry): void {
  if (!l.proposal) return;
  objected(l, e);
  l.proposal.answers.set(e.e.agency ?? "", e);
  if (e.e.kind === "closure.objected") {
    l.against.objection = e;
    const by = l.against.ended;
    if (by && (!e.received || e.received > by.received)) Object.assign(l.against, { late: e, by });
  } else if (objecting(l).length === 0) objectionMet(l, e);
}

function approved(l: Ledger, e: Entry): void {
  if (!l.proposal || !e.received) return;
  l.against.ended = e;
  for (const id of objecting(l)) {
    const o = l.proposal.answers.get(id)!;
    if (o.received > e.received) {
      l.against.late = o;
      l.against.by = e;
      return;
    }
  }
}

/** Whether whoever recorded an event could know of another: it was their own, written down by then, or had reached the record. */
export function knownTo(e: Entry, of: Entry): boolean {
  const by = e.received && e.received < e.occurred ? e.received : e.occurred;
  return (!!of.e.by && of.e.by === e.e.by && of.recorded <= by) || of.received <= by;
}

/** The open dispute, or risk, that an event is about: the one it names, or the only one its author knew of; -1 for none. */
const about = (e: Entry, id: string, open: Entry[]): number => {
  if (id) return open.findIndex((o) => o.e.id === id);
  const known = open.filter((o) => knownTo(e, o));
  return known.length === 1 ? open.indexOf(known[0]) : -1;
};
export const disputeOf = (l: Ledger, e: Entry): number => about(e, text(e, "dispute"), l.disputes.map((d) => d.opened));
export const riskOf = (l: Ledger, e: Entry): number => about(e, text(e, "risk"), l.risks);

const saidNo: Fact = (l, e) => void Object.assign(l.told, { no: e, sinceNo: false });

export const facts: Record<string, Fact> = {
  [attempt]: tried, "appointment.missed": tried, "appointment.kept_child_seen": saw, "child.seen": saw,
  "contact.checked": (l, e) => void (l.checked ||= text(e, "against") === "referral"),
  "barrier.checked": (l, e) => ids(e.e.data?.areas).forEach((a) => l.barriers.add(a)),
  "referrer.contacted": (l) => void (l.referrer = true),
  "approach.made": (l, e) => void (l.referrer ||= text(e, "with") === "referrer"),
  "letter.drafted": (l, e) => {
    const f = letter(l, e);
    Object.assign(f, { key: text(e, "letter"), approved: false, rejected: false, drafted: e });
    if (!f.authors.includes(e.e.by ?? "")) f.authors.push(e.e.by ?? "");
  },
  "letter.approved": (l, e) => void Object.assign(letter(l, e), { approved: true, rejected: false }),
  "letter.rejected": (l, e) => void Object.assign(letter(l, e), { approved: false, rejected: true }),
  "letter.issued": (l, e) => void Object.assign(letter(l, e), { key: text(e, "letter"), issued: l.moment(e), inPerson: text(e, "channel") === "handed_over", returned: false }),
  "letter.returned": (l, e) => void (letter(l, e).returned = true),
  "risk_assessment.submitted": assess,
  "risk_assessment.signed_off": (l) => void (l.assessed!.signed = true),
  "referral.sent": refer, "referral.accepted": (l, e) => answeredReferral(l, e, true), "referral.nfa": (l, e) => answeredReferral(l, e, false),
  "social_worker.told": theyHeard,
  "consent.refused": saidNo, "consent.withdrawn": saidNo,
  "migration.proposed": (l, e) => void l.moves.set(e.e.id, { by: e.e.by ?? "", to: text(e, "to"), states: (e.e.data?.states ?? {}) as Record<string, unknown> }),
  "closure.proposed": (l, e) => {
    const when = l.moment(e);
    l.proposal = { id: e.e.id, at: when, received: e.received, on: day(when), by: e.e.by ?? "", role: e.e.role ?? "", agency: e.e.agency ?? "", reason: text(e, "reason"), answers: new Map() };
    l.against = {};
  },
  "closure.consulted": answered, "closure.objected": answered,
  "closure.rejected": (l, e) => {
    objectionMet(l, e);
    l.proposal = undefined;
  },
  "closure.approved": approved,
  "closure.confirmed": (l, e) => void (l.against.confirmed = e),
  "threshold.decided": decide,
  "dispute.opened": (l, e) => {
    l.disputes.push({ id: e.e.id, stage: 1, at: l.moment(e), by: e.e.id, urgent: flag(e, "urgent"), after: l.told.decision, opened: e, said: [] });
    objectionMet(l, e);
  },
  "dispute.stage_up": (l, e) => {
    const d = l.disputes[disputeOf(l, e)];
    if (d) Object.assign(d, { stage: d.stage + 1, at: l.moment(e), by: e.e.id });
  },
  "dispute.resolved": (l, e) => {
    const i = disputeOf(l, e);
    if (i < 0) return;
    const d = l.disputes[i];
    const { over } = lacks(l, d, e);
    d.said.push(e);
    if (!over) return void (l.half = e);
    l.told.settled ||= settles(l, d);
    l.disputes.splice(i, 1);
  },
  [immediateRisk]: (l, e) => {
    l.safe.delete(e.e.id);
    if (!l.risks.some((r) => r.e.id === e.e.id)) l.risks.push(e);
  },
  "immediate_risk.resolved": (l, e) => {
    const i = riskOf(l, e);
    if (i >= 0) l.safe.set(l.risks.splice(i, 1)[0].e.id, e.e.id);
  },
  "attempts.reset": (l) => l.resetTries(),
  "step.done": (l, e) => {
    const i = l.x.step.get(text(e, "step"));
    if (i === undefined || !l.t.steps[i].by_hand || !l.steps[i].created) return;
    l.do(i, e);
    const s = l.steps[i], on = text(e, "done_on");
    if (s.doneBy === e.e.id && on && on < day(s.doneAt)) s.doneOn = on;
  },
  "timer.stopped": (l, e) => void (l.timers[l.x.timer.get(text(e, "timer"))!].stopped = true),
  "timer.restarted": (l, e) => {
    const i = l.x.timer.get(text(e, "timer"))!;
    l.timers[i] = { matched: l.timers[i].matched, running: true, stopped: false, start: l.asksFrom(i, e), by: e.e.id };
  },
};

function calledOff(l: Ledger, e: Entry): void {
  const c = l.course, id = text(e, "appointment");
  if (id) {
    if (c.offOnce.has(id)) return;
    c.offOnce.add(id);
  }
  c.off++;
  c.offBy = e.e.id;
}

function onTheWay(l: Ledger, e: Entry): void {
  const c = l.course, outcome = text(e, "outcome"), who = text(e, "person");
  if (outcome === "child_seen") c.off = 0;
  else if (outcome === "cancelled_by_family") calledOff(l, e);
  if (who && e.e.kind === attempt && outcome !== "cancelled_by_service") {
    const r = c.tries.get(who) ?? { tries: 0, reached: 0 };
    c.tries.set(who, { tries: r.tries + 1, reached: r.reached + (outcome === "reached" || outcome === "child_seen" ? 1 : 0) });
  }
  if (!l.counts(e).is) return;
  c.missed++;
  c.run++;
  c.first ??= e;
}

const says = (yes: boolean): Fact => (l, e) => void l.course.sayings.push({ person: text(e, "person"), yes, day: day(e.occurred) });
const kept: Fact = (l) => void (l.course.off = 0);

const course: Record<string, Fact> = {
  [attempt]: onTheWay, "appointment.missed": onTheWay, "appointment.kept_child_seen": kept, "appointment.kept_child_not_seen": kept, "appointment.cancelled_by_family": calledOff,
  "attempts.reset": (l) => void Object.assign(l.course, { first: undefined, missed: 0, run: 0 }),
  "engagement.reviewed": (l, e) => void Object.assign(l.course, { released: e.e.data?.continue === false, missed: 0 }),
  "consent.given": says(true), "plan.agreed": says(true), "consent.refused": says(false), "consent.withdrawn": says(false),
  "family.moved": (l) => void (l.course.away = { moved: true, lost: false, told: false, taken: false, by: [] }),
  "new_address.checked": (l, e) => void (l.course.away.lost = text(e, "result") === "not_found"),
  "new_area.told": (l, e) => {
    const a = l.course.away;
    if (text(e, "service") !== "social_care") return;
    a.told = true;
    if (!a.taken) a.by = [...a.by, e.e.by ?? ""];
  },
  "new_area.accepted": (l, e) => void Object.assign(l.course.away, { taken: true, by: [e.e.by ?? ""] }),
};

/** Lets an accepted event count on the course of the family, before it does steps and starts clocks. */
export function follow(l: Ledger, e: Entry, row: Transition | undefined): void {
  course[e.e.kind]?.(l, e);
  if (row?.to !== "@back" || l.here().key !== l.course.engagedIn || !l.counts(e).is) return;
  l.course.cycles++; // a missed contact that ends working together again
  l.course.lapsedAt = l.moment(e);
  l.course.lapsedBy = e.e.id;
}

/** Begins working together again, where an agreed plan has just led to it. */
export function engage(l: Ledger, e: Entry): void {
  if (e.e.kind !== "plan.agreed") return;
  Object.assign(l.course, { engagedIn: l.here().key, engagedAt: l.moment(e), released: false, first: undefined, missed: 0, run: 0 });
  l.t.timers.forEach((k, i) => void (k.again === "lapse" && (l.timers[i].matched = 0)));
}

/** What a person last said: agreed, refused, or nothing. */
export function stands(l: Ledger, person: string): string {
  const last = l.course.sayings.findLast((s) => s.person === person);
  return last ? (last.yes ? "agreed" : "refused") : "";
}
