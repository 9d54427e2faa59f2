// What the phone cannot decide by itself: the time, and chance. Both are arguments, so that a
// test can say what they are.

export interface Clock {
  /** milliseconds since 1970, as the phone's user has set them: shown, never trusted (M9) */
  now(): number;
  /** milliseconds that nobody can set, sleep included where the system counts it: for the lease (M197) */
  since(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  since: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => (clearTimeout(timer), signal?.removeEventListener("abort", end), resolve());
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end);
    }),
};

/** From 0 up to, not including, 1. */
export type Chance = () => number;

export const iso = (ms: number): string => new Date(ms).toISOString();
