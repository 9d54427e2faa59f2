// What a history has come to so far: the facts that guards ask for, kept as each accepted event
// is read.
import { endOf } from "../workday.ts";
import { addDays, attempt, at, day, directly, flag, later, text, type Entry } from "./event.ts";
import { startOf, type Opening } from "./history.ts";
import { known } from "./household.ts";
import type { Index } from "./template.ts";
import { indexOf } from "./template.ts";
import { sightBut, type Sight } from "./sight.ts";
import type { Case, Child, Days, Due, Recast, State, Template, Transition } from "./types.ts";

/** One timer at work. */
export interface Clock {
  matched: number;
  running: boolean;
  stopped: boolean;
  start: number;
  by: string;
  due?: DueAt;
}

export interface DueAt {
  on: string;
  at: number;
  fault: string;
}

/** One step at work. */
export interface Task {
  created: boolean;
  start: number;
  by: string;
  doneAt: number;
  doneBy: string;
  doneOn: string;
  lastAt: number;
  lastBy: string;
  over: string;
}

export interface LetterFacts {
  id: string;
  key: string;
  authors: string[];
  approved: boolean;
  rejected: boolean;
  issued: number;
  inPerson: boolean;
  returned: boolean;
  drafted?: Entry;
}

export interface Dispute {
  id: string;
  stage: number;
  at: number;
  by: string;
  urgent: boolean;
  after: Entry | undefined;
  opened: Entry;
  /** who recorded that it is settled */
  said: Entry[];
}

/** What was decided on a referral, whatever is referred after it: whose it was, and who referred. */
export interface Reply {
  answer: Entry;
  from: string;
  asked: string;
}

export interface Proposal {
  id: string;
  at: number;
  received: number;
  on: string;
  by: string;
  role: string;
  agency: string;
  reason: string;
  answers: Map<string, Entry>;
}

export const freshClock = (matched = 0): Clock => ({ matched, running: false, stopped: false, start: 0, by: "" });
export const freshTask = (): Task => ({ created: false, start: 0, by: "", doneAt: 0, doneBy: "", doneOn: "", lastAt: 0, lastBy: "", over: "" });
const noTries = () => ({ count: 0, methods: new Set<string>(), weekdays: new Set<string>(), bands: new Set<number>(), by: new Set<string>() });

export class Ledger {
  readonly t: Template;
  readonly x: Index;
  readonly c: Case;
  private days: Days;
  opened = 0;
  openedOn = "";
  state: number;
  private path: number[] = [];
  missed = noTries();
  /** appointments the service itself called off (G13) */
  calledOff = new Set<string>();
  checked = false;
  referrer = false;
  barriers = new Set<string>();
  seen = new Map<string, Sight>();
  sawAt = new Map<string, number>();
  letters = new Map<string, LetterFacts>();
  assessed: { by: string; signed: boolean; about: Set<string> } | undefined;
  proposal: Proposal | undefined;
  /** decision: of those that the agencies hold the gravest, then the latest */
  told: { decision?: Entry; held: Entry[]; no?: Entry; sinceNo: boolean; settled: boolean; sent?: Entry; lift?: Entry; shared: boolean; passed: string[] } = { held: [], sinceNo: false, settled: false, shared: false, passed: [] };
  /** by which social care's own people know; withdrawals of a threshold that was met; the last by which one side says that a disagreement is settled */
  theyKnow: Entry | undefined;
  /** what stands in the way of cancelling, whenever it happened; agencies that object to an ending */
  weighty: Entry[] = [];
  objects: string[] = [];
  tookBack: { by: Entry; of: Entry }[] = [];
  /** decisions of the threshold that counted */
  decisions: Entry[] = [];
  half: Entry | undefined;
  /** the referral that was sent last; relayed: an acceptance that stands on the word of whoever referred, whatever is referred after it */
  sent = { from: "", by: "" };
  relayed: Reply | undefined;
  nfa: Reply | undefined;
  /** proposals to end, and what was said of them, whenever that came */
  answers: Entry[] = [];
  against: { objection?: Entry; met?: Entry; late?: Entry; by?: Entry; confirmed?: Entry; ended?: Entry } = {};
  /** decisions that were refused when they came, and stand for nothing */
  refused: Entry[] = [];
  again: Entry | undefined;
  disputes: Dispute[] = [];
  /** those raised and not resolved */
  risks: Entry[] = [];
  safe = new Map<string, string>();
  referred = false;
  handed = false;
  happened = new Set<string>();
  moves = new Map<string, { by: string; to: string; states: Record<string, unknown> }>();
  right: Opening = { event: "", at: 0, by: "" };
  timers: Clock[];
  steps: Task[];
  course = {
    engagedIn: "", engagedAt: 0, lapsedAt: 0, lapsedBy: "", cycles: 0, released: false, first: undefined as Entry | undefined, missed: 0, run: 0,
    sayings: [] as { person: string; yes: boolean; day: string }[], tries: new Map<string, { tries: number; reached: number }>(),
    away: { moved: false, lost: false, told: false, taken: false, by: [] as string[] }, off: 0, offBy: "", offOnce: new Set<string>(),
  };

