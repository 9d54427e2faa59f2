// Reads a history: where the pathway stands, what is due, what became of each event and what may
// come next. The same arguments give the same answer, in whatever order the events are handed in.
import { at, attempt, day, entryOf, future, immediateRisk, kindNamed, malformed, text, type Entry } from "./event.ts";
import { weighs } from "./cancel.ts";
import { disputeOf, engage, facts, follow, stands } from "./facts.ts";
import { holds, lacking, sceneOf, stepByHand } from "./guards.ts";
import { arrange, opens } from "./history.ts";
import { roleMissing } from "./asks.ts";
import { approvedBy, decide, houseRules, nobodyApproves, refusedBefore, unapproved } from "./house.ts";
import { Ledger } from "./ledger.ts";
import { readOut } from "./result.ts";
import { byTelephone, came, grave, onTheWordOf, unreachable } from "./threshold.ts";
import { lacks } from "./whose.ts";
import { notUsed } from "./template.ts";
import type { Case, Days, Event, Reading, Reason, Template, Transition, Verdict } from "./types.ts";

const everywhere = -1;
export const ended: Reason = { code: "state", text: "The pathway has ended; open a new one that points to it." };

export function evaluate(t: Template, days: Days, c: Case, events: Event[], now: number): Reading {
  const { list, right } = arrange(events, c, now), l = new Ledger(t, days, c);
  l.right = right;
  for (const x of list) { // whatever the state by then (G13)
    if (x.e.kind !== "appointment.cancelled_by_service" && (x.e.kind !== attempt || text(x, "outcome") !== "cancelled_by_service")) continue;
    if (text(x, "appointment") && !x.correctedBy && !x.objection && malformed(x, now).length === 0) l.calledOff.add(text(x, "appointment"));
  }
  for (const x of list)
    if (["closure.proposed", "closure.consulted", "closure.objected", "closure.rejected"].includes(x.e.kind) && !x.correctedBy && !x.objection && malformed(x, now).length === 0) l.answers.push(x);
  l.weighty = list.filter((x) => weighs(x) && !x.correctedBy && !x.objection);
  for (const x of list) { // who took back that a threshold was met
    const by = x.e.kind === "threshold.decided" && grave(x) > 0 && x.correctedBy ? list.find((o) => o.e.id === x.correctedBy) : undefined;
    if (by?.e.kind === "event.withdrawn" && !came(by)) l.tookBack.push({ by, of: x });
  }
  imply(l, list, now);
  const verdicts = list.map((x) => judge(l, x, now));
  for (const v of verdicts) if (l.safe.has(v.event)) v.resolved_by = l.safe.get(v.event);
  return { ...readOut(l, now), verdicts };
}

/** Opens the pathway where no event does: at the moment the case gives, else with the first event. */
function imply(l: Ledger, list: Entry[], now: number): void {
  if (list.length > 0 && opens(list[0], now)) return;
  let when = at(l.c.opened_at), by = l.c.opened_by ?? "";
  if (l.right.event) ({ at: when, by } = l.right);
  for (const x of list) if (!when && malformed(x, now).length === 0) (when = x.occurred), (by = x.e.by ?? "");
  if (!when || future(when, now)) return;
  const e = entryOf({ id: "", kind: "pathway.opened", occurred_at: new Date(when).toISOString(), by }), act = l.x.acts.get("pathway.opened")?.[0];
  if (act !== undefined) accept(l, e, act, undefined);
}

function judge(l: Ledger, x: Entry, now: number): Verdict {
  const v: Verdict = { event: x.e.id, verdict: x.late ? "accepted_late" : "accepted", reasons: [], from: l.here().key, corrected_by: x.correctedBy };
  if (x.e.kind === immediateRisk) { // before every other rule (G12)
    accept(l, x, l.x.act.get(immediateRisk)!, undefined);
    return { ...v, to: l.here().key };
  }
  let reasons = malformed(x, now);
  if (x.objection) reasons = [...reasons, { code: "correction", text: x.objection }];
  if (reasons.length === 0 && x.correctedBy) return { ...v, to: v.from };
  if (reasons.length === 0) {
    const found = find(l, x);
    if (!("reasons" in found)) {
      if (!refusedBefore(x)) {
        v.reasons = remarks(l, x);
        accept(l, x, found.act, found.row);
        return { ...v, to: l.here().key };
      }
      reasons = [{ code: "received", text: "It was refused when it came, and is no decision. What stood in the way is gone: decide again." }];
    } else reasons = found.reasons;
  }
  if (refusedBefore(x) && !x.objection) l.refused.push(x);
  return { ...v, verdict: "attempted", reasons };
}

