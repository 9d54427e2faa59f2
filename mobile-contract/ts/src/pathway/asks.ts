// Whoever may not do a thing is told who can, by name and agency (PATHWAY.md, 17).
import { isManager, text, type Entry } from "./event.ts";
import type { Ledger } from "./ledger.ts";
import type { Manager } from "./types.ts";

const named = (l: Ledger, are: (m: Manager) => boolean): string => (l.c.managers ?? []).filter(are).map((m) => `${m.name} of ${l.nameOf(m.agency)}`).join(" or ");

/** Who may approve what an event would, where that is known. */
function mayApprove(l: Ledger, e: Entry): string[] | undefined {
  if (e.e.kind === "letter.approved") {
    const drafted = l.letters.get(text(e, "letter_id"))?.drafted;
    return drafted && (l.c.managers ?? []).filter((m) => m.agency === drafted.e.agency && m.id !== drafted.e.by).map((m) => m.id);
  }
  const by = e.e.kind === "risk_assessment.signed_off" ? l.assessed?.by : e.e.kind === "closure.approved" ? l.proposal?.by : e.e.kind === "pathway.migrated" ? l.moves.get(text(e, "proposal"))?.by : undefined;
  return by === undefined ? undefined : l.c.approvers?.[by];
}

/** Who may do what the role of an event's author may not, or "". */
export function roleMissing(l: Ledger, may: string[] | undefined, e: Entry): string {
  if (!may?.length || may.includes(e.e.role ?? "")) return "";
  if (!may.some(isManager)) return "The server records this by itself; nobody else does.";
  if (l.c.no_manager) return "This is for a manager. Nobody on this case is one: ask your agency's lead to put a manager on it.";
  const all = l.c.managers, ids = mayApprove(l, e);
  const whose = all?.some((m) => m.id === e.e.by) ? "This is for a manager who answers for those whose work it is" : "This is for a manager";
  const who = named(l, (m) => m.id !== e.e.by && (ids ? ids.includes(m.id) : !m.member));
  if (who) return `${whose}: ask ${who} to record it.`;
  return all ? `${whose}. Nobody else on this case is one: ask your agency's lead to put a manager on it.` : `${whose} on this case; leave it to them.`;
}

/** Ending is for a manager of the agency that leads, or a service manager; who somebody was when it came stays so. */
export function mayEnd(l: Ledger, e: Entry, what = "Ending"): string {
  const lead = l.c.lead_agency ?? "";
  if (!lead || e.e.agency === lead || e.e.role === "service_manager" || !isManager(e.e.role) || e.e.received_verdict === "accepted") return "";
  const say = `${what} is for a manager of ${l.nameOf(lead)}, which leads, or a service manager`, who = named(l, (m) => m.id !== e.e.by && m.agency === lead && !m.member);
  if (who) return `${say}: ask ${who}.`;
  return l.c.managers ? `${say}. It has none on this case: have its lead put one on it.` : `${say}.`;
}
