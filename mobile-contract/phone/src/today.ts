// What waits for this person, in the order that holds everywhere: who is in danger, what is
// late, what is asked, what did not go through, everything else.
import type { Conflict, Pending, Refusal } from "../../ts/src/index.ts";
import type { RequestsRecord } from "../../ts/wire.ts";
import { dayIn } from "./day.ts";
import { openRisks, type Risk } from "./risk.ts";
import { grouped, type Rows } from "./rows.ts";
import { openSteps, type Step } from "./step.ts";
import type { Say } from "./words.ts";

export interface FamilySteps {
  family: string;
  name: string;
  reference: string;
  steps: Step[];
}

export interface Today {
  risks: Risk[];
  overdue: FamilySteps[];
  today: FamilySteps[];
  soon: FamilySteps[];
  asked: RequestsRecord[];
  refused: Refusal[];
  conflicts: Conflict[];
  unsent: Pending[];
  /** of a manager's team, by who leads */
  team: TeamMember[];
  counts: { risks: number; overdue: number; overdueFamilies: number; today: number; soon: number; asked: number; refused: number; conflicts: number; unsent: number };
  /** everything is here and every list is empty: only then may a screen say that nothing waits */
  nothing: boolean;
}

export interface TeamMember {
  user: string;
  name: string;
  families: number;
  overdue: number;
  overdueFamilies: number;
  longest: number;
  today: number;
}

export function todayOf(rows: Rows, say: Say): Today {
  const risks = openRisks(rows), mine = ownFamilies(rows);
  const steps = openSteps(rows, say), own = steps.filter((s) => mine.has(s.family));
  const of = (kind: Step["kind"]) => byFamily(rows, own.filter((s) => s.kind === kind));
  const asked = rows.table("requests").all
    .filter((r) => r.user === rows.me.id && r.standing === "waiting" && !(readingOnly.includes(r.kind) && r.acknowledged_at))
    .sort((a, b) => (dayIn(a.due_on) || "9999").localeCompare(dayIn(b.due_on) || "9999") || a.asked_at.localeCompare(b.asked_at));
  const unsent = rows.pending.filter((p) => waits(p));
  const out = { risks, overdue: of("overdue"), today: of("today"), soon: of("soon"), asked, refused: [...rows.refusals], conflicts: [...rows.conflicts], unsent, team: team(rows, steps) };
  const n = (all: FamilySteps[]) => all.reduce((sum, f) => sum + f.steps.length, 0);
  const counts = {
    risks: risks.length, overdue: n(out.overdue), overdueFamilies: out.overdue.length, today: n(out.today), soon: n(out.soon), asked: asked.length,
    refused: out.refused.length, conflicts: out.conflicts.length, unsent: unsent.length,
  };
  const { overdueFamilies: _, ...all } = counts;
  return { ...out, counts, nothing: rows.whole && Object.values(all).every((c) => c === 0) && out.team.every((m) => m.overdue + m.today === 0) };
}

/** what wants nothing but reading (contract, after M209) */
export const readingOnly = ["letter_back", "assessment_back", "closing_back", "closing_overridden", "case_closed", "case_objection", "case_act", "transfer_back"];

/** not the server's yet, or waiting there for what it belongs to */
export const waits = (p: Pending): boolean => p.state === "unsent" || p.state === "held" || p.state === "too_large" || p.state === "other_author";

/** Families that this person works with themselves; a manager's own team is apart. */
export function ownFamilies(rows: Rows): Set<string> {
  const on = rows.table("case_members").all.filter((m) => m.user === rows.me.id && m.active);
  const managed = new Set(on.filter((m) => m.role === "manager").map((m) => m.case));
  const worked = new Set(on.filter((m) => m.role !== "manager").map((m) => m.case));
  // A family that this phone has made and not sent yet has no members.
  for (const c of rows.table("cases").all) if (rows.unsent.has(`cases/${c.id}`) && !managed.has(c.id)) worked.add(c.id);
  return worked;
}

/** By family, first the one with what has waited longest. */
export function byFamily(rows: Rows, steps: Step[]): FamilySteps[] {
  const families = rows.table("cases");
  return [...grouped(steps, (s) => s.family)]
    .map(([family, of]) => ({ family, name: families.get(family)?.family_name ?? "", reference: referenceOf(rows, family), steps: of }))
    .sort((a, b) => a.steps[0].at - b.steps[0].at || a.name.localeCompare(b.name));
}

export function referenceOf(rows: Rows, family: string): string {
  const c = rows.table("cases").get(family);
  return c?.reference || c?.provisional_reference || "";
}

function team(rows: Rows, steps: Step[]): TeamMember[] {
  const members = rows.table("case_members").all.filter((m) => m.active);
  const managed = new Set(members.filter((m) => m.user === rows.me.id && m.role === "manager").map((m) => m.case));
  const open = new Set(rows.table("cases").all.filter((c) => c.status === "open").map((c) => c.id));
  const leads = members.filter((m) => m.role === "lead" && managed.has(m.case) && open.has(m.case) && m.user !== rows.me.id);
  return [...grouped(leads, (m) => m.user)].map(([user, of]) => {
    const families = new Set(of.map((m) => m.case)), theirs = steps.filter((s) => families.has(s.family)), overdue = theirs.filter((s) => s.kind === "overdue");
    return {
      user, name: of[0].name, families: families.size, overdue: overdue.length, overdueFamilies: new Set(overdue.map((s) => s.family)).size,
      longest: Math.max(0, ...overdue.map((s) => s.daysLate)), today: theirs.filter((s) => s.kind === "today").length,
    };
  }).sort((a, b) => b.overdue - a.overdue || a.name.localeCompare(b.name));
}
