// Characters that are not ordinary text: white space of any width, what cannot be seen, and
// what turns the direction of text so that a line reads as something else.

const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const invisible = /[\u00ad\u200b\u200e\u200f\u061c\u2060\ufeff]/u;
const harmful = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufdd0-\ufdef\u{e0000}-\u{e0fff}\p{Noncharacter_Code_Point}]|[\ud800-\udfff]/u;

/** Makes a value safe to print and to look through; nothing else of it changes. */
export function clean(value: string): string {
  let out = "", gap = false;
  for (let c of value) {
    if (space.test(c)) {
      gap = out !== "";
      continue;
    }
    if (invisible.test(c)) continue;
    if (harmful.test(c)) c = "\ufffd";
    out += gap ? " " + c : c;
    gap = false;
  }
  return out;
}

/** Where a template has what no template may have: line and column from 1, in code points. */
export function unreadable(source: string): { fault: "not_utf8" | "control"; line: number; column: number } | undefined {
  let line = 1, column = 1;
  for (const c of source) {
    if (/[\ud800-\udfff]/u.test(c)) return { fault: "not_utf8", line, column };
    if (c === "\n") {
      line++;
      column = 1;
      continue;
    }
    if (c !== " " && c !== "\t" && c !== "\u00a0" && (space.test(c) || invisible.test(c) || harmful.test(c))) return { fault: "control", line, column };
    column++;
  }
  return undefined;
}

export const points = (text: string): number => {
  let n = 0;
  for (const _ of text) n++;
  return n;
};
