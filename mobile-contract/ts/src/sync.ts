// One sync: the table's way from where the last one ended to where this one can.
import { pause } from "./backoff.ts";
import { open, tellWiped, wipe } from "./device.ts";
import { close, replay } from "./epoch.ts";
import type { Engine } from "./engine.ts";
import { isAtRest, next, type AtRest, type Event, type State, type Working } from "./machine.ts";
import { waiting } from "./outbox.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";
import { check, repair } from "./repair.ts";

/** How a sync ended. */
export interface Outcome {
  state: AtRest;
  /** milliseconds after which another is due by itself; absent where nothing waits */
  again?: number;
  /** of what was at fault: for the screen (M190) */
  code?: string;
  message?: string;
}

const deeds: Record<Working, (e: Engine) => Promise<Event>> = {
  opening: open, pulling: pull, pushing: push, handing: push, replaying: replay, closing: close,
  repairing: repair, checking: check, wiping: wipe, telling: tellWiped,
};

export class Sync {
  private failures = 0;
  private engine: Engine;
  /** for tests and for a log without content: every step that was taken */
  watch: ((from: State, event: Event, to: State) => void) | undefined;
  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Runs to the end. Its caller has the turn. */
  async run(signal?: AbortSignal): Promise<Outcome> {
    const e = this.engine;
    await e.load();
    let state: State = "opening";
    while (!isAtRest(state)) {
      const event: Event = signal?.aborted && state !== "wiping" ? "unreachable" : await deeds[state](e);
      const to = next(state, event);
      this.watch?.(state, event, to);
      state = to;
    }
    this.failures = state === "waiting" && !signal?.aborted ? this.failures + 1 : 0;
    const again = await this.again(state);
    const fault = state === "resting" || !e.fault ? {} : { code: e.fault.code || String(e.fault.status), message: e.fault.body?.message as string | undefined };
    return { state, ...(again === undefined ? {} : { again }), ...fault };
  }

  /** Those whose verdict was `later` wait for their time; a server that was away, for its own. */
  private async again(state: State): Promise<number | undefined> {
    const e = this.engine;
    if (state === "waiting") return pause(this.failures, e.chance, e.wait);
    if (state !== "resting" && state !== "outdated") return undefined;
    const times = (await e.outbox.all()).filter(([, v]) => waiting(v)).map(([, v]) => v.after);
    return times.length > 0 ? Math.max(0, Math.min(...times) - e.clock.now()) : undefined;
  }
}
