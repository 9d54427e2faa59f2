// The ledger, read out at an instant.
import { day, entryOf, isDay, number, type Entry } from "./event.ts";
import { elsewhere, find } from "./evaluate.ts";
import { askOfJoined, stands } from "./facts.ts";
import { holds, lacking, sceneOf } from "./guards.ts";
import { ask, nobodyApproves, unapproved, waiting } from "./house.ts";
import { seeable, up } from "./household.ts";
import { seenOrSince } from "./cancel.ts";
import { freshTask, startOf, type Ledger } from "./ledger.ts";
import { leadOnCase } from "./threshold.ts";
import type { Allowed, Due, Issue, Reading, Standing, Status, Step, Timer } from "./types.ts";

export function readOut(l: Ledger, now: number): Omit<Reading, "verdicts"> {
  const out = {
    state: l.here().key, ended: !!l.here().ends, disputed: l.disputes.length > 0, immediate_risk: l.risks.length > 0, missed: l.missed.count,
    steps: [] as Step[], timers: [] as Timer[], letters: issues(l, now),
  };
  if (l.openedOn) {
    derive(l, day(now));
    askOfJoined(l, now);
    out.timers = readTimers(l, now);
    out.steps = readSteps(l, now);
    const more = ask(l, again(l, now), now, notAsked(l));
    out.steps.push(...more.steps);
    out.timers.push(...more.timers);
  }
  return { ...out, allowed: allowed(l, now), alongside: out.ended ? [] : beside(l, day(now)), cycles: l.course.cycles, adults: adults(l) };
}

/** Whether a decision that was refused would not be refused now. */
const again = (l: Ledger, now: number): boolean =>
  l.refused.some((old) => {
    const e: Entry = entryOf({ ...old.e, occurred_at: new Date(now).toISOString(), received_verdict: "" });
    return !("reasons" in find(l, e));
  });

/** The clocks that follow from what is so rather than from an event. */
function derive(l: Ledger, today: string): void {
  l.t.timers.forEach((k, i) => {
    if (k.starts.last_seen) {
      const days = (l.c.children ?? []).filter((c) => seeable(c, today)).map((c) => seenOrSince(l, c));
      const oldest = days.sort()[0];
      if (isDay(oldest)) l.start(i, startOf(oldest), "");
    } else if (k.starts.dispute) dispute(l, i);
    else if (k.starts.statutory) plan(l, i);
  });
}

function dispute(l: Ledger, i: number): void {
  if (l.disputes.length === 0) {
    if (!l.happened.has("dispute.opened")) return;
    l.timers[i] = { matched: 0, running: true, stopped: false, start: l.opened, by: "", due: { on: "", at: 0, fault: "" } };
    for (const s of l.x.stepsOf[i]) {
      l.create(s, l.opened, "");
      Object.assign(l.steps[s], { doneAt: l.steps[s].lastAt, doneBy: l.steps[s].lastBy });
    }
    return;
  }
  l.disputes.forEach((d, n) => {
    const rule: Due = d.urgent ? { hours: 24 } : l.t.timers[i].due, due = l.dueFrom(rule, d.at, d.stage);
    if (n === 0 || (due.at && due.at < l.timers[i].due!.at)) l.timers[i] = { matched: 0, running: true, stopped: false, start: d.at, by: d.by, due };
  });
  for (const s of l.x.stepsOf[i]) l.steps[s] = { ...freshTask(), created: true, start: l.timers[i].start, by: l.timers[i].by, lastAt: l.steps[s].lastAt, lastBy: l.steps[s].lastBy };
}

function plan(l: Ledger, i: number): void {
  const open = [l.c.cp_plan, l.c.section_47].filter((f) => f?.open).map((f) => Math.max(l.opened, isDay(f!.since) ? startOf(f!.since) : 0));
  if (open.length > 0) return l.start(i, Math.min(...open), "");
  if (!l.c.cp_plan?.was?.length && !l.c.section_47?.was?.length) return;
  for (const s of l.x.stepsOf[i]) { // it was asked for, and what was done about it stays
    l.create(s, l.opened, "");
    l.steps[s].over = "No child protection plan and no enquiry is open any more.";
  }
}

function readTimers(l: Ledger, now: number): Timer[] {
  const out: Timer[] = [];
  l.timers.forEach((k, i) => {
    if (!k.running) return;
    const d = l.due(i);
    out.push({ code: l.t.timers[i].code, title: l.t.timers[i].title, status: timerStatus(l, i, now), started_on: day(k.start), due_on: d.on, due_at: d.at });
  });
  return out;
}

function timerStatus(l: Ledger, i: number, now: number): Status {
  const mine = l.t.steps.flatMap((s, n) => (s.timer === l.t.timers[i].code && l.steps[n].created ? [n] : []));
  if (mine.length > 0 && l.allDone(i)) return "done";
  if (l.here().ends) return "cancelled";
  if (mine.length > 0 && !mine.some((n) => !l.steps[n].doneBy && l.x.onlyIn[n](l.state))) return "paused";
  return l.timers[i].stopped ? "stopped" : urgency(l, i, now);
}

