// Who a letter is written to, beside everybody else of the case, and what they are to one another.
import { dayOf } from "../workday.ts";
import type { Fields } from "../records.ts";

/** The records that a phone holds, by collection. */
export type Held = (collection: string) => Fields[];

export const said = (r: Fields | undefined, field: string): string => (typeof r?.[field] === "string" ? (r[field] as string) : "");
export const texts = (r: Fields | undefined, field: string): string[] => (Array.isArray(r?.[field]) ? (r[field] as unknown[]).map(String) : said(r, field) ? [said(r, field)] : []);
/** A moment as a pull delivers it, in milliseconds. */
export const moment = (text: string): number => Date.parse(text.replace(" ", "T"));

export interface OwnChild {
  id: string;
  name: string;
  parental_responsibility: "yes" | "no" | "unknown";
}

export interface ContactPoint {
  kind: string;
  lines?: string[];
  postcode?: string;
  value?: string;
  safe_post?: boolean;
  safe_email?: boolean;
  current?: boolean;
  confirmed_on?: string;
}

export const points = (p: Fields): ContactPoint[] => (Array.isArray(p.contact_points) ? (p.contact_points as ContactPoint[]) : []);
export const squashed = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{Nd}]/gu, "");
export const placeOf = (p: ContactPoint): string => squashed((p.lines ?? []).join(" ") + (p.postcode ?? "") + (p.value ?? ""));

/** Where somebody lives, as far as it is recorded. */
function homes(p: Fields | undefined): string[] {
  return (p ? points(p) : []).filter((c) => c.kind === "address" && c.current).map(placeOf);
}

export class Circle {
  readonly recipient: Fields | undefined;
  readonly joint: Fields | undefined;
  /** everybody of the case but the recipient */
  readonly people: Fields[];
  private one = new Map<string, string>();
  private told = new Set<string>();
  private relations: Fields[];
  readonly today: string;

  constructor(letter: Fields, held: Held, now: number) {
    this.today = dayOf(now);
    const ofCase = (collection: string) => held(collection).filter((r) => r.case === letter.case);
    const everybody = ofCase("people").sort((a, b) => (said(a, "date_of_birth") < said(b, "date_of_birth") ? -1 : said(a, "date_of_birth") > said(b, "date_of_birth") ? 1 : 0));
    const to = new Map(everybody.map((p) => [String(p.id), said(p, "same_as")]));
    for (const id of to.keys()) {
      let at = id;
      for (let n = 0; n < to.size && to.has(to.get(at)!); n++) at = to.get(at)!;
      this.one.set(id, at);
    }
    for (const p of everybody) if (p.informant === true) this.told.add(this.one.get(String(p.id))!);
    this.recipient = everybody.find((p) => p.id === letter.recipient);
    this.joint = letter.joint_with ? everybody.find((p) => p.id === letter.joint_with) : undefined;
    this.people = everybody.filter((p) => p !== this.recipient);
    this.relations = ofCase("relationships");
  }

  /** Whether two records are of one person. */
  are(a: string, b: string): boolean {
    return a === b || (this.one.has(a) && this.one.get(a) === this.one.get(b));
  }

  passedOnAWorry(p: Fields): boolean {
    return this.told.has(this.one.get(String(p.id)) ?? "");
  }

  related(a: string, b: string): Fields[] {
    return this.relations.filter((r) => {
      const [p, o] = [String(r.person), String(r.other)];
      return (this.are(p, a) && this.are(o, b)) || (this.are(p, b) && this.are(o, a));
    });
  }

  /** What stands between two people. */
  between(a: Fields, b: Fields): string[] {
    return [...new Set(this.related(String(a.id), String(b.id)).flatMap((r) => texts(r, "between")))].sort();
  }

  /** What stands between the recipient and somebody else. */
  apart(other: Fields): string[] {
    return this.between(this.recipient!, other);
  }

  keptApart(): boolean {
    return this.people.some((p) => p.kind === "adult" && this.apart(p).length > 0);
  }

  /** Whether a home that somebody called at may be another's than the recipient's. */
  mayLiveElsewhere(): boolean {
    const child = (id: unknown) => this.people.some((p) => p.id === id && p.kind === "child");
    const lives = this.relations.some((r) => r.lives_with === true && ((this.isTo(String(r.person)) && child(r.other)) || (this.isTo(String(r.other)) && child(r.person))));
    const own = [this.recipient, this.joint].flatMap(homes);
    return !lives && this.people.some((p) => p.kind === "adult" && !this.isTo(String(p.id)) && homes(p).length > 0 && !homes(p).some((h) => own.includes(h)));
  }

  /** Whether a letter goes to this person, by any of their records. */
  isTo(id: string): boolean {
    const is = (x: unknown) => x === this.recipient?.id || (this.joint !== undefined && x === this.joint.id);
    return is(id) || this.people.some((p) => p.id === id && is(p.same_as));
  }

  /** The recipient's own children, eldest first (LETTER.md). */
  children(): OwnChild[] {
    const alone = !this.people.some((p) => p.kind === "adult" && !this.isTo(String(p.id)));
    const list: OwnChild[] = [], whom: Fields[] = [];
    for (const p of this.people) {
      if (p.kind !== "child" || said(p, "same_as") || !seeable(p, this.today)) continue;
      const rows = [this.recipient!, this.joint].flatMap((r) => (r ? this.related(String(r.id), String(p.id)) : []));
      const answers = rows.map((r) => said(r, "parental_responsibility"));
      const own = rows.length === 0 ? alone : rows.some((r) => said(r, "parental_responsibility") !== "no" || r.lives_with === true);
      if (!own) continue;
      list.push({ id: String(p.id), name: answersTo(p), parental_responsibility: answers.includes("yes") ? "yes" : answers.includes("no") ? "no" : "unknown" });
      whom.push(p);
    }
    const key = (n: string) => n.trim().split(/\s+/).join(" ").normalize("NFC").toLowerCase();
    const alike = list.map((c, i) => list.some((d, j) => i !== j && key(c.name) === key(d.name)));
    list.forEach((c, i) => {
      if (alike[i]) c.name = said(whom[i], "name");
      if (said(whom[i], "name") + said(whom[i], "called_by") === "") c.name = "your child";
    });
    return list;
  }
}

/** What a person is called: what they answer to, else the whole name, which is never taken apart. */
export const answersTo = (p: Fields): string => said(p, "called_by").trim() || said(p, "name");

/** Of the household on a day, born, and not grown up (PATHWAY.md, Children of the household). */
function seeable(p: Fields, day: string): boolean {
  const dob = said(p, "date_of_birth"), since = said(p, "joined_on"), until = said(p, "left_on") || said(p, "died_on");
  const expected = said(p, "expected_on") || (dob > day ? dob : "");
  if (until && (since > until ? day >= until && day < since : day >= until)) return false;
  if (since && day < since && !(since > until && until)) return false;
  const plus = (years: number) => `${Number(dob.slice(0, 4)) + years}${dob.slice(4, 10)}`;
  if (dob && dob.slice(0, 10) <= day) return day < plus(p.care_leaver === true ? 25 : 18);
  return !expected || day >= dayOf(Date.parse(expected.slice(0, 10) + "T12:00:00Z") + 21 * 86_400_000);
}
