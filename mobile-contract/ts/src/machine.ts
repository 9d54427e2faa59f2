// What a sync does next: a table, and nothing beside it. SYNC.md shows it and says why; a test
// holds the two together and walks every way through it.

export const working = ["opening", "pulling", "pushing", "handing", "replaying", "closing", "repairing", "checking", "wiping", "telling"] as const;
export const atRest = ["resting", "waiting", "outdated", "locked", "ended", "wiped", "stuck"] as const;
export const events = [
  "begin", "fresh", "interrupted", "emptied", "unregistered",
  "more", "whole", "handed", "spent", "nothing", "offered", "closed", "differs", "agrees", "removed", "told",
  "other_epoch", "displaced", "beyond", "too_old", "too_large",
  "unreachable", "refused", "locked", "ended", "wipe",
] as const;

/** A state in which something is asked of the server or of the store. */
export type Working = (typeof working)[number];
/** A state in which a sync ends. */
export type AtRest = (typeof atRest)[number];
export type State = Working | AtRest;
export type Event = (typeof events)[number];

type Row = Partial<Record<Event, State>>;

const trouble: Row = { unreachable: "waiting", refused: "stuck", locked: "locked", ended: "ended", wipe: "wiping" };

export const table: Record<State, Row> = {
  // where a sync begins: by what an earlier one left undone
  opening: { ...trouble, fresh: "pulling", interrupted: "replaying", emptied: "telling", unregistered: "ended", other_epoch: "replaying" },
  pulling: { ...trouble, more: "pulling", whole: "pushing", other_epoch: "replaying", displaced: "pulling", beyond: "repairing", too_old: "handing" },
  pushing: { ...trouble, handed: "pushing", spent: "pulling", nothing: "checking", other_epoch: "replaying", too_large: "pushing" },
  // pushing by an app that is too old to pull
  handing: { ...trouble, handed: "handing", spent: "outdated", nothing: "outdated", other_epoch: "replaying", too_large: "handing" },
  replaying: { ...trouble, handed: "replaying", offered: "closing", other_epoch: "replaying", too_large: "replaying" },
  closing: { ...trouble, closed: "pulling", other_epoch: "replaying" },
  // beyond the horizon: by digest
  repairing: { ...trouble, differs: "pulling", other_epoch: "replaying", displaced: "pulling" },
  checking: { ...trouble, agrees: "resting", differs: "pulling", other_epoch: "replaying", displaced: "pulling" },
  wiping: { removed: "telling" },
  telling: { told: "wiped", unreachable: "waiting", refused: "wiped" },
  resting: { begin: "opening" },
  waiting: { begin: "opening" },
  outdated: { begin: "opening" },
  locked: { begin: "opening" },
  ended: { begin: "opening" },
  wiped: { begin: "wiped" },
  stuck: { begin: "opening" },
};

export const isAtRest = (s: State): s is AtRest => (atRest as readonly string[]).includes(s);

/** The state after an event; what the table does not have cannot happen. */
export function next(state: State, event: Event): State {
  const to = table[state][event];
  if (!to) throw new Error(`a sync that is ${state} met ${event}`);
  return to;
}
