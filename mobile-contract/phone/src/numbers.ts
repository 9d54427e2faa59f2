// Numbers to ring, out of the area's own card: a line with a name and a number is one. They
// are on the phone before anybody signs in, and work without signal for data.
export interface ToRing {
  name: string;
  number: string;
  /** for a link: digits and a plus alone */
  tel: string;
}

export function numbersIn(card: string): ToRing[] {
  return card.split(/\r?\n|(?<=\.)\s+/).flatMap((line) => {
    const found = /(\+?\d[\d ]{2,}\d)/.exec(line);
    if (!found) return [];
    const name = line.slice(0, found.index).replace(/[\s:,–-]+$/, "").trim();
    return name ? [toRing(name, found[1])] : [];
  }).filter((n) => n.tel !== "999" && n.tel !== "112");
}

export const toRing = (name: string, number: string): ToRing => ({ name, number: number.trim(), tel: telOf(number) });
export const telOf = (number: string): string => number.replace(/[^\d+]/g, "");
