// A server that was restored from an older copy: the phone brings back what it had handed in,
// before anything else (M80 to M83).
import type { PushAnswer } from "../wire.ts";
import type { Engine } from "./engine.ts";
import { trouble } from "./line.ts";
import type { Event } from "./machine.ts";
import { fromNull } from "./place.ts";
import { otherEpoch } from "./pull.ts";
import { batch, keepVerdicts, send } from "./push.ts";
import { noPlan } from "./records.ts";
import { put } from "./store.ts";

/** Offers the next part of what was acknowledged and of what waits, in its order. */
export async function replay(e: Engine): Promise<Event> {
  const round = e.place.round;
  const all = (await e.outbox.everything()).filter(([, v]) => v.round < round && !v.problem);
  const { some, tooLarge } = batch(all, e.most);
  if (tooLarge) {
    await e.commit(e.place, noPlan(), tooLarge.map(([k, v]) => put("outbox", k, { ...v, problem: "too_large" })));
    return "too_large";
  }
  if (some.length === 0) return "offered";
  const a = await send(e, some, e.place.replay);
  if (a.code === "position_other_epoch") return otherEpoch(e);
  if (a.status === 413 && some.length > 1) {
    e.most = Math.max(1, Math.floor(some.length / 2));
    return "too_large";
  }
  if (a.status !== 200) {
    e.fault = a;
    e.wait = a.wait;
    return trouble(a);
  }
  const said = a.body as PushAnswer;
  await keepVerdicts(e, some, said);
  return "handed";
}

/** Tells the server that all was offered, and starts from null. */
export async function close(e: Engine): Promise<Event> {
  const a = await e.ask("/api/sync/replayed", {});
  if (a.code === "position_other_epoch") return otherEpoch(e);
  if (a.status !== 200) {
    e.fault = a;
    e.wait = a.wait;
    return trouble(a);
  }
  await e.commit({ ...fromNull(e.place), replay: "", epoch: a.body.epoch }, noPlan(), e.heard(a.body));
  return "closed";
}
