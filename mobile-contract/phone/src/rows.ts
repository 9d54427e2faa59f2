// What the phone holds, as its screens read it: plain lists by collection, made once whenever
// something changed. The screens' functions take these and nothing else, so that they can be
// tried without a phone.
import type { Client, Conflict, Pending, Refusal } from "../../ts/src/index.ts";
import type { Place } from "../../ts/src/place.ts";
import type { CollectionName, Records, Who } from "../../ts/wire.ts";
import { instant } from "./day.ts";

/** Collections that some screen shows. */
export const shown = [
  "agencies", "users", "cases", "case_acts", "case_members", "people", "relationships", "places", "pathway_templates",
  "pathways", "pathway_steps", "pathway_events", "notices", "requests", "notes", "contact_attempts", "attempt_withdrawals",
  "letters", "letter_templates", "evidence", "meetings", "actions", "referrals", "disputes", "child_flags",
  "chronology_entries", "resources", "transfers",
  "letter_events", "letter_rules", "evidence_policies", "evidence_events",
  "champion_registrations", "champions", "champion_history", "champion_policies", "network_events", "network_attendance", "cascade_log", "surgery_sessions", "good_practice",
  "meeting_invitations", "referral_steps", "dispute_steps",
] as const satisfies readonly CollectionName[];
export type ShownName = (typeof shown)[number];

export interface Table<T> {
  readonly all: readonly T[];
  get(id: string): T | undefined;
  /** those of a family */
  of(family: string): readonly T[];
}

export interface Rows {
  table<C extends ShownName>(name: C): Table<Records[C]>;
  me: Who;
  /** when the last whole run came, by the server's clock; 0 where none did */
  synced: number;
  /** everything that belongs here is here, as of then: without it nobody may say that nothing waits */
  whole: boolean;
  /** `collection/id` of what is not the server's yet */
  unsent: ReadonlySet<string>;
  pending: readonly Pending[];
  conflicts: readonly Conflict[];
  refusals: readonly Refusal[];
}

/** What the server adds to a record that has not come back from it yet, as far as this phone knows. */
const unsaid: { [C in ShownName]?: (me: Who) => Partial<Records[C]> } = {
  contact_attempts: (me) => ({ author: me.id, agency: me.agency, pathway: "", person: "", place: "", note: "" }),
  notes: (me) => ({ author: me.id, agency: me.agency, speaker: "", children: [], method: "", tags: [] }),
  pathway_events: (me) => ({ author: me.id, agency: me.agency, verdict: "", resolved_by: "", corrects: "", received_at: "", data: {} }),
  pathways: () => ({ state: "", ended: false, disputed: false, trigger: "", allowed: null, alongside: null, cycles: 0 }),
  attempt_withdrawals: (me) => ({ author: me.id }),
  letters: (me) => ({ author: me.id, agency: me.agency, pathway: "", joint_with: "", status: "draft", delivery: "", reference: "", explained: [], channel: "" }),
  evidence: (me) => ({ author: me.id, agency: me.agency, status: "announced", reason: "", preview: "", sensitivity: "", held: false, basis_from: "", basis_on: "" }),
  letter_events: (me) => ({ author: me.id, agency: me.agency, note: "", deemed_on: "", postage: "" }),
  meetings: (me) => ({ author: me.id, agency: me.agency, held_at: "", place: "", chair: "", decision: "", child_views: "", family_views: "", no_views_because: "", cancelled_because: "", not_told_because: "", attended: 0, needed: 0, quorate: false }),
  meeting_invitations: (me) => ({ author: me.id, views: "", report: "" }),
  actions: (me) => ({ author: me.id, meeting: "", owner_user: "", done_on: "", outcome: "" }),
  case_acts: (me) => ({ author: me.id, agency: me.agency, told: "" }),
  transfers: (me) => ({ author: me.id, agency: me.agency, from_agency: me.agency, status: "requested", overdue: false }),
  referrals: (me) => ({ author: me.id, agency: me.agency, status: "sent", sent_on: "", decided_on: "", people: [] }),
  referral_steps: (me) => ({ author: me.id, agency: me.agency, decided_by: "", reason: "" }),
  disputes: (me) => ({ author: me.id, agency: me.agency, status: "open", stage: 1, with_agency: "", position: "", stage_due_on: "" }),
  dispute_steps: (me) => ({ author: me.id, agency: me.agency }),
  champion_registrations: (me) => ({ user: me.id, agency: me.agency, name: me.name, status: "submitted", lead: false, decision_note: "", agreed_at: "", active_since: "", valid_until: "", renewal_asked: false }),
  network_attendance: (me) => ({ user: me.id, agency: me.agency, name: me.name, note: "" }),
  cascade_log: (me) => ({ user: me.id, agency: me.agency, people: 0, resource: "", feedback: "" }),
  surgery_sessions: (me) => ({ user: me.id, agency: me.agency, people: 0, minutes: 0, questions: [], advice: [], note: "" }),
  good_practice: (me) => ({ user: me.id, agency: me.agency, agency_name: "", topics: [], moderation_note: "" }),
  cases: (me) => ({ reference: "", provisional_reference: "", status: "open", lead_agency: me.agency, restricted: false, closed_on: "", summary: "" }),
};