  constructor(t: Template, days: Days, c: Case) {
    this.t = t;
    this.x = indexOf(t);
    this.c = c;
    this.days = days;
    this.state = this.x.begins;
    this.timers = t.timers.map(() => freshClock());
    this.steps = t.steps.map(freshTask);
  }

  here(): State {
    return this.t.states[this.state];
  }

  /** When an event counts from: nothing runs before the opening. */
  moment(e: Entry): number {
    return Math.max(e.happened, this.opened);
  }

  /** Whether an event is a missed contact that counts, and of one that only looks like it, why not (G13). */
  counts(e: Entry | undefined): { is: boolean; why: string } {
    if (!e) return { is: true, why: "" };
    const no = (why: string) => ({ is: false, why });
    const outcome = text(e, "outcome"), counting = this.t.counting;
    if (e.e.kind === attempt ? !counting.outcomes?.includes(outcome) : !counting.kinds?.includes(e.e.kind))
      return no(e.e.kind === "appointment.cancelled_by_service" || outcome === "cancelled_by_service" ? "The service called this off, so it does not count against the family." : "");
    if (!flag(e, "contact_confirmed")) return no("This contact was never confirmed, so it does not count against the family; check it against the referral.");
    if (this.atChildAlone(e)) return no("This was a try at the child alone, so it does not count as a try at reaching the family.");
    if (this.calledOff.has(text(e, "appointment"))) return no("The service called this appointment off, so it does not count against the family.");
    if (e.occurred < this.opened - (counting.look_back_days ?? 0) * 86_400_000) return no("It happened too long before the pathway opened to count.");
    return { is: true, why: "" };
  }

  /** A young person may be rung up, and that tries nobody else of the family; a visit for a child does. */
  private atChildAlone(e: Entry): boolean {
    return e.e.kind === attempt && directly.includes(text(e, "method")) && this.isChild(text(e, "person"));
  }

  isChild(id: string): boolean {
    return id !== "" && !!this.c.children?.some((x) => x.id === known(this.c, id));
  }

  /** When a child was last seen by then, by whoever recorded it and wherever. */
  saw(id: string, now: number): number {
    const child = this.c.children?.find((x) => x.id === id);
    return Math.max(this.sawAt.get(id) ?? 0, ...(child?.seen_at ?? []).map(at).filter((ms) => ms <= now));
  }

  seenSinceOpened(id: string, now: number): boolean {
    const ms = this.saw(id, now);
    return this.openedOn === "" || (ms > 0 && day(ms) >= this.openedOn);
  }

