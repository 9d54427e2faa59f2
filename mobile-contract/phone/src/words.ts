// The app's words, in English and in Welsh: every sentence that it says by itself has a key
// and stands in words/. What people wrote is shown as they wrote it.
import { dayIn, dayOf, dayWords, instant, isEndOfDay, shortDay, timeWords, type Language } from "./day.ts";
import type { en } from "./words/en.ts";

export type Entry = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { other: string });
export type Key = keyof typeof en;
export type Values = Record<string, string | number>;

/** Says a sentence, and days and times, in one language. */
export interface Say {
  (key: Key, values?: Values): string;
  language: Language;
  now: number;
  /** today, as a day */
  today: string;
  /** whether there is such a key: for what a server may name that this app has no word for */
  has(key: string): key is Key;
  day(day: string): string;
  shortDay(day: string): string;
  time(at: number): string;
  /** a day, with its time where that matters */
  when(text: string): string;
  /** 9:12am today, or Friday 27 November, 4:50pm */
  moment(at: number): string;
}

/** A phrase as the beginning of a line. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The words of the languages that were spoken here: of those that nobody speaks nothing is fetched. */
export const catalogues: Partial<Record<Language, Record<Key, Entry>>> = {};

export async function speak(language: Language): Promise<void> {
  catalogues[language] ??= language === "cy" ? (await import("./words/cy.ts")).cy : (await import("./words/en.ts")).en;
}

export function sayIn(language: Language, now = Date.now()): Say {
  const words = (catalogues[language] ?? catalogues.en ?? catalogues.cy)!, plurals = new Intl.PluralRules(language === "cy" ? "cy" : "en-GB"), today = dayOf(now);
  const say = ((key, values = {}) => {
    const entry: Entry = words[key];
    const text = typeof entry === "string" ? entry : entry[plurals.select(Number(values.n))] ?? entry.other;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  }) as Say;
  return Object.assign(say, {
    language, now, today,
    has: (key: string): key is Key => Object.hasOwn(words, key),
    day: (day: string) => dayWords(day, language, now),
    shortDay: (day: string) => shortDay(day, language, now),
    time: (at: number) => timeWords(at, language),
    when: (text: string) => {
      const day = dayWords(dayIn(text), language, now);
      return /^\d{4}-\d\d-\d\d$/.test(text) || isEndOfDay(text) ? day : `${day}, ${timeWords(instant(text), language)}`;
    },
    moment: (at: number) => {
      const day = dayOf(at), time = timeWords(at, language);
      return day === today ? say("moment.today", { time }) : `${dayWords(day, language, now)}, ${time}`;
    },
  });
}
