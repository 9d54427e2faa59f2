// Days, times, counts and names as a letter says them.
import type { Language } from "./table.ts";

/** 2026-03-03, of the years 1900 to 2999; undefined where there is no such day. */
export function readDay(value: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const d = new Date(value + "T00:00:00Z");
  const real = !Number.isNaN(d.getTime()) && d.toISOString().startsWith(value);
  return real && d.getUTCFullYear() >= 1900 && d.getUTCFullYear() <= 2999 ? d : undefined;
}

const written = (w: Language, d: Date): string => `${d.getUTCDate()} ${w.months[d.getUTCMonth()]} ${d.getUTCFullYear()}`;

/** 3 March 2026 */
export const day = (w: Language, value: string): string => written(w, readDay(value)!);

/** Tuesday 3 March 2026 */
export function date(w: Language, value: string): string | undefined {
  const d = readDay(value);
  return d && `${w.weekdays[d.getUTCDay()]} ${written(w, d)}`;
}

/** One time, or a first and a later one. */
export function span(w: Language, value: string): string | undefined {
  const at = value.indexOf("-"), from = at < 0 ? value : value.slice(0, at), until = value.slice(at + 1);
  const first = clock(w, from), last = at < 0 ? undefined : clock(w, until);
  if (at < 0 || first === undefined) return first;
  return last !== undefined && until > from ? `${first} ${w.to} ${last}` : undefined;
}

/** 15:04 as 3:04pm, 09:00 as 9am, and the two that people mistake for one another in words. */
function clock(w: Language, value: string): string | undefined {
  const m = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(value);
  if (!m) return undefined;
  if (value === "12:00") return w.midday;
  if (value === "00:00") return w.midnight;
  const h = Number(m[1]);
  return `${h % 12 || 12}${m[2] === "00" ? "" : ":" + m[2]}${h < 12 ? "am" : "pm"}`;
}

/** A whole number from 1, as people write one. */
export const count = (value: string): string | undefined =>
  /^[1-9]\d*$/.test(value) && BigInt(value) < 2n ** 63n ? value : undefined;

/** A, B and C; Welsh has ac before a vowel. */
export function joined(w: Language, names: string[]): string {
  if (names.length < 2) return names.join("");
  const last = names.at(-1)!;
  return `${names.slice(0, -1).join(", ")} ${vowelFirst(last) ? w.and_vowel : w.and} ${last}`;
}

const vowels = "aeiouwyâêîôûŵŷáéíóúẃýàèìòùẁỳäëïöüẅÿ";

/** By the Welsh rule: i and w before another vowel are consonants (Iolo, Wiliam). */
function vowelFirst(name: string): boolean {
  const [first = "", second = ""] = [...name].map((c) => c.toLowerCase());
  if (first === "" || !vowels.includes(first)) return false;
  return !(/[iw]/.test(first) && second !== "" && vowels.includes(second));
}