  /** The days to answer begin when the server has the proposal, whatever day it is dated. */
  asksFrom(i: number, e: Entry): number {
    return this.t.timers[i].starts.on?.includes("closure.proposed") ? Math.max(this.moment(e), e.received) : this.moment(e);
  }

  /** The day a child was last seen, by the word of anybody but one person. */
  lastSeen(c: Child, but = ""): string {
    return later(sightBut(this.seen.get(c.id), but), sightBut({ on: c.last_seen_on, by: c.last_seen_by, else: c.seen_else_on }, but));
  }

  lastSeenRecast(r: Recast, but = ""): string {
    return later(sightBut(this.seen.get(r.child), but), sightBut({ on: r.seen_on, by: r.seen_by, else: r.seen_else_on }, but));
  }

  nameOf(agency: string): string {
    const a = this.c.agencies?.find((x) => x.id === agency);
    return a ? a.name || agency : agency === "" || agency === "them" ? agency : "an agency that is not on this case";
  }

  move(to: number): void {
    if (to === this.state) return;
    this.path = this.t.states[to].remembers ? [...this.path.filter((s) => s !== to), this.state] : [];
    this.state = to;
  }

  /** Where @back leads: where the present state was entered from. */
  before(): number {
    return this.path.at(-1) ?? this.x.begins;
  }

  goBack(): void {
    this.state = this.before();
    this.path = this.path.slice(0, -1);
  }

  // Clocks and steps.

  /** Sets a clock going, with the steps that come with it. */
  start(i: number, when: number, by: string): void {
    this.timers[i] = { ...freshClock(this.timers[i].matched), running: true, start: when, by };
    for (const s of this.x.stepsOf[i]) this.create(s, when, by);
  }

  create(i: number, when: number, by: string): void {
    const s = this.steps[i];
    this.steps[i] = { ...freshTask(), created: true, start: when, by, lastAt: s.lastAt, lastBy: s.lastBy };
    if (this.t.steps[i].earlier && s.lastBy && !this.lapsedSince(i)) Object.assign(this.steps[i], { doneAt: s.lastAt, doneBy: s.lastBy });
  }

  private lapsedSince(i: number): boolean {
    const timer = this.x.timer.get(this.t.steps[i].timer);
    return timer !== undefined && this.t.timers[timer].again === "lapse" && this.steps[i].lastAt < this.course.engagedAt;
  }

  trigger(i: number, when: number, by: string): void {
    const rule = this.t.timers[i], k = this.timers[i], nth = rule.starts.nth ?? 0;
    k.matched++;
    if (k.matched < nth) return;
    if (k.running && (!rule.again || (rule.again === "done" && !this.allDone(i)) || (rule.again === "lapse" && k.matched > Math.max(nth, 1)))) return;
    this.start(i, when, by);
  }

  allDone(i: number): boolean {
    return this.t.steps.every((s, n) => s.timer !== this.t.timers[i].code || !this.steps[n].created || this.steps[n].doneBy !== "");
  }

  /** Marks a step done, and remembers that it was for one not yet created. */
  do(i: number, e: Entry): void {
    const s = this.steps[i];
    s.lastAt = this.moment(e);
    s.lastBy = e.e.id;
    if (s.created && !s.doneBy) Object.assign(s, { doneAt: s.lastAt, doneBy: e.e.id, doneOn: "" });
  }

  /** When a running clock is due: counted once, and not by now. */
  due(i: number): DueAt {
    return (this.timers[i].due ??= this.dueFrom(this.t.timers[i].due, this.timers[i].start, 0));
  }

