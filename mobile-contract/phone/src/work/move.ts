// Going on under another version of a pathway's template: anybody on the case proposes it, and a
// manager who did not decides. Nothing changes by the proposal.
import type { PathwaysRecord, PathwayTemplatesRecord } from "../../../ts/wire.ts";
import { stamp, text, type Asking, type Form } from "../forms/form.ts";
import type { Rows } from "../rows.ts";
import { stateTitle } from "../step.ts";

interface State { key: string; title: string; ends?: string }
const statesOf = (t: PathwayTemplatesRecord | undefined): State[] => (t?.body as { states?: State[] } | undefined)?.states ?? [];
const kindOf = (t: PathwayTemplatesRecord): string => (t.body as { kind?: string } | null)?.kind ?? "";

/** A template and those that it was made from: a fork may be moved to as well as a version. */
function lineage(rows: Rows, t: PathwayTemplatesRecord): Set<string> {
  const keys = new Set<string>();
  for (let at: PathwayTemplatesRecord | undefined = t, n = 0; at && n < 20; at = rows.table("pathway_templates").get(at.derived_from), n++) keys.add(at.key);
  return keys;
}

/** The versions to which a pathway can move, newest first. */
export function versionsFor(rows: Rows, p: PathwaysRecord): PathwayTemplatesRecord[] {
  const now = rows.table("pathway_templates").get(p.template);
  if (!now || p.ended) return [];
  return rows.table("pathway_templates").all.filter((t) => t.status === "published" && t.id !== now.id && t.hash !== now.hash && kindOf(t) === kindOf(now) && (lineage(rows, t).has(now.key) || lineage(rows, now).has(t.key))).sort((a, b) => b.version - a.version);
}

/** The proposal that waits for a manager, if one does. */
const waiting = (p: PathwaysRecord): boolean => ((p.allowed as { waits?: { act: string }[] } | null)?.waits ?? []).some((w) => w.act === "pathway.migrated");

const pathwayOf = (a: Asking) => a.rows.table("pathways").get(a.d.pathway);

/** Whether the version that was chosen has no place for where the pathway stands. */
function homeless(a: Asking): boolean {
  const to = a.rows.table("pathway_templates").get(text(a.d, "to")), p = pathwayOf(a);
  return to !== undefined && p !== undefined && !statesOf(to).some((s) => s.key === p.state && !s.ends);
}

export const moveForm: Form = {
  title: ({ say }) => say("move.version"), lead: ({ say }) => say("move.version.lead"), home: (a) => ({ page: "work", family: a.d.family }),
  blocked(a) {
    const p = pathwayOf(a);
    if (!p || p.ended) return a.say("move.version.ended");
    if (waiting(p) || a.rows.table("pathway_events").of(p.case).some((e) => e.pathway === p.id && e.kind === "migration.proposed" && a.rows.unsent.has(`pathway_events/${e.id}`))) return a.say("move.version.waits");
    return versionsFor(a.rows, p).length === 0 ? a.say("move.version.newest") : "";
  },
  fields(a) {
    const p = pathwayOf(a), to = a.rows.table("pathway_templates").get(text(a.d, "to"));
    return [
      { name: "to", kind: "choice", label: a.say("move.version.which"), required: true, choices: (p ? versionsFor(a.rows, p) : []).map((t) => ({ value: t.id, label: a.say("move.version.of", { title: t.title, n: t.version }), hint: t.change_note || undefined })) },
      ...(p && homeless(a) ? [{ name: "state", kind: "choice" as const, label: a.say("move.version.state", { state: stateTitle(a.rows, p) }), hint: a.say("move.version.state.hint"), required: true, choices: statesOf(to).filter((s) => !s.ends).map((s) => ({ value: s.key, label: s.title })) }] : []),
      { name: "reason", kind: "long", label: a.say("move.version.why"), required: true },
    ];
  },
  button: ({ say }) => say("move.version.propose"),
  edits(a) {
    const p = pathwayOf(a)!;
    return [{ op: "create", collection: "pathway_events", id: a.d.id, set: {
      case: a.d.family, pathway: p.id, kind: "migration.proposed", occurred_at: stamp(a.say.now), recorded_at: stamp(a.say.now),
      data: { to: text(a.d, "to"), reason: text(a.d, "reason"), ...(homeless(a) ? { states: { [p.state]: text(a.d, "state") } } : {}) },
    } }];
  },
};
