// Who of the children counts, on a day (PATHWAY.md, Children of the household).
import { addDays, isDay } from "./event.ts";
import type { Case, Child, Flag } from "./types.ts";

export const reached = (since: string | undefined, d: string): boolean => !since || since <= d;

export const since = (c: Child): string => c.since || (c.expected ? addDays(c.expected, -280) : (c.born ?? ""));

function home(c: Child, d: string): boolean {
  const from = since(c);
  if (c.until && from > c.until) return d < c.until || d >= from; // came back
  return reached(from, d) && (!c.until || d < c.until);
}

export const unborn = (c: Child, d: string): boolean => (c.born ? d < c.born : c.expected ? d <= addDays(c.expected, 21) : false);

function grown(c: Child, d: string): boolean {
  if (!isDay(c.born)) return false;
  const age = c.care_leaver ? 25 : 18, on = new Date(Date.UTC(Number(c.born.slice(0, 4)) + age, Number(c.born.slice(5, 7)) - 1, Number(c.born.slice(8))));
  return d >= on.toISOString().slice(0, 10);
}

/** Of the household, born or not, and not grown up. */
export const concerned = (c: Child, d: string): boolean => home(c, d) && !grown(c, d);
/** Concerned, and born: to be seen. */
export const seeable = (c: Child, d: string): boolean => concerned(c, d) && !unborn(c, d);

/** The one record of a child, under whichever of theirs. */
export const known = (c: Case, id: string): string => c.children?.find((x) => x.also?.includes(id))?.id ?? id;

/** Whom a sighting means: none named is the only one who could be seen. */
export function meant(c: Case, list: string[], d: string): string[] {
  if (list.length > 0) return list.map((id) => known(c, id));
  const one = (c.children ?? []).filter((x) => seeable(x, d));
  return one.length === 1 ? [one[0].id] : [];
}

/** Something of the case that was open on a day. */
export const up = (f: Flag | undefined, d: string): boolean => (!!f?.open && reached(f.since, d)) || !!f?.was?.some((s) => s.from <= d && d <= s.until);
export const statutory = (c: Case, d: string): boolean => up(c.cp_plan, d) || up(c.section_47, d);
