// How long to wait before trying again (M92): longer each time, and by chance, so that phones
// that were cut off together do not come back together.
import type { Chance } from "./clock.ts";

const first = 1_000, most = 300_000;

/** Milliseconds after so many failures running; never less than what the server asked for. */
export function pause(failures: number, chance: Chance, asked = 0): number {
  const whole = Math.min(most, first * 2 ** Math.min(Math.max(failures - 1, 0), 20));
  return Math.max(asked + chance() * Math.min(asked, first), whole / 2 + (chance() * whole) / 2);
}
