// The ids that a phone makes (M47).
import { chanceBytes, sha256, utf8 } from "./bytes.ts";

const crockford = "0123456789abcdefghjkmnpqrstvwxyz";
const turn = 36 ** 8;

export const isMutationID = (id: string): boolean =>
  /^([0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/.test(id);

export const isRecordID = (id: string): boolean => /^[a-z0-9]{15}$/.test(id);

/** A ULID for a mutation: when, and eighty bits of chance. */
export function mutationID(now: number, chance: Uint8Array = chanceBytes(16)): string {
  let id = "";
  for (let i = 0, ms = Math.max(0, Math.floor(now)); i < 10; i++, ms = Math.floor(ms / 32)) id = crockford[ms % 32] + id;
  for (let i = 0; i < 16; i++) id += crockford[chance[i] % 32];
  return id;
}

/** A record's id: the time, so that what was made together lies together, and seven characters of chance. */
export function recordID(now: number, chance: string = sevenOfChance()): string {
  return ((((now % turn) + turn) % turn).toString(36).padStart(8, "0") + chance);
}

/** 7 of a-z and 0-9. 252 is the greatest multiple of 36 in a byte: what is above is drawn again. */
function sevenOfChance(): string {
  let out = "";
  while (out.length < 7) for (const b of chanceBytes(16)) if (b < 252 && out.length < 7) out += (b % 36).toString(36);
  return out;
}

/** The first five characters of an id's SHA-256 in Crockford's base 32, as a letter's reference has them (LETTER.md). */
export async function code(id: string): Promise<string> {
  const d = await sha256(utf8(id));
  const bits = (d[0] * 2 ** 32 + d[1] * 2 ** 24 + d[2] * 2 ** 16 + d[3] * 2 ** 8 + d[4]).toString(2).padStart(40, "0");
  return [0, 1, 2, 3, 4].map((i) => crockford[parseInt(bits.slice(i * 5, i * 5 + 5), 2)].toUpperCase()).join("");
}
