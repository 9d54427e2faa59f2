// When a child was last seen, and by whose word (PATHWAY.md, 27 and 32).

/** The day, who recorded it, and the last day of which anybody else did. */
export interface Sight {
  on?: string;
  by?: string;
  else?: string;
}

const max = (a = "", b = ""): string => (b > a ? b : a);

/** One more sighting. */
export function sightWith(s: Sight | undefined, on: string, by: string): Sight {
  if (!s?.on) return { on, by };
  if (by === s.by) return { ...s, on: max(s.on, on) };
  return on >= s.on ? { on, by, else: s.on } : { ...s, else: max(s.else, on) };
}

/** The last day by the word of anybody but one person. */
export const sightBut = (s: Sight | undefined, who: string): string => (who !== "" && who === s?.by ? s.else : s?.on) ?? "";
