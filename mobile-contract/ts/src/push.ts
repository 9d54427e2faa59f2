// What waits goes to the server, oldest first, and comes back with a verdict for each (M40 to M49).
import type { Mutation, PushAnswer, Result } from "../wire.ts";
import { maxMutations, maxPushBytes } from "../wire.ts";
import { pause } from "./backoff.ts";
import { utf8 } from "./bytes.ts";
import { iso } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { trouble, type Answer } from "./line.ts";
import type { Event } from "./machine.ts";
import { held, keep, waiting, type Entry, type Keyed } from "./outbox.ts";
import { otherEpoch } from "./pull.ts";
import { noPlan } from "./records.ts";
import { put, remove, type Op } from "./store.ts";

const room = maxPushBytes - 4_096; // for what stands round the mutations
const verdicts = ["applied", "merged", "conflict", "refused", "held"];

export async function push(e: Engine): Promise<Event> {
  const now = e.clock.now();
  const all = (await e.outbox.all()).filter(([, v]) => waiting(v) && v.after <= now);
  const { some, tooLarge } = batch(all, e.most);
  if (tooLarge) return shelve(e, tooLarge);
  if (some.length === 0) return e.handed ? "spent" : "nothing";
  const a = await send(e, some, e.place.epoch);
  if (a.status !== 200) return turned(e, a, some);
  const said = a.body as PushAnswer;
  await keepVerdicts(e, some, said);
  // Judged in a history that this phone does not know yet: what was acknowledged before is owed to it.
  if (said.epoch !== e.place.epoch) return otherEpoch(e, said.epoch);
  e.handed = true;
  return "handed";
}

/** Offers mutations; those whose base is of another history go without it (M167). */
export function send(e: Engine, some: Keyed[], epoch: string): Promise<Answer> {
  const mutations = some.map(([, v]) => wire(v, e.place.gen));
  return e.ask("/api/sync/push", { mutations, ...(epoch ? { epoch } : {}), sent_at: iso(e.clock.now()) });
}

const wire = ({ mutation, gen }: Entry, present: number): Mutation => {
  if (gen === present) return mutation;
  const { base: _, ...rest } = mutation;
  return rest;
};

/** Keeps what was said of each. What it does not know is no verdict (M113). */
export async function keepVerdicts(e: Engine, some: Keyed[], said: PushAnswer): Promise<void> {
  const ops: Op[] = e.heard(said);
  some.forEach(([key, v], i): unknown => {
    const r = said.results[i] as Result | undefined, round = e.place.round;
    // In a replay it may have been among what is kept, and is now waiting once more.
    const stays = (entry: Entry) => ops.push(remove("kept", key), put("outbox", key, entry));
    if (!r || !verdicts.includes(r.verdict)) {
      const tries = v.tries + 1;
      return stays({ ...v, result: undefined, tries, after: e.clock.now() + pause(tries, e.chance), round });
    }
    if (r.code === "other_author") return stays({ ...v, result: undefined, problem: "other_author", round }); // M115
    const { record: _, ...result } = r; // how the record stands, the next run says
    const entry: Entry = { ...v, result, epoch: said.epoch, history: said.history, judged: said.server_time, round };
    // What was judged before this push lies over no record any more.
    if (v.result && !held(v) && !held(entry)) ops.push(...keep([key, entry]));
    else stays(entry);
  });
  await e.commit(e.place.epoch ? e.place : { ...e.place, epoch: said.epoch }, noPlan(), ops);
  e.tell({ judged: true });
}

/** As much from the front as one push takes, groups whole (M93, M168). */
export function batch(all: Keyed[], most: number): { some: Keyed[]; tooLarge?: Keyed[] } {
  const some: Keyed[] = [];
  let bytes = 0;
  for (let i = 0; i < all.length; ) {
    const group = all[i][1].mutation.group;
    const together = group ? all.filter(([, v]) => v.mutation.group === group) : [all[i]];
    if (group && together[0] !== all[i]) { // it went with the first of its group
      i++;
      continue;
    }
    const size = together.reduce((n, [, v]) => n + utf8(JSON.stringify(v.mutation)).length + 1, 0);
    if (size > room || together.length > maxMutations) return some.length > 0 ? { some } : { some, tooLarge: together };
    if (some.length > 0 && (bytes + size > room || some.length + together.length > most)) break;
    some.push(...together);
    bytes += size;
    i++;
  }
  return { some };
}

/** Alone it is too large: its user is to shorten it; it holds up none behind it (M92). */
async function shelve(e: Engine, some: Keyed[]): Promise<Event> {
  await e.commit(e.place, noPlan(), some.map(([key, v]) => put("outbox", key, { ...v, problem: "too_large" })));
  e.tell({ judged: true });
  return "too_large";
}

async function turned(e: Engine, a: Answer, some: Keyed[]): Promise<Event> {
  if (a.code === "position_other_epoch") return otherEpoch(e);
  if (a.status === 413) {
    const group = some[0][1].mutation.group;
    if (some.length === 1 || (group && some.every(([, v]) => v.mutation.group === group))) return shelve(e, some);
    e.most = Math.max(1, Math.floor(some.length / 2));
    return "too_large";
  }
  e.fault = a;
  e.wait = a.wait;
  return trouble(a);
}
