// One finished letter: text only, in the order in which it is read. Its JSON is what an approval
// is of, so its members stand in this order and in no other (LETTER.md).
import { hex, sha256, utf8 } from "../bytes.ts";
import type { Kind } from "./template.ts";

export interface Span {
  text: string;
  bold: boolean;
}

export interface LetterBlock {
  kind: Kind;
  spans: Span[];
  /** beside it in an easy-read letter; with a text for who cannot see it */
  picture?: string;
}

export interface Letter {
  language: string;
  print: string;
  sender: string[];
  return?: string;
  crest?: string;
  recipient: string[];
  reference: string;
  date: string;
  date_text: string;
  salutation: string;
  body: LetterBlock[];
  closing: string;
  signatory: { name: string; role: string; organisation: string };
  copies: string[];
  labels: { reference: string; copies: string; page: string };
}

/** What an approval sends as seen_content_hash (M96): of what was shown, not of what was sent. */
export const contentHash = async (d: Letter): Promise<string> => hex(await sha256(utf8(JSON.stringify(d))));

export const textOf = (b: LetterBlock): string => b.spans.map((s) => s.text).join("");

/** The whole letter in reading order, each part with where it stands. */
export function parts(d: Letter): { where: string; text: string }[] {
  const out: { where: string; text: string }[] = [];
  const add = (where: string, ...texts: string[]) => texts.forEach((text) => out.push({ where, text }));
  add("sender", ...d.sender);
  if (d.return) add("return", d.return);
  add("recipient", ...d.recipient);
  add("reference", d.reference);
  add("date", d.date_text);
  add("salutation", d.salutation);
  d.body.forEach((b, i) => add(`body[${i + 1}]`, textOf(b)));
  add("closing", d.closing);
  add("signatory", d.signatory.name, d.signatory.role, d.signatory.organisation);
  add("copies", ...d.copies);
  return out;
}

/** Joins texts: neighbours of one weight are one span, each run of blanks is one space that goes
 * with what comes after it, and none is left at either end. */
export function spansOf(pieces: Span[]): Span[] {
  const out: Span[] = [];
  let gap = false;
  for (const { text, bold } of pieces)
    for (const c of text) {
      if (c === " " || c === "\t") {
        gap = out.length > 0;
        continue;
      }
      if (out.at(-1)?.bold !== bold) out.push({ text: "", bold });
      out.at(-1)!.text += gap ? " " + c : c;
      gap = false;
    }
  return out;
}