  /** By the earliest of the times a rule gives: days at their end, hours to the instant. */
  dueFrom(d: Due, start: number, stage: number): DueAt {
    const out: DueAt = { on: "", at: 0, fault: "" }, day0 = day(start);
    const sooner = (on: string, when: number) => void ((!out.at || when < out.at) && ((out.on = on), (out.at = when)));
    const working = d.stages?.length ? d.stages[Math.min(Math.max(stage, 1), d.stages.length) - 1] : d.working_days;
    let fault = "";
    if (working !== undefined) {
      const c = this.reckon(day0, working);
      if (c.fault) fault = c.fault;
      else sooner(c.day, c.end);
    }
    if (d.calendar_days !== undefined) {
      const on = addDays(day0, d.calendar_days);
      if (on) sooner(on, endOf(on));
    }
    if (d.hours !== undefined) sooner(day(start + d.hours * 3_600_000), start + d.hours * 3_600_000);
    return out.on ? out : { ...out, fault };
  }

  reckon(day0: string, n: number): { day: string; end: number; fault: string } {
    try {
      const on = this.days.within(day0, n);
      return { day: on, end: endOf(on), fault: "" };
    } catch (e) {
      return { day: "", end: 0, fault: String((e as Error).message) };
    }
  }

  /** Whether a clock is running and its time was up at an instant. */
  over(code: string | undefined, when: number): { over: boolean; running: boolean; on: string } {
    const i = this.x.timer.get(code ?? "");
    if (i === undefined || !this.timers[i].running) return { over: false, running: false, on: "" };
    const d = this.due(i);
    return { over: !d.fault && when > d.at, running: true, on: d.on };
  }

  /** The day from which a letter is taken to have come. */
  deemed(f: LetterFacts): { on: string; fault: string } {
    const n = this.t.letters?.find((l) => l.key === f.key)?.deemed_working_days ?? 0;
    if (f.inPerson || n === 0) return { on: day(f.issued), fault: "" };
    const c = this.reckon(day(f.issued), n);
    return { on: c.day, fault: c.fault };
  }

  /** Lets an accepted event do steps, then create them and start clocks, so that what starts a clock does not also stop it. */
  touch(e: Entry, act: number, holds: (list: Transition["when"]) => boolean): void {
    if (this.half === e) return; // one side says that a disagreement is settled
    const when = this.moment(e), { x, t } = this;
    // A try at an appointment to which the child was not brought is that appointment missed.
    const also = e.e.kind === attempt && text(e, "outcome") === "not_brought" ? (x.acts.get("appointment.missed") ?? []) : [];
    const of = (table: number[][]): number[] => [...new Set([act, ...also].flatMap((a) => table[a]))];
    for (const i of of(x.does)) if (holds(t.steps[i].done.when)) this.do(i, e);
    for (const i of of(x.creates)) if (holds(t.steps[i].created!.when) && !this.steps[i].created) this.create(i, when, e.e.id);
    for (const i of of(x.starts)) if (holds(t.timers[i].starts.when)) this.trigger(i, this.asksFrom(i, e), e.e.id);
    for (const i of of(x.renews)) if (this.timers[i].running && holds(t.timers[i].renews!.when)) this.start(i, this.asksFrom(i, e), e.e.id);
  }

  /** Starts what coming into a state starts; coming back into one does not. */
  enter(e: Entry, forward: boolean): void {
    if (!forward) return;
    for (const i of this.x.enters[this.state]) this.trigger(i, this.moment(e), e.e.id);
    for (const i of this.x.brings[this.state]) if (!this.steps[i].created) this.create(i, this.moment(e), e.e.id);
  }

  /** Asks for a step of an assessment again, with its clock anew. */
  reopen(s: number, when: number): void {
    if (!this.steps[s].created || !this.steps[s].doneBy || this.t.steps[s].done.on?.some((a) => !a.startsWith("risk_assessment."))) return;
    this.steps[s] = { ...freshTask(), created: true, start: when };
    const i = this.x.timer.get(this.t.steps[s].timer);
    if (i !== undefined) this.timers[i] = { ...freshClock(this.timers[i].matched), running: true, start: when };
  }

  resetTries(): void {
    this.missed = noTries();
    this.t.timers.forEach((k, i) => void ((k.starts.nth ?? 0) > 0 && (this.timers[i] = freshClock())));
  }
}

export { at, startOf };
