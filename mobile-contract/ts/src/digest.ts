// How a phone knows that it holds what the server holds (M73).

const mask = (1n << 64n) - 1n;

export function mix(rev: number): bigint {
  let z = (BigInt(rev) + 0x9e3779b97f4a7c15n) & mask;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
  return z ^ (z >> 31n);
}

/** Count and hash of the revs of a scope, in any order. */
export function digest(revs: Iterable<number>): { count: number; hash: string } {
  let count = 0, sum = 0n;
  for (const rev of revs) (count++, (sum = (sum + mix(rev)) & mask));
  return { count, hash: sum.toString(16).padStart(16, "0") };
}
