// Does the phone hold what the server holds? Where it does not, one scope comes again, and
// nothing is wiped (M16, M72 to M74).
import type { DigestAnswer } from "../wire.ts";
import type { Engine } from "./engine.ts";
import { trouble } from "./line.ts";
import type { Event } from "./machine.ts";
import { readSession } from "./place.ts";
import { noPlan } from "./records.ts";
import { turned } from "./pull.ts";
import { put } from "./store.ts";

/** After 410: what changed since is not known any more, so every scope is compared. */
export const repair = (e: Engine): Promise<Event> => compare(e, true);

/** Now and then, and when it is asked for. */
export async function check(e: Engine): Promise<Event> {
  const last = Number((await e.store.get("state", "checked")) ?? 0), every = (e.options.checkHours ?? 24) * 3_600_000;
  if (!e.check && Math.abs(e.clock.now() - last) < every) return "agrees";
  return compare(e, false);
}

async function compare(e: Engine, beyond: boolean): Promise<Event> {
  const a = await e.ask("/api/sync/digest", { position: e.place.position });
  if (a.status !== 200) {
    if (a.code.startsWith("position_") && a.code !== "position_beyond_horizon") return turned(e, a);
    e.fault = a;
    e.wait = a.wait;
    return trouble(a);
  }
  const { digests, history } = a.body as DigestAnswer, mine = e.records.digests(e.place.gen);
  const plan = noPlan();
  e.records.leave(plan, (_, head) => head.gen === e.place.gen && !digests[head.scope]);
  const differ = Object.keys(digests).filter((scope) => {
    const theirs = digests[scope], m = mine.get(scope);
    if (theirs.behind && !beyond) return false; // the next run brings it
    return (m?.count ?? 0) !== theirs.count || (m?.hash ?? "0000000000000000") !== theirs.hash;
  });
  if (beyond && differ.length === 0) differ.push(`user:${(await readSession(e.store))!.user.id}`); // M196
  const checked = put("state", "checked", e.clock.now());
  e.check = false;
  await e.commit({ ...e.place, repair: differ, ...(beyond ? { mid: false, asked: [] } : {}) }, plan, [...e.heard({ history }), checked]);
  return beyond || differ.length > 0 ? "differs" : "agrees";
}
