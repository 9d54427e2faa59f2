// Whether what was typed names somebody, or leads to a place (LETTER.md, Names and Traces).
import type { Fields } from "../records.ts";
import { clean } from "./character.ts";
import { said, squashed, type ContactPoint } from "./circle.ts";
import type { Letter } from "./document.ts";
import { parts } from "./document.ts";
import { scan } from "./read.ts";
import { also, particles } from "./tables.ts";

/** A word as the eye reads it, and whether it was written with a capital. */
interface Word {
  eye: string;
  capital: boolean;
}

const lookalike: Record<string, string> = Object.fromEntries(
  "łl øo đd ðd ıi аa вb еe кk мm нh оo рp сc тt уy хx іi јj ѕs αa εe ιi κk νv οo ρp τt υu χx 0o 1l".split(" ").map((p) => [p[0], p.slice(1)]).concat([["þ", "th"], ["æ", "ae"], ["œ", "oe"]]),
);

/** A name without case, accents, odd blanks and what takes no ink, in the letters that its letters look like. */
export const toTheEye = (name: string): string =>
  [...name.normalize("NFKC").toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, "")]
    .map((c) => (/[\p{L}\p{Nd}]/u.test(c) ? (lookalike[c] ?? c) : " ")).join("").split(/\s+/).filter((w) => w !== "").join(" ");

export const wordsSaid = (text: string): Word[] =>
  clean(text).split(/[^\p{L}\p{N}\p{M}\p{Cf}]+/u).filter((w) => w !== "").flatMap((w) => toTheEye(w).split(" ").filter((e) => e !== "").map((eye) => ({ eye, capital: /^\p{Lu}/u.test(w) })));

export interface Name {
  text: string;
  words: string[];
}

/** The names of a person: in full, what they are called, and each part that is a name of its own. */
export function namesOf(p: Fields): Name[] {
  const out: Name[] = [];
  const add = (text: string) => {
    const words = wordsSaid(text).map((w) => w.eye);
    if (squashed(words.join("")).length < 2 || (words.length === 1 && particles.includes(words[0]))) return;
    if (!out.some((n) => n.words.join(" ") === words.join(" "))) out.push({ text, words });
  };
  for (const name of [said(p, "name").trim(), said(p, "called_by").trim()]) {
    add(name);
    name.split(/[\s\-‐‑–()“”",]+/u).forEach(add);
  }
  return out;
}

export function isNamed({ text, words }: Name, list: Word[]): boolean {
  const together = words.join("");
  if (words.length > 1 && list.some((w) => w.eye === together)) return true;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(text)) return list.some((w) => w.eye.includes(together));
  const often = words.length === 1 && also.includes(words[0]);
  return list.some((_, i) => (!often || list[i].capital) && words.every((w, j) => list[i + j]?.eye === w));
}

/** Something that leads to a person: a number, found however it is spaced, or a line, found as words. */
export interface Trace {
  text: string;
  flat: boolean;
}

export const traceKey = (t: Trace): string => squashed(t.text);

/** What of a place would lead to it; the name of a town does not. */
export function traces(p: ContactPoint): Trace[] {
  const out: Trace[] = [], digit = /\p{Nd}/u, words = (s: string) => s.split(/\s+/).filter((w) => w !== "").length;
  (p.lines ?? []).forEach((whole, i) => {
    const line = whole.replace(/[* ]+$/, "");
    if ((digit.test(line) && squashed(line).length > 3) || (i === 0 && words(line) > 1)) out.push({ text: line, flat: false });
    for (const part of [...line.split(","), /\d+[A-Za-z]?(?:\s+[^\s,]+){2}/.exec(line)?.[0] ?? ""].map((s) => s.trim()))
      if (part !== line && words(part) > 2 && digit.test(part)) out.push({ text: part, flat: false });
  });
  for (const text of [p.postcode ?? "", p.value ?? ""]) if (squashed(text).length >= 5) out.push({ text, flat: true });
  return out;
}

export function isIn(t: Trace, d: Letter): boolean {
  if (!t.flat) return scan(d, [t.text]).length > 0;
  const list = parts(d).map((p) => p.text).join("\n").toLowerCase().split(/[^\p{L}\p{Nd}'’]+/u).filter((w) => w !== "");
  return list.some((_, i) => {
    let rest = traceKey(t);
    for (const w of list.slice(i)) {
      if (rest === "" || !rest.startsWith(squashed(w))) break;
      rest = rest.slice(squashed(w).length);
    }
    return rest === "";
  });
}