/** The act and the row of the table that an event falls under, or every reason why it may not. */
export function find(l: Ledger, x: Entry): { act: number; row?: Transition } | { reasons: Reason[] } {
  const no = (...reasons: Reason[]) => ({ reasons }), say = houseRules[x.e.kind]?.(l, x);
  if (say) return no({ code: "house", text: say });
  const acts = l.x.acts.get(x.e.kind) ?? [];
  const act = acts.find((a) => Object.entries(l.t.events[a].where ?? {}).every(([member, values]) => values.includes(text(x, member))));
  if (act === undefined) {
    if (isEverywhere(x)) {
      if (x.e.kind !== "step.done") return { act: everywhere };
      if (l.here().ends) return no(ended);
      const why = stepByHand(sceneOf(l, x, l.moment(x)), {});
      return why ? no({ code: "step", text: why }) : { act: everywhere };
    }
    return no(acts.length === 0 ? notUsed(x.e.kind) : { code: "data", text: "This pathway knows other variants of this; choose one of its own." });
  }
  const rows = l.x.rows[l.state][act], a = l.t.events[act];
  if (rows.length === 0) return answersAnEnd(l, x) ? { act: everywhere } : no(elsewhere(l, act));
  const s = sceneOf(l, x, l.moment(x)), role = roleMissing(l, a.may, x);
  const reasons = [...(role ? [{ code: "role", text: role }] : []), ...lacking(s, a.guards)];
  for (const r of rows) {
    const row = l.t.transitions[r];
    if (!holds(s, row.when)) continue;
    const all = [...reasons, ...lacking(s, row.guards)];
    return all.length > 0 ? no(...all) : { act, row };
  }
  return no(...(reasons.length > 0 ? reasons : [elsewhere(l, act)]));
}

/** An objection that was made before the approval that ended the pathway came: nobody could know by then, and it is heard. */
const answersAnEnd = (l: Ledger, x: Entry): boolean =>
  x.e.kind === "closure.objected" && !!l.against.ended && !!l.proposal && l.here().ends === "closed" && !!x.e.agency && x.e.role !== "system" && x.occurred <= l.against.ended.received;

const isEverywhere = (x: Entry): boolean =>
  ["migration.proposed", "pathway.migrated", "step.done", "opening.corrected", "closure.confirmed"].includes(x.e.kind) || (x.e.kind === "calendar.changed" && !x.e.by && x.e.role === "system");

/** Where an act is in place, since it is not here. */
export const elsewhere = (l: Ledger, act: number): Reason => (l.here().ends ? ended : l.x.placed[act]);

function remarks(l: Ledger, x: Entry): Reason[] {
  if (x.e.kind === "meeting.held" && !text(x, "family_told")) return [{ code: "house", text: "It does not say whether the family was told of this meeting." }];
  if (x.e.kind === "referral.accepted" || x.e.kind === "referral.nfa" || (x.e.kind === "threshold.decided" && byTelephone(l, x))) {
    const say = onTheWordOf(l, x);
    return say ? [{ code: "house", text: say }] : [];
  }
  if (x.e.kind === "dispute.resolved") {
    const d = l.disputes[disputeOf(l, x)], { agency, over } = d ? lacks(l, d, x) : { agency: "", over: true };
    return over ? [] : [{ code: "house", text: `It is settled once ${agency ? l.nameOf(agency) : "somebody else"} records that too.` }];
  }
  if (x.e.kind === "social_worker.told" || x.e.kind === "immediate_risk.resolved") return unreachable(l, x, "spoken_to");
  if (x.e.kind === "new_area.accepted") return unreachable(l, x, "accepted_by");
  if (x.e.kind === "plan.agreed") {
    const by = text(x, "person");
    return (l.c.adults ?? []).filter((a) => {
      const said = stands(l, a.id);
      return a.id !== by && said !== "agreed" && !(said === "" && (by === "" || !a.responsible));
    }).map((a) => ({ code: "adults", text: `${a.name || a.id} has not agreed.` }));
  }
  if (approvedBy[x.e.kind] && x.e.kind !== "letter.drafted" && unapproved(l, x.e.by)) return [{ code: "role", text: nobodyApproves }];
  const why = x.e.kind === attempt || x.e.kind === "appointment.missed" ? l.counts(x).why : "";
  return why ? [{ code: "G13", text: why }] : [];
}

/** Lets an event count: as a fact, as what does steps and starts clocks, and as a move. */
function accept(l: Ledger, x: Entry, act: number, row: Transition | undefined): void {
  if (x.e.kind === "pathway.opened") {
    l.opened = x.occurred;
    l.openedOn = day(x.occurred);
  }
  facts[x.e.kind]?.(l, x);
  if (kindNamed.has(x.e.kind)) l.happened.add(x.e.kind);
  decide(l, x);
  if (act === everywhere || act === undefined) return;
  follow(l, x, row);
  const s = sceneOf(l, x, l.moment(x));
  l.touch(x, act, (checks) => holds(s, checks));
  if (!row || row.to === "@stays") return;
  const from = l.state;
  if (row.to === "@back") l.goBack();
  else l.move(l.x.state.get(row.to)!);
  if (l.state !== from) {
    engage(l, x);
    l.enter(x, row.to !== "@back");
  }
}
