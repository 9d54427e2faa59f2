// How long the phone may show what it holds without being answered (M197).
import type { Clock } from "./clock.ts";
import { put, type Store } from "./store.ts";

interface Noted {
  /** by the phone's clock, when the server last answered */
  heard: number;
  /** milliseconds that had passed since, when this was noted */
  counted: number;
}

export interface Lease {
  /** reading is allowed */
  live: boolean;
  /** the records are to go */
  over: boolean;
  /** milliseconds since the last answer */
  age: number;
}

const hour = 3_600_000;

export class Leases {
  private noted: Noted | undefined;
  private base = 0; // what had passed when this process began to count
  private mark = 0; // clock.since() then
  private kept = 0; // counted, at the last note
  private store: Store;
  private clock: Clock;
  constructor(store: Store, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  async load(): Promise<void> {
    this.noted = (await this.store.get("state", "lease")) as Noted | undefined;
    this.mark = this.clock.since();
    if (!this.noted) return;
    // Started anew: the greater of the two, so that a clock set back adds nothing and takes nothing.
    this.base = Math.max(this.clock.now() - this.noted.heard, this.noted.counted);
  }

  /** The server answered with its user's token. */
  async heard(): Promise<void> {
    const again = this.noted && this.age() < 60_000;
    this.base = 0;
    this.mark = this.clock.since();
    if (again) return; // noted within the minute: what is lost by that counts against the phone
    this.noted = { heard: this.clock.now(), counted: 0 };
    this.kept = 0;
    await this.store.commit([put("state", "lease", this.noted)]);
  }

  /** Notes how much has passed; an app calls it now and then, each minute say. */
  async note(): Promise<void> {
    if (!this.noted || this.age() - this.kept < 30_000) return;
    this.kept = this.age();
    this.noted = { ...this.noted, counted: this.kept };
    await this.store.commit([put("state", "lease", this.noted)]);
  }

  age(): number {
    return this.noted ? this.base + this.clock.since() - this.mark : 0;
  }

  /** lease_hours and wipe_days are the policy's of the status. */
  stands(policy: { lease_hours: number; wipe_days: number } | undefined): Lease {
    const age = this.age();
    return { age, live: age < (policy?.lease_hours ?? 72) * hour, over: age >= (policy?.wipe_days ?? 14) * 24 * hour };
  }
}