function urgency(l: Ledger, i: number, now: number): Status {
  const { at } = l.due(i);
  if (!at) return "open";
  let soon = l.t.due_soon_hours * 3_600_000;
  if (l.t.timers[i].due.hours !== undefined) soon = Math.min(soon, Math.trunc((at - l.timers[i].start) / 2)); // of a limit in hours at most its last half
  return now > at ? "overdue" : now >= at - soon ? "due_soon" : "open";
}

function readSteps(l: Ledger, now: number): Step[] {
  const out: Step[] = [];
  l.steps.forEach((task, i) => {
    if (!task.created) return;
    const rule = l.t.steps[i], timer = l.x.timer.get(rule.timer), running = timer !== undefined && l.timers[timer].running && !l.timers[timer].stopped;
    const step: Step = { code: rule.code, title: rule.title, status: "open", ...(running ? { due_on: l.due(timer).on } : {}) };
    if (task.doneBy) Object.assign(step, { status: "done", done_on: task.doneOn || day(task.doneAt), done_by: task.doneBy });
    else if (task.over || l.here().ends || !l.x.onlyIn[i](l.state)) Object.assign(step, { status: "cancelled", due_on: "", because: task.over || notAsked(l) });
    else if (running) step.status = urgency(l, timer, now);
    out.push(step);
  });
  return out;
}

function notAsked(l: Ledger): string {
  const at = l.here();
  return !at.ends ? `Not asked for while the pathway is at “${at.title}”.` : at.ends === "cancelled" ? "The pathway was cancelled." : "The pathway has ended.";
}

function issues(l: Ledger, now: number): Issue[] {
  return [...l.letters.values()].filter((f) => f.key !== "").map((f) => {
    const i: Issue = { letter_id: f.id, letter: f.key, status: f.approved ? "approved" : f.rejected ? "rejected" : "draft" };
    if (f.returned || f.issued) Object.assign(i, { status: f.returned ? "returned" : "issued", issued_on: day(f.issued) });
    if (f.issued && !f.returned) {
      i.deemed_on = l.deemed(f).on;
      if (i.deemed_on && i.deemed_on <= day(now)) i.status = "deemed";
    }
    return i;
  });
}

/** Of every act of the template whether it is in place now, and if not, what would lift that. */
function allowed(l: Ledger, now: number): Allowed[] {
  const s = sceneOf(l, undefined, now), waits = waiting(l);
  return l.t.events.map((a, act) => {
    const base = { act: a.name, title: a.title, may: a.may ?? [], to: [] as string[] }, rows = l.x.rows[l.state][act];
    const no = (why: string): Allowed => ({ ...base, allowed: false, why });
    if (rows.length === 0) return no(elsewhere(l, act).text);
    if (l.x.acts.get("lead.changed")?.includes(act)) return no(leadOnCase);
    const lacks = lacking(s, a.guards);
    if (lacks.length > 0) return no(lacks[0].text);
    const to: string[] = [], reasons: string[] = [];
    for (const r of rows) {
      const row = l.t.transitions[r];
      if (!holds(s, row.when)) continue;
      const left = lacking(s, row.guards), key = row.to === "@stays" ? l.here().key : row.to === "@back" ? l.t.states[l.before()].key : row.to;
      if (left.length === 0 && !to.includes(key)) to.push(key);
      reasons.push(...left.map((x) => x.text));
    }
    if (to.length > 0 && waits.some((w) => l.x.acts.get(w.act)?.includes(act) && unapproved(l, w.by))) return no(nobodyApproves);
    return to.length > 0 ? { ...base, to, allowed: true, why: "" } : no(reasons[0] ?? elsewhere(l, act).text);
  });
}

/** What should run at the same time, and why (G10). */
function beside(l: Ledger, today: string): Reading["alongside"] {
  const open = [up(l.c.cp_plan, today) ? "child protection plan" : "", up(l.c.section_47, today) ? "section 47 enquiry" : ""].filter((w) => w);
  if (open.length === 0) return [];
  let why = `A ${open.join(" and a ")} ${open.length > 1 ? "are" : "is"} open`;
  if (l.missed.count > 0) why += `, and ${number(l.missed.count, "contact was", "contacts were")} missed`;
  return (l.t.alongside ?? []).map((a) => ({ template: a.template, title: a.title, why: why + "." }));
}

function adults(l: Ledger): Standing[] {
  return (l.c.adults ?? []).flatMap((a) => {
    const said = (yes: boolean) => l.course.sayings.filter((s) => s.person === a.id && s.yes === yes).map((s) => s.day), agreed = said(true), refused = said(false);
    const { tries, reached } = l.course.tries.get(a.id) ?? { tries: 0, reached: 0 };
    if (agreed.length + refused.length + tries === 0) return [];
    const stand = stands(l, a.id);
    return [{ person: a.id, ...(a.name ? { name: a.name } : {}), ...(stand ? { stands: stand } : {}), ...(agreed.length ? { agreed } : {}), ...(refused.length ? { refused } : {}), tries, reached }];
  });
}
