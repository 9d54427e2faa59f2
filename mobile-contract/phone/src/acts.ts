// What may be done now, and what would lift the rest: by the server's own words, which came
// with the pathway. What this app has a page for leads there; the rest is said, not hidden.
import type { PathwaysRecord } from "../../ts/wire.ts";
import { formOf } from "./work/form_of.ts";
import { actFields, recorded } from "./act_fields.ts";
import type { Rows } from "./rows.ts";
import { bodyOf, doneBy, type Step } from "./step.ts";

export interface Act {
  name: string;
  title: string;
}

export interface Refused {
  why: string;
  acts: Act[];
}

// What the server does itself, or what belongs to no list of deeds.
const never = /^(timer\.|calendar\.|event\.withdrawn|step\.done|immediate_risk\.|lead\.changed|pathway\.(opened|migrated|reopened)|letter\.(drafted|approved|rejected|issued|returned|reply))/;

export function actsOf(rows: Rows, p: PathwaysRecord): { now: Act[]; not: Refused[] } {
  const body = bodyOf(rows, p), may = new Map((body.events ?? []).map((e) => [e.name, e])), manager = managerOn(rows, p.case);
  const allowed = (p.allowed ?? {}) as { now?: string[]; not?: { why: string; acts: string[] }[] };
  const mine = (name: string) => {
    const e = may.get(name);
    return e && !never.test(name) && (!e.may || manager) ? [{ name, title: e.title }] : [];
  };
  return {
    now: (allowed.now ?? []).flatMap(mine).filter((a) => actFields[a.name] || recorded.includes(a.name) || formOf[a.name]),
    not: (allowed.not ?? []).map((n) => ({ why: n.why, acts: n.acts.flatMap(mine) })).filter((n) => n.acts.length > 0),
  };
}

/** What would do a step, of what may be done now: a deed with a page, or the pages that record. */
export function doing(rows: Rows, s: Step): Act | undefined {
  const p = rows.table("pathways").get(s.pathway);
  if (!p) return undefined;
  const now = new Map(actsOf(rows, p).now.map((a) => [a.name, a]));
  return doneBy(rows, s).map((name) => now.get(name)).find((a) => a !== undefined); // in the template's order
}

/** Whether this person decides in this family what only a manager does. */
export const managerOn = (rows: Rows, family: string): boolean =>
  rows.table("case_members").of(family).some((m) => m.user === rows.me.id && m.active && m.role === "manager");

export const alongside = (p: PathwaysRecord): { title: string; why: string }[] => (Array.isArray(p.alongside) ? (p.alongside as { title: string; why: string }[]) : []);
