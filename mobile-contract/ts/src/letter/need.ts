// In which language and form somebody can be written to (LETTER.md, Language and form).
import type { Fields } from "../records.ts";
import { said, texts } from "./circle.ts";

const called: Record<string, string[]> = { en: ["english", "en", "eng"], cy: ["welsh", "cymraeg", "cy"] };

/** What lifts each need beside a letter of the kind. */
export const lifts: Record<string, string[]> = {
  interpreter: ["interpreter", "signed"], easy_read: ["easy_read_copy", "read_out"], large_print: ["large_print", "read_out", "audio"],
  braille: ["braille", "read_out", "audio"], audio: ["audio", "read_out"], bsl: ["signed"], read_aloud: ["read_out", "audio"],
};

const words: [string, string, negative?: boolean][] = [
  ["easy read", "easy_read"], ["large print", "large_print"], ["big print", "large_print"], ["braille", "braille"], ["audio", "audio"], ["bsl", "bsl"], ["sign language", "bsl"],
  ["does not read", "read_aloud", true], ["cannot read", "read_aloud", true], ["can not read", "read_aloud", true], ["can't read", "read_aloud", true],
  ["unable to read", "read_aloud"], ["read aloud", "read_aloud"], ["read out", "read_aloud"], ["interpreter", "interpreter"],
];

/** What somebody needs of a letter beside its language, and into what somebody has to interpret. */
export function needsOf(p: Fields, language: string): { forms: string[]; into: string } {
  const speaks = said(p, "language").split(/[,;/&+]| and | or /).map((s) => s.trim()).filter((s) => s !== "");
  const understands = (list: string[]) => list.length === 0 || list.some((s) => called[language]?.includes(s.toLowerCase()));
  const all = texts(p, "communication").filter((way) => way in lifts);
  for (const clause of said(p, "needs").toLowerCase().split(/[.,;\n]/)) {
    const line = ` ${clause.split(/[^\p{L}\p{Nd}'’]+/u).filter((w) => w !== "").join(" ")} `;
    for (const [words_, need, negative] of words) if (line.includes(` ${words_} `) && (negative || !/ (no|not) /.test(line))) all.push(need);
  }
  let into = all.includes("interpreter") || p.interpreter === "needed" ? "their language" : "";
  if (p.interpreter === "not_needed") into = "";
  if (!understands(speaks) || (into !== "" && speaks.length > 0 && !understands(speaks.slice(0, 1)))) into = speaks[0];
  return { forms: [...new Set(all)].filter((n) => n !== "interpreter"), into };
}
