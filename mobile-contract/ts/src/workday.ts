// By the end of which working day a thing must be done (CALENDAR.md). A day is a text,
// 2026-12-17; an instant is milliseconds since 1970. Where a calendar does not reach there is no
// answer: a day that is guessed would look right and be early.
import { hex, sha256, utf8 } from "./bytes.ts";

export interface Named {
  date: string;
  title: string;
}

export interface Calendar {
  key: string;
  division: string;
  title: string;
  version: number;
  from: number;
  through: number;
  weekend: string[];
  holidays: Named[];
  closures: Named[];
}

/** outside the years covered; a number of days below zero; a body that is not of the form */
export class NoDay extends Error {
  readonly code: "outside" | "negative" | "refused";
  constructor(code: "outside" | "negative" | "refused", message: string) {
    super(message);
    this.code = code;
  }
}

const week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const members = ["key", "division", "title", "version", "from", "through", "weekend", "holidays", "closures"];
const dayMs = 86_400_000;

const isDay = (s: unknown): s is string => {
  if (typeof s !== "string" || !/^\d{4}-\d\d-\d\d$/.test(s) || s.startsWith("0000")) return false;
  const t = Date.parse(s + "T00:00:00Z");
  return !Number.isNaN(t) && new Date(t).toISOString().startsWith(s);
};
const later = (d: string, n: number): string => new Date(Date.parse(d + "T00:00:00Z") + n * dayMs).toISOString().slice(0, 10);
const weekday = (d: string): string => week[(new Date(d + "T00:00:00Z").getUTCDay() + 6) % 7];
const covers = (c: Calendar, d: string): boolean => isDay(d) && Number(d.slice(0, 4)) >= c.from && Number(d.slice(0, 4)) <= c.through;
const days = (list: Named[]): Set<string> => new Set(list.map((x) => x.date));

function must(c: Calendar, d: string): void {
  if (!covers(c, d)) throw new NoDay("outside", `${d} is outside the years that the calendar covers`);
}

const works = (c: Calendar): ((d: string) => boolean) => {
  const free = new Set([...days(c.holidays), ...days(c.closures)]);
  return (d) => !c.weekend.includes(weekday(d)) && !free.has(d);
};

export function isWorking(c: Calendar, d: string): boolean {
  must(c, d);
  return works(c)(d);
}

/** The nth working day after day 0; with 0, day 0 itself or the next working day. */
export function within(c: Calendar, day0: string, n: number): string {
  if (n < 0) throw new NoDay("negative", "a negative number of working days");
  must(c, day0);
  const working = works(c);
  for (let d = n > 0 ? later(day0, 1) : day0; covers(c, d); d = later(d, 1)) if (working(d) && n-- <= 1) return d;
  throw new NoDay("outside", "the answer is outside the years that the calendar covers");
}

/** The working days after a, up to and including b; negative when b is before a. */
export function between(c: Calendar, a: string, b: string): number {
  must(c, a);
  must(c, b);
  if (b < a) return -between(c, b, a) || 0;
  const working = works(c);
  let n = 0;
  for (let d = later(a, 1); d <= b; d = later(d, 1)) if (working(d)) n++;
  return n;
}

/** The last instant, in London, of the day that within gives for the trigger's. */
export const deadline = (c: Calendar, trigger: number, n: number): number => endOf(within(c, dayOf(trigger), n));

/** Hours are elapsed hours, also through a change of the clock. */
export const afterHours = (trigger: number, hours: number): number => trigger + hours * 3_600_000;

const inLondon = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3,
});
const clock = (at: number): Record<string, string> => Object.fromEntries(inLondon.formatToParts(at).map((p) => [p.type, p.value]));

/** The date in London of an instant. */
export function dayOf(at: number): string {
  const p = clock(at);
  return `${p.year.padStart(4, "0")}-${p.month}-${p.day}`;
}

/** 23:59:59.999 in London: instants are kept to the millisecond. */
export function endOf(d: string): number {
  const wanted = Date.parse(d + "T23:59:59.999Z");
  for (const ahead of [0, 1]) {
    const at = wanted - ahead * 3_600_000, p = clock(at);
    if (dayOf(at) === d && p.hour === "23") return at;
  }
  throw new NoDay("outside", `${d} has no end in London`); // before London kept whole hours
}

/** Reads a body as text: nine members, each once, and nothing that could mislead. */
export function parseCalendar(body: string): Calendar {
  const refuse = (why: string): never => {
    throw new NoDay("refused", why);
  };
  if (utf8(body).length > 1 << 20) refuse("larger than 1 MiB");
  let c!: Calendar;
  try {
    c = JSON.parse(body);
  } catch {
    refuse("no JSON");
  }
  if (twice(body)) refuse("a member that is there twice");
  const has = (o: unknown, names: string[]) => typeof o === "object" && o !== null && !Array.isArray(o) && Object.keys(o).sort().join() === [...names].sort().join();
  if (!has(c, members)) refuse("a member that is missing or not known");
  const isKey = (s: unknown) => typeof s === "string" && s.length <= 64 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(s);
  const isTitle = (s: unknown) => typeof s === "string" && s.trim() !== "" && [...s].length <= 200 && !/[^\P{C}]|[\u2028\u2029\ufffd]|[^\P{Z} ]/u.test(s);
  const isYear = (y: unknown) => Number.isInteger(y) && (y as number) >= 1900 && (y as number) <= 2199;
  if (!isKey(c.key) || !isKey(c.division) || !isTitle(c.title)) refuse("key, division or title");
  if (!Number.isInteger(c.version) || c.version < 1 || c.version >= 2 ** 31) refuse("version");
  if (!isYear(c.from) || !isYear(c.through) || c.through < c.from) refuse("from and through");
  if (!Array.isArray(c.weekend) || c.weekend.some((d) => !week.includes(d)) || new Set(c.weekend).size < c.weekend.length || c.weekend.length === 7) refuse("weekend");
  for (const list of [c.holidays, c.closures]) {
    if (!Array.isArray(list) || list.some((x) => !has(x, ["date", "title"]) || !isDay(x.date) || !covers(c, x.date) || !isTitle(x.title))) refuse("a holiday or a closure");
    if (days(list).size < list.length) refuse("a day that is there twice");
  }
  return c;
}

/** The canonical text: members in order, weekend days from Monday, lists by date. Its hash names the calendar. */
export function bodyOf(c: Calendar): string {
  const byDate = (list: Named[]) => [...list].sort((a, b) => (a.date < b.date ? -1 : 1)).map(({ date, title }) => ({ date, title }));
  const { key, division, title, version, from, through } = c;
  return JSON.stringify({ key, division, title, version, from, through, weekend: week.filter((d) => c.weekend.includes(d)), holidays: byDate(c.holidays), closures: byDate(c.closures) });
}

export const calendarHash = async (c: Calendar): Promise<string> => hex(await sha256(utf8(bodyOf(c))));

/** A member that is there twice, which JSON.parse does not say. The text is JSON. */
function twice(json: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, key] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (key) {
      const name = JSON.parse(key), there = open.at(-1)!;
      if (there.has(name)) return true;
      there.add(name);
    }
  }
  return false;
}
