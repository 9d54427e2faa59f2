// How hard a letter is to read, and which listed words it has (LETTER.md). Neither forbids it:
// the first asks the approver for a reason, the second to acknowledge what was found.
import { parts, textOf, type Letter, type LetterBlock } from "./document.ts";

export interface Readability {
  words: number;
  sentences: number;
  syllables: number;
  /** Flesch-Kincaid, to one decimal place: for English alone */
  grade: number;
  average_sentence: number;
}

/** Measures paragraphs, and bullets of six words and more. */
export function readability(body: LetterBlock[]): Readability {
  const r: Readability = { words: 0, sentences: 0, syllables: 0, grade: 0, average_sentence: 0 };
  for (const b of body) {
    const one = measured(textOf(b));
    if (b.kind !== "paragraph" && (b.kind !== "bullet" || one.words < 6)) continue;
    r.words += one.words;
    r.sentences += one.sentences;
    r.syllables += one.syllables;
  }
  if (r.words > 0) {
    r.grade = tenth(0.39 * (r.words / r.sentences) + 11.8 * (r.syllables / r.words) - 15.59);
    r.average_sentence = tenth(r.words / r.sentences);
  }
  return r;
}

function measured(text: string): { words: number; sentences: number; syllables: number } {
  const out = { words: 0, sentences: 0, syllables: 0 };
  let open = 0;
  for (const token of text.split(/\s+/u)) {
    for (const word of token.split(/[-–—/]/)) {
      const n = syllables(word);
      if (n === 0) continue;
      out.words++;
      out.syllables += n;
      open++;
    }
    if (open > 0 && endsSentence(token)) (out.sentences++, (open = 0));
  }
  if (open > 0) out.sentences++;
  return out;
}

function endsSentence(token: string): boolean {
  const bare = token.replace(/[)\]"'”’]+$/, "");
  return /[.!?]$/.test(bare) && !["mr.", "mrs.", "ms.", "dr.", "st.", "e.g.", "i.e."].includes(bare.toLowerCase());
}

const vowel = /[aeiouyàáâäèéêëìíîïòóôöùúûüŵŷ]/;

function syllables(word: string): number {
  const lower = word.toLowerCase(), letters = lower.match(/\p{L}/gu) ?? [];
  if (/\p{Nd}/u.test(lower)) return 1;
  if (letters.length === 0) return 0;
  let groups = 0, inside = false;
  for (const c of letters) {
    const v = vowel.test(c);
    if (v && !inside) groups++;
    inside = v;
  }
  return Math.max(groups > 1 && silent(letters) ? groups - 1 : groups, 1);
}

/** Whether the last e is not spoken: home, called, makes; but not table, wanted, places. */
function silent(letters: string[]): boolean {
  const end = letters.slice(-2).join(""), before = (n: number) => letters.at(-n - 1) ?? "";
  const is = (c: string, of: string) => c !== "" && of.includes(c);
  if (end === "es") return before(2) !== "" && !is(before(2), "aeiouylscxzgh");
  if (end === "ed") return before(2) !== "" && !is(before(2), "aeiouytd");
  if (end === "le") return is(before(2), "aeiouy");
  return end.endsWith("e") && before(1) !== "" && !is(before(1), "aeiouy");
}

// As Go rounds: half away from zero.
const tenth = (f: number): number => (Math.sign(f) * Math.round(Math.abs(f) * 10)) / 10;

export interface Hit {
  /** as it stands in the list, where in the letter, and as it stands there in small letters */
  entry: string;
  where: string;
  found: string;
}

/** Looks through the whole letter for listed words, in reading order; not within a line of the recipient's own address. */
export function scan(d: Letter, entries: string[]): Hit[] {
  const list = entries.map((entry) => ({ entry, words: wordsOf(entry), open: entry.trim().endsWith("*") })).filter((p) => p.words.length > 0);
  // Whole first words before open ones, as the list has them.
  const order = [...list.filter((p) => !(p.open && p.words.length === 1)), ...list.filter((p) => p.open && p.words.length === 1)];
  const hits: Hit[] = [];
  for (const { where, text } of parts(d)) {
    const tokens = wordsOf(text), home = ownAddress(d, tokens);
    tokens.forEach((_, i) => {
      for (const { entry, words, open } of order) {
        const there = words.every((w, j) => tokens[i + j] === w || (open && j === words.length - 1 && tokens[i + j]?.startsWith(w)));
        if (there && !words.every((_, j) => home[i + j])) hits.push({ entry, where, found: tokens.slice(i, i + words.length).join(" ") });
      }
    });
  }
  return hits;
}

function ownAddress(d: Letter, tokens: string[]): boolean[] {
  const home = tokens.map(() => false);
  for (const line of d.recipient.slice(1)) {
    let words = wordsOf(line);
    const whole = words.length === tokens.length && words.every((w, i) => w === tokens[i]);
    while (words.length > 0 && /\p{Nd}/u.test(words[0])) words = words.slice(1);
    for (let i = 0; words.length > 0 && i + words.length <= tokens.length; i++)
      if ((words.length > 1 || whole) && words.every((w, j) => w === tokens[i + j])) words.forEach((_, j) => (home[i + j] = true));
  }
  return home;
}

/** The words of a text in small letters; marks and what cannot be seen hide none. */
export const wordsOf = (text: string): string[] =>
  text.replace(/[\p{Mn}\p{Cf}]/gu, "").toLowerCase().split(/[^\p{L}\p{Nd}]+/u).filter((w) => w !== "");
