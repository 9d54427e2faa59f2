// What the engine reads and answers (PATHWAY.md). Days are texts, 2026-12-17, in London;
// instants are RFC 3339 in what comes and goes, milliseconds within.

export interface Kind {
  name: string;
  members: { name: string; form: string; required?: true; oneOf?: string[] }[];
}

export interface Check {
  name: string;
  with?: Params;
}

export interface Params {
  attempts?: number;
  methods?: number;
  weekdays?: number;
  bands?: number;
  contact_checked?: boolean;
  days?: number;
  working_days?: number;
  areas?: string[];
  items?: string[];
  kind?: string;
  letter?: string;
  timer?: string;
  reason?: string;
}

export interface Trigger {
  on?: string[];
  when?: Check[];
  nth?: number;
  states?: string[];
  last_seen?: boolean;
  dispute?: boolean;
  statutory?: boolean;
}

export interface Due {
  working_days?: number;
  calendar_days?: number;
  hours?: number;
  stages?: number[];
}

export interface TimerRule {
  code: string;
  title: string;
  starts: Trigger;
  due: Due;
  tell?: string[];
  proposes?: string;
  again?: "done" | "each" | "lapse";
  renews?: Trigger;
}

export interface StepRule {
  code: string;
  title: string;
  timer: string;
  created?: Trigger;
  done: Trigger;
  earlier?: boolean;
  by_hand?: boolean;
  only_in?: string[];
  not_in?: string[];
}

export interface Act {
  name: string;
  title: string;
  where?: Record<string, string[]>;
  may?: string[];
  guards?: Check[];
}

export interface Transition {
  on: string;
  from: string[];
  to: string;
  when?: Check[];
  guards?: Check[];
}

export interface State {
  key: string;
  title: string;
  begins?: boolean;
  ends?: string;
  outcome?: string;
  remembers?: boolean;
}

export interface Template {
  key: string;
  title: string;
  kind: string;
  due_soon_hours: number;
  counting: { outcomes?: string[]; kinds?: string[]; look_back_days?: number };
  letters?: { key: string; title: string; position: number; deemed_working_days?: number; final?: boolean }[];
  states: State[];
  events: Act[];
  transitions: Transition[];
  timers: TimerRule[];
  steps: StepRule[];
  alongside?: { template: string; title: string }[];
}

export interface Child {
  id: string;
  name?: string;
  last_seen_on?: string;
  /** by whose word, and the last day by anybody else's */
  last_seen_by?: string;
  seen_else_on?: string;
  /** when others saw the child */
  seen_at?: string[];
  /** what somebody said of it, which is no sighting */
  seen_before?: string;
  since?: string;
  until?: string;
  born?: string;
  expected?: string;
  care_leaver?: boolean;
  also?: string[];
}

export interface Flag {
  open?: boolean;
  since?: string;
  was?: { from: string; until: string; by?: string }[];
  /** who recorded what is open, but for social care's own people */
  by?: string[];
}

export interface Recast {
  child: string;
  name?: string;
  by: string[];
  seen_on?: string;
  seen_by?: string;
  seen_else_on?: string;
}

export interface Case {
  children?: Child[];
  /** those nobody looks for any more, by what somebody changed since the pathway began */
  recast?: Recast[];
  adults?: { id: string; name?: string; responsible?: boolean }[];
  agencies?: { id: string; name?: string; kind?: string; since?: string; until?: string; asked_until?: string }[];
  workers?: Record<string, string>;
  /** who has an account here and is named like anybody in the history; a phone gives those it knows */
  known?: { id: string; name: string; agency: string }[];
  /** the agencies that are children's social care, on the case or not */
  social_care?: string[];
  cp_plan?: Flag;
  section_47?: Flag;
  opened_at?: string;
  opened_by?: string;
  begun?: string;
  lead_agency?: string;
  no_manager?: boolean;
  /** those whose work nobody on the case may approve */
  no_approver?: string[];
  /** who on the case may sign off or approve */
  managers?: Manager[];
  /** which of them may approve whose work */
  approvers?: Record<string, string[]>;
}

export interface Manager {
  id: string;
  name: string;
  agency: string;
  /** on this case as something else: they approve their own people's work alone */
  member?: boolean;
}

export interface Event {
  id: string;
  kind: string;
  occurred_at?: string;
  recorded_at?: string;
  received_at?: string;
  by?: string;
  role?: string;
  agency?: string;
  data?: Record<string, unknown>;
  corrects?: string;
  arises_from?: string;
  received_verdict?: string;
}

/** Counts working days: within is the day by whose end a thing is due; it throws where the calendar does not reach. */
export interface Days {
  within(day0: string, n: number): string;
}

export interface Reason {
  /** the guard's number, or state, role, data, order, correction, received, adults, house */
  code: string;
  /** one sentence, saying what would lift it */
  text: string;
}

export interface Verdict {
  event: string;
  verdict: "accepted" | "accepted_late" | "attempted";
  reasons: Reason[];
  from: string;
  to?: string;
  corrected_by?: string;
  resolved_by?: string;
}

export type Status = "open" | "due_soon" | "overdue" | "done" | "cancelled" | "paused" | "stopped";

export interface Step {
  code: string;
  title: string;
  status: Status;
  due_on?: string;
  done_on?: string;
  done_by?: string;
  because?: string;
}

export interface Timer {
  code: string;
  title: string;
  status: Status;
  started_on: string;
  due_on?: string;
  /** milliseconds; 0 where the calendar does not reach */
  due_at: number;
}

export interface Issue {
  letter_id: string;
  letter: string;
  status: string;
  issued_on?: string;
  deemed_on?: string;
}

export interface Allowed {
  act: string;
  title: string;
  may: string[];
  allowed: boolean;
  to: string[];
  why: string;
}

export interface Standing {
  person: string;
  name?: string;
  stands?: string;
  agreed?: string[];
  refused?: string[];
  tries: number;
  reached: number;
}

export interface Reading {
  state: string;
  ended: boolean;
  disputed: boolean;
  immediate_risk: boolean;
  missed: number;
  verdicts: Verdict[];
  steps: Step[];
  timers: Timer[];
  letters: Issue[];
  allowed: Allowed[];
  alongside: { template: string; title: string; why: string }[];
  cycles: number;
  adults: Standing[];
}
