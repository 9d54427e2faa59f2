// Families: the list, found by any words in any order, and who is who in one of them.
import type { CaseMembersRecord, CasesRecord, PathwaysRecord, PeopleRecord } from "../../ts/wire.ts";
import { adultsOf, byName, childrenOf, plain, together, withAge } from "./person.ts";
import { grouped, type Rows } from "./rows.ts";
import { openSteps, stateTitle, type Step } from "./step.ts";
import { referenceOf } from "./today.ts";
import type { Say } from "./words.ts";

export interface Found {
  family: CasesRecord;
  reference: string;
  children: string;
  overdue: number;
  today: number;
}

/** Families that have every word somewhere: in a name, a reference, an address or a number. */
export function findFamilies(rows: Rows, say: Say, asked: string, closed = false): Found[] {
  const words = plain(asked).split(" ").filter(Boolean);
  const late = lateIn(rows, say);
  return rows.table("cases").all
    .filter((c) => (closed || words.length > 0 || c.status === "open") && words.every((w) => haystack(rows, c).includes(" " + w)))
    .map((c) => ({
      family: c, reference: referenceOf(rows, c.id), children: childrenWords(rows, c.id, say),
      overdue: late.get(c.id)?.filter((s) => s.kind === "overdue").length ?? 0, today: late.get(c.id)?.filter((s) => s.kind === "today").length ?? 0,
    }))
    .sort((a, b) => Number(a.family.status === "closed") - Number(b.family.status === "closed") || byName(a.family.family_name, b.family.family_name) || a.reference.localeCompare(b.reference));
}

const counted = new WeakMap<object, { today: string; late: Map<string, Step[]> }>();

/** The open steps by family, counted once for what is typed letter by letter. */
function lateIn(rows: Rows, say: Say): Map<string, Step[]> {
  const there = counted.get(rows);
  if (there?.today === say.today) return there.late;
  const late = grouped(openSteps(rows, say), (s) => s.family);
  counted.set(rows, { today: say.today, late });
  return late;
}

const haystacks = new WeakMap<object, Map<string, string>>();

function haystack(rows: Rows, c: CasesRecord): string {
  const made = haystacks.get(rows) ?? haystacks.set(rows, new Map()).get(rows)!;
  let text = made.get(c.id);
  if (text === undefined) {
    const of = rows.table("people").of(c.id);
    const all = [c.family_name, c.reference, c.provisional_reference, ...of.flatMap((p) => [p.name, p.called_by, ...contactsOf(p).map((x) => [x.value, ...(x.lines ?? []), x.postcode].join(" "))])];
    text = " " + plain(all.filter(Boolean).join(" ")) + " " + plain(c.reference).replace(/ /g, "");
    made.set(c.id, text);
  }
  return text;
}

export const childrenWords = (rows: Rows, family: string, say: Say): string => {
  const children = childrenOf(rows, family, say.today), everybody = [...children, ...adultsOf(rows, family, say.today)]; // a mother and a daughter may bear one first name
  return together(children.map((c) => withAge(c, say, say.today, everybody)), say);
};

export interface Contact {
  kind: string;
  value?: string;
  lines?: string[];
  postcode?: string;
  current?: boolean;
  safe_post?: boolean;
  safe_sms?: boolean;
  safe_voicemail?: boolean;
  confirmed_on?: string;
  note?: string;
}

export const contactsOf = (p: PeopleRecord): Contact[] => (Array.isArray(p.contact_points) ? (p.contact_points as Contact[]).filter((c) => c && typeof c === "object") : []);

export interface Reach {
  person: PeopleRecord;
  phones: Contact[];
  addresses: Contact[];
  other: Contact[];
  /** others of the family who must not learn where this person is */
  apartFrom: PeopleRecord[];
}

/** How each adult may be reached; children who have a number of their own too. */
export function reachOf(rows: Rows, family: string, say: Say): Reach[] {
  const people = rows.table("people"), ties = rows.table("relationships").of(family);
  return [...adultsOf(rows, family, say.today), ...childrenOf(rows, family, say.today).filter((c) => contactsOf(c).length > 0)].map((person) => {
    const all = contactsOf(person);
    const apart = ties.filter((t) => t.between?.length > 0 && (t.person === person.id || t.other === person.id)).map((t) => (t.person === person.id ? t.other : t.person));
    return {
      person, phones: all.filter((c) => c.kind === "phone"), addresses: all.filter((c) => c.kind === "address" && c.current !== false),
      other: all.filter((c) => c.kind !== "phone" && c.kind !== "address"),
      apartFrom: [...new Set(apart)].map((id) => people.get(id)).filter((p): p is PeopleRecord => p !== undefined),
    };
  });
}

export interface Involved {
  agency: string;
  name: string;
  phone: string;
  members: CaseMembersRecord[];
}

/** Who else is involved, by agency, the one that leads first. */
export function involvedIn(rows: Rows, family: string): Involved[] {
  const lead = rows.table("cases").get(family)?.lead_agency, by = new Map<string, Involved>();
  for (const m of rows.table("case_members").of(family)) {
    if (!m.active) continue;
    const agency = rows.table("agencies").get(m.agency);
    const one = by.get(m.agency) ?? by.set(m.agency, { agency: m.agency, name: agency?.name ?? m.agency_name, phone: agency?.phone ?? "", members: [] }).get(m.agency)!;
    one.members.push(m);
  }
  const order = ["lead", "manager", "member"];
  for (const one of by.values()) one.members.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || byName(a.name, b.name));
  return [...by.values()].sort((a, b) => Number(b.agency === lead) - Number(a.agency === lead) || byName(a.name, b.name));
}

export const pathwaysOf = (rows: Rows, family: string): PathwaysRecord[] =>
  [...rows.table("pathways").of(family)].sort((a, b) => Number(a.ended) - Number(b.ended) || b.opened_at.localeCompare(a.opened_at));

export const openPathway = (rows: Rows, family: string): PathwaysRecord | undefined => pathwaysOf(rows, family).find((p) => !p.ended);

/** What work there is, in words: the pathway's name and where it stands. */
export function standing(rows: Rows, p: PathwaysRecord): { title: string; state: string } {
  return { title: rows.table("pathway_templates").get(p.template)?.title ?? "", state: stateTitle(rows, p) };
}
