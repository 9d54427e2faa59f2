// From where the phone is to where the server is, a part at a time: what a part brings and the
// position behind it are kept in one commit (M13, M32).
import type { Change, PullAnswer, StreamLine } from "../wire.ts";
import { contractVersion } from "../wire.ts";
import type { Engine } from "./engine.ts";
import { none, trouble, type Answer } from "./line.ts";
import type { Event } from "./machine.ts";
import { held, judged, keep, type Keyed } from "./outbox.ts";
import { fromNull, lostEpoch, type Place } from "./place.ts";
import { keyOf, type Plan } from "./records.ts";
import { put, remove, type Op } from "./store.ts";

const keptFor = 30 * 24 * 3_600_000; // M48
const repairsAtOnce = 64;

/** Changes, and the position that they lead to. */
interface Part {
  changes: Change[];
  position: string;
  whole: boolean;
  recent?: boolean;
  epoch?: string;
  history?: string;
  time?: string;
}

export async function pull(e: Engine): Promise<Event> {
  const p = e.place, repair = p.mid ? p.asked : p.repair.slice(0, repairsAtOnce);
  const ask = {
    position: p.position, contract: e.options.contract ?? contractVersion,
    ...(e.options.first ? { first: e.options.first } : {}), ...(e.options.window ? { window: e.options.window } : {}),
    ...(repair.length > 0 ? { repair } : {}),
  };
  if (p.position === null && (e.options.stream ?? true)) return stream(e, ask);
  const a = await e.ask("/api/sync/pull", { ...ask, limit: e.options.page ?? 1000 });
  if (a.status !== 200) return turned(e, a);
  const page = a.body as PullAnswer;
  return take(e, { ...page, whole: !page.more, time: page.server_time }, repair);
}

/** A run from null as one answer, a change a line. */
async function stream(e: Engine, ask: object): Promise<Event> {
  const history = await e.history();
  const [response, bad] = await e.line.request("POST", "/api/sync/pull", {
    body: { ...ask, ...(history ? { history } : {}) }, headers: { Accept: "application/x-ndjson" },
  });
  if (bad) return turned(e, bad);
  let changes: Change[] = [], kept = 0, ended: Event | undefined;
  for await (const line of lines(response!)) {
    if (ended) continue; // to the end of the answer: a connection that is cut takes the next request with it
    const said = parsed(line);
    if (said?.op) changes.push(said as Change);
    else if (!said || said.error || said.position === undefined) {
      e.fault = { ...none, code: String(said?.error ?? "cut") };
      break;
    }
    else {
      const then = await take(e, { ...said, changes, position: said.position, whole: said.end === true }, []);
      changes = [];
      kept++;
      if (then !== "more" || said.end) ended = then;
    }
  }
  return ended ?? (kept > 0 ? "more" : "unreachable"); // cut: on from the last position that was kept
}

function parsed(line: string): (Partial<Change> & StreamLine) | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function* lines(response: Response): AsyncGenerator<string> {
  if (!response.body?.getReader) {
    yield* (await response.text()).split("\n").filter((l, i, all) => l !== "" && i < all.length - 1);
    return;
  }
  const reader = response.body.getReader(), decoder = new TextDecoder();
  try {
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return; // what stands without its end is half a line
      const all = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = all.pop()!;
      yield* all.filter((l) => l !== "");
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Keeps a part of a run. */
async function take(e: Engine, part: Part, repaired: string[]): Promise<Event> {
  let place: Place = { ...e.place, position: part.position, asked: repaired, mid: true };
  if (part.epoch && part.epoch !== place.epoch) {
    if (await owes(e, part.epoch)) return otherEpoch(e, part.epoch);
    place.epoch = part.epoch;
  }
  const plan = e.records.plan(part.changes, place.gen);
  const more: Op[] = e.heard(part);
  if (part.whole) {
    if (place.anew) e.records.leave(plan, (_, head) => head.gen !== place.gen);
    const time = part.time ?? place.synced;
    place = { ...place, anew: false, mid: false, asked: [], synced: time, repair: place.repair.filter((s) => !repaired.includes(s)) };
    more.push(...(await settle(e, plan, part.changes, time)));
    e.handed = false;
  } else {
    more.push(...arrived(await e.outbox.all(), part.changes));
  }
  await e.commit(place, plan, more);
  if (part.recent) e.tell({ recent: true });
  if (!part.whole) return "more";
  e.tell({ whole: true, judged: true });
  return place.repair.length > 0 ? "more" : "whole";
}

/** At the end of a run the records tell what was judged before it: what lay over them goes. */
async function settle(e: Engine, plan: Plan, changes: Change[], time: string): Promise<Op[]> {
  const outbox = await e.outbox.all(), ops = arrived(outbox, changes);
  for (const entry of outbox) if (judged(entry[1]) && !held(entry[1]) && !entry[1].problem) ops.push(...keep(entry));
  if (time) {
    const oldest = Date.parse(time) - keptFor;
    for (const [key, v] of (await e.store.list("kept", { limit: 20 })) as Keyed[]) {
      if (!v.judged || Date.parse(v.judged) >= oldest) break;
      ops.push(remove("kept", key));
    }
  }
  return ops;
}

/** What was held has come, or was refused: either is told by a record (M59, M180). */
function arrived(outbox: Keyed[], changes: Change[]): Op[] {
  const waiting = outbox.filter(([, v]) => held(v));
  if (waiting.length === 0) return [];
  const puts = new Map<string, Record<string, unknown>>(), told = new Map<string, Record<string, unknown>>();
  for (const c of changes) {
    if (c.op !== "put") continue;
    puts.set(keyOf(c.collection, c.id), c.record as never);
    if (c.collection === "sync_refusals" && c.record.status !== "held") told.set(c.record.mutation, c.record as never);
  }
  return waiting.flatMap(([key, v]) => {
    const refusal = told.get(v.mutation.id);
    const there = v.mutation.op !== "update" && puts.has(keyOf(v.mutation.collection, v.mutation.record));
    if (!there && !refusal) return [];
    const applied = there || refusal?.status === "settled";
    return keep([key, { ...v, result: { ...v.result!, verdict: applied ? "applied" : "refused", ...(applied ? {} : { code: refusal?.code as never }) } }]);
  });
}

/** Something was acknowledged under another history than an answer names (M81). */
export async function owes(e: Engine, epoch: string): Promise<boolean> {
  if (e.place.epoch === "") return false;
  return (await e.outbox.everything()).some(([, v]) => v.epoch !== undefined && v.epoch !== epoch);
}

/** Forgets the history, durably, before anything is offered again. */
export async function otherEpoch(e: Engine, named = ""): Promise<Event> {
  if (++e.lost > 10) return "unreachable"; // a server that changes its mind each time: later
  const lost = lostEpoch(e.place);
  await e.commit(named ? { ...lost, epoch: named } : lost, undefined, [put("state", "history", "")]);
  return "other_epoch";
}

/** An answer that is no page. */
export async function turned(e: Engine, a: Answer): Promise<Event> {
  switch (a.code) {
    case "position_other_epoch":
      return otherEpoch(e);
    case "position_other_device":
    case "position_forged":
      await e.commit(fromNull(e.place)); // M166
      return "displaced";
    case "position_beyond_horizon":
      if (e.place.position === null) break;
      return "beyond";
    case "contract_too_old":
      e.fault = a;
      return "too_old";
  }
  e.fault = a;
  e.wait = a.wait;
  return trouble(a);
}
