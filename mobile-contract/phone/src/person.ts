// What people are called. A name is never taken apart (contract, M225): who is called Ivy is
// Ivy, who has no name yet is said in words.
import type { PeopleRecord } from "../../ts/wire.ts";
import { ageOn, daysBetween } from "./day.ts";
import type { Rows } from "./rows.ts";
import type { Say } from "./words.ts";

/** A text to search in and by: without accents, capitals and double blanks. */
export const plain = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[’']/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

export const byName = (a: string, b: string): number => plain(a).localeCompare(plain(b));

export function nameOf(p: PeopleRecord, say: Say, among: readonly PeopleRecord[] = []): string {
  const short = shortName(p, say);
  const others = among.filter((o) => o.id !== p.id);
  if (!others.some((o) => shortName(o, say) === short)) return short;
  const whole = p.name || short;
  if (!others.some((o) => (o.name || shortName(o, say)) === whole)) return whole;
  if (p.birth_order > 0 && !others.some((o) => o.birth_order === p.birth_order)) return say("person.born_as", { name: whole, n: p.birth_order });
  return p.date_of_birth ? say("person.born_on", { name: whole, day: say.shortDay(p.date_of_birth) }) : whole;
}

function shortName(p: PeopleRecord, say: Say): string {
  if (p.called_by || p.name) return p.called_by || p.name;
  if (p.expected_on) return say("person.expected", { day: say.shortDay(p.expected_on) });
  return p.date_of_birth ? say("person.nameless", { day: say.shortDay(p.date_of_birth) }) : say("person.unknown");
}

/** The children who live with a family now, eldest first; records of one child are one (M230). */
export function childrenOf(rows: Rows, family: string, today: string): PeopleRecord[] {
  return rows.table("people").of(family)
    .filter((p) => p.kind === "child" && !p.same_as && here(p, today))
    .sort((a, b) => (a.date_of_birth || "9999").localeCompare(b.date_of_birth || "9999") || a.birth_order - b.birth_order || byName(a.name, b.name));
}

export function adultsOf(rows: Rows, family: string, today: string): PeopleRecord[] {
  return rows.table("people").of(family).filter((p) => p.kind === "adult" && !p.same_as && here(p, today)).sort((a, b) => byName(a.name, b.name));
}

const here = (p: PeopleRecord, today: string): boolean =>
  (!p.died_on || p.died_on > today) && (!p.left_on || p.left_on > today || (p.joined_on > p.left_on && p.joined_on <= today));

/** Ivy, 9 */
export function withAge(p: PeopleRecord, say: Say, today: string, among: readonly PeopleRecord[] = []): string {
  const name = nameOf(p, say, among);
  if (!p.date_of_birth || p.date_of_birth > today) return name;
  const years = ageOn(p.date_of_birth, today);
  return years > 0 ? `${name}, ${years}` : say("person.baby", { name, weeks: Math.floor(daysBetween(p.date_of_birth, today) / 7) });
}

/** Siân, 11, and Gwil, 5 */
export function together(names: string[], say: Say): string {
  if (names.length < 2) return names.join("");
  const comma = names.some((n) => n.includes(",")) ? "," : "";
  return say("list.and", { first: names.slice(0, -1).join(", ") + comma, last: names[names.length - 1] });
}

/** A worker's name, by whatever the phone holds of them. */
export function workerName(rows: Rows, user: string, family = ""): string {
  const known = rows.table("users").get(user)?.name;
  if (known) return known;
  const on = (family ? rows.table("case_members").of(family) : rows.table("case_members").all).find((m) => m.user === user);
  return on?.name ?? (user === rows.me.id ? rows.me.name : "");
}
