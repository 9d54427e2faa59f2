// Days and times as people here say them. A day is text, 2026-11-30, of the clock in London;
// days late are days of the calendar, as somebody would count them on a wall.
export type Language = "en" | "cy";

const zone = "Europe/London";
const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** The instant of a record's field: with a blank or a T between day and time. */
export const instant = (text: string): number => (text ? Date.parse(text.replace(" ", "T")) : NaN);

const read = (at: number) => Object.fromEntries(parts.formatToParts(at).map((p) => [p.type, p.value])) as Record<string, string>;

export function dayOf(at: number): string {
  const p = read(at);
  return `${p.year}-${p.month}-${p.day}`;
}

/** The day of a field that is a day, or an instant. */
export const dayIn = (text: string): string => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : text ? dayOf(instant(text)) : "");

const noon = (day: string) => Date.parse(day + "T12:00:00Z");

/** How many days from one day to another; less than none where the other was before. */
export const daysBetween = (from: string, to: string): number => Math.round((noon(to) - noon(from)) / 86_400_000);
export const addDays = (day: string, n: number): string => new Date(noon(day) + n * 86_400_000).toISOString().slice(0, 10);

/** Monday 30 November; with its year where that is not this year. */
export function dayWords(day: string, language: Language, now = Date.now()): string {
  return `${names[language].days[new Date(noon(day)).getUTCDay()]} ${shortDay(day, language, now)}`;
}

// Chromium has no Welsh names of its own, and would say them in English.
const names = {
  en: { days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"], months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"] },
  cy: { days: ["Dydd Sul", "Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn"], months: ["Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"] },
};

/** 30 November, where the weekday says nothing any more. */
export function shortDay(day: string, language: Language, now = Date.now()): string {
  const year = day.slice(0, 4);
  return `${Number(day.slice(8, 10))} ${names[language].months[Number(day.slice(5, 7)) - 1]}${year === dayOf(now).slice(0, 4) ? "" : " " + year}`;
}

/** 9:05am, 1pm, midday. */
export function timeWords(at: number, language: Language): string {
  const p = read(at), hour = Number(p.hour), [am, pm, noon, midnight] = language === "cy" ? ["yb", "yh", "hanner dydd", "hanner nos"] : ["am", "pm", "midday", "midnight"];
  if (p.minute === "00" && hour % 12 === 0) return hour === 12 ? noon : midnight;
  return `${hour % 12 || 12}${p.minute === "00" ? "" : ":" + p.minute}${hour < 12 ? am : pm}`;
}

/** Whether an instant is the end of a day, which is what a limit by days has: it is then said without a time. */
export const isEndOfDay = (text: string): boolean => {
  const p = read(instant(text));
  return /T?23:59:59/.test(text) || (p.hour === "23" && p.minute === "59");
};

/** Whole years of age on a day. */
export function ageOn(born: string, day: string): number {
  return Number(day.slice(0, 4)) - Number(born.slice(0, 4)) - (day.slice(5) < born.slice(5) ? 1 : 0);
}