const nobody: Who = { id: "", name: "", agency: "", roles: [] };

export function tableOf<T extends { id: string }>(all: readonly T[]): Table<T> {
  let byID: Map<string, T> | undefined, byFamily: Map<string, T[]> | undefined;
  return {
    all,
    get: (id) => (byID ??= new Map(all.map((r) => [r.id, r]))).get(id),
    of(family) {
      byFamily ??= grouped(all, (r) => String((r as { case?: string }).case ?? ""));
      return byFamily.get(family) ?? [];
    },
  };
}

export function grouped<T, K>(all: Iterable<T>, by: (one: T) => K): Map<K, T[]> {
  const out = new Map<K, T[]>();
  for (const one of all) {
    const key = by(one), there = out.get(key);
    if (there) there.push(one);
    else out.set(key, [one]);
  }
  return out;
}

/** Rows from plain lists: for tests, and for the first moment of a new phone. */
export function rowsOf(lists: { [C in ShownName]?: Partial<Records[C]>[] } = {}, more: Partial<Omit<Rows, "table">> = {}): Rows {
  const tables = new Map(shown.map((name) => [name, tableOf((lists[name] ?? []) as { id: string }[])]));
  return { me: nobody, synced: 0, whole: false, unsent: new Set(), pending: [], conflicts: [], refusals: [], ...more, table: (name) => tables.get(name) as never };
}

/** Reads anew what changed, and keeps the rest as it was. */
export async function readRows(client: Client, place: Place, before?: Rows, changed: readonly string[] = ["*"]): Promise<Rows> {
  const anew = (name: ShownName) => !before || changed.includes("*") || changed.includes(name);
  const unsent = new Set([...(before?.unsent ?? [])].filter((key) => !anew(key.slice(0, key.indexOf("/")) as ShownName)));
  const tables = new Map<ShownName, Table<never>>();
  const me = (await client.session())?.user ?? nobody;
  const [pending, conflicts, refusals] = await Promise.all([
    client.pending(), client.conflicts(), client.refusals(),
    ...shown.map(async (name) => {
      if (!anew(name)) return void tables.set(name, before!.table(name) as never);
      const all = await client.list(name);
      for (const r of all) if (r.unsent) unsent.add(`${name}/${r.id}`);
      tables.set(name, tableOf(all.map((r) => ({ ...(r.rev === undefined ? unsaid[name]?.(me) : undefined), ...r.fields, id: r.id }))) as never);
    }),
  ]);
  const synced = instant(place.synced) || 0;
  return { me, synced, whole: synced > 0 && !place.anew, unsent, pending, conflicts, refusals, table: (name) => tables.get(name) as never };
}
