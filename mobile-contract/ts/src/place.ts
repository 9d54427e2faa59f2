// Where this phone is: who it is to the server, how far it has pulled, and of which history.
import type { StatusAnswer, Who } from "../wire.ts";
import { put, type Op, type Store } from "./store.ts";

/** The sign-in of this phone. One store is one person's (M115). */
export interface Session {
  device: string;
  user: Who;
  access: string;
  refresh: string;
  /** it proves itself with its key (M120) */
  bound: boolean;
  /** what became of it: absent while it is good */
  over?: "ended" | "wipe" | "wiped";
  /** with wipe: what the receipt must name */
  order?: string;
}

/** How far the phone is. It is written with the records that it is true of, in one commit (M13). */
export interface Place {
  position: string | null;
  /** of the last answer that named one */
  epoch: string;
  /** counts the runs from null: what bears an older number has not come again yet (M83) */
  gen: number;
  /** in a run from null that is not whole yet */
  anew: boolean;
  /** the epoch that was lost, while what it acknowledged is offered again; "" otherwise (M81) */
  replay: string;
  /** counts the replays: what bears an older number is still to be offered */
  round: number;
  /** scopes that the next run delivers whole (M16, M74) */
  repair: string[];
  /** those that the run under way was asked for */
  asked: string[];
  /** a run is under way: its next page goes on from the position */
  mid: boolean;
  /** the server's time at the last whole run */
  synced: string;
  /** counts the commits, so that another tab knows that what it remembers is old */
  n: number;
}

export const nowhere: Place = { position: null, epoch: "", gen: 1, anew: true, replay: "", round: 0, repair: [], asked: [], mid: false, synced: "", n: 0 };

export type Policy = Pick<StatusAnswer, "policy" | "push_key" | "clock_skew">;

export const readPlace = async (store: Store): Promise<Place> => ((await store.get("state", "place")) as Place) ?? { ...nowhere };
export const readSession = async (store: Store): Promise<Session | undefined> => (await store.get("state", "session")) as Session | undefined;
export const readHistory = async (store: Store): Promise<string> => ((await store.get("state", "history")) as string) ?? "";

export const placed = (place: Place): Op => put("state", "place", place);
export const historyOp = (history: string): Op => put("state", "history", history);

/** A run from null: what the phone holds it goes on showing until that is whole (M83, M166). */
export const fromNull = (p: Place): Place => ({ ...p, position: null, gen: p.gen + 1, anew: true, repair: [], asked: [], mid: false });

/** The history is another: what was acknowledged is to be offered again, and all pulled from null (M81). */
export const lostEpoch = (p: Place): Place => ({ ...fromNull(p), replay: p.replay || p.epoch || "unknown", round: p.round + 1 });
