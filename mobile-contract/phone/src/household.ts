// Who was in a household on a day, and how that changed: by what each record says of when
// somebody came, left, was born or died. Who is what to whom bears no days, and is as it stands.
import type { PeopleRecord, RelationshipsRecord } from "../../ts/wire.ts";
import { byName } from "./person.ts";
import type { Rows } from "./rows.ts";

/** Records of one person are one (M230). */
const peopleOf = (rows: Rows, family: string): PeopleRecord[] => rows.table("people").of(family).filter((p) => !p.same_as);

/** Whether somebody was there on a day; undefined where the record does not say since when. */
export function thereOn(p: PeopleRecord, day: string): boolean {
  if (p.died_on && p.died_on <= day) return false;
  if (p.kind === "child" && p.date_of_birth && p.date_of_birth > day) return false;
  if (p.joined_on && p.left_on && p.joined_on > p.left_on) return day < p.left_on || day >= p.joined_on; // left, and came back
  return (!p.joined_on || p.joined_on <= day) && (!p.left_on || p.left_on > day);
}

const eldest = (a: PeopleRecord, b: PeopleRecord): number =>
  Number(a.kind === "child") - Number(b.kind === "child") || (a.date_of_birth || "9999").localeCompare(b.date_of_birth || "9999") || a.birth_order - b.birth_order || byName(a.name, b.name);

/** Who was there on a day: adults first, each eldest first. */
export const householdOn = (rows: Rows, family: string, day: string): PeopleRecord[] => peopleOf(rows, family).filter((p) => thereOn(p, day)).sort(eldest);

/** Who was not: of those, too, somebody may ask. */
export const othersOn = (rows: Rows, family: string, day: string): PeopleRecord[] => peopleOf(rows, family).filter((p) => !thereOn(p, day)).sort(eldest);

export interface Change { day: string; person: PeopleRecord; what: "born" | "came" | "left" | "died" | "expected" }

/** What changed in the household, the latest first. */
export function changesOf(rows: Rows, family: string): Change[] {
  const all: Change[] = peopleOf(rows, family).flatMap((person) => {
    const days: [string, Change["what"]][] = [[person.kind === "child" ? person.date_of_birth : "", "born"], [person.joined_on, "came"], [person.left_on, "left"], [person.died_on, "died"], [person.date_of_birth ? "" : person.expected_on, "expected"]];
    return days.filter(([day]) => day !== "").map(([day, what]) => ({ day: day.slice(0, 10), person, what }));
  });
  return all.sort((a, b) => b.day.localeCompare(a.day) || byName(a.person.name, b.person.name));
}

/** What somebody is to others of the family, by what was recorded from either side. */
export const tiesOf = (rows: Rows, family: string, person: string): RelationshipsRecord[] => rows.table("relationships").of(family).filter((t) => t.person === person);
