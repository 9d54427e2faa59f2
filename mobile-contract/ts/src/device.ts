// The phone as the server knows it: registered, emptied when the server says so, signed out.
import type { DeviceAnswer, DeviceUpdate } from "../wire.ts";
import type { Engine } from "./engine.ts";
import { publicKey, wipedReceipt } from "./keys.ts";
import { signedIn, trouble, type Answer } from "./line.ts";
import type { Event } from "./machine.ts";
import { fromNull, lostEpoch, readSession, type Policy } from "./place.ts";
import { owes, otherEpoch } from "./pull.ts";
import { noPlan } from "./records.ts";
import { put, tables } from "./store.ts";

export interface Registering {
  /** of the sign-in, not ten minutes old (M1) */
  token: string;
  name: string;
  platform?: string;
  app_version?: string;
  contract?: number;
}

/** Registers the phone. What it holds it keeps, what waits goes on from the new device (M7, M166). */
export async function register(e: Engine, { token, ...what }: Registering): Promise<Answer> {
  const before = await readSession(e.store), history = await e.history();
  const a = await e.line.ask("POST", "/api/sync/devices", {
    token, body: { ...what, ...(history ? { history } : {}), ...(e.line.signer ? { public_key: publicKey(e.line.signer) } : {}) },
  });
  if (a.status !== 200) return a;
  const said = a.body as DeviceAnswer;
  if (before && before.user.id !== said.user.id) throw new Error("This store is another person's: each sign-in has its own (M115)");
  const place = (await owes(e, said.epoch)) ? lostEpoch(e.place) : fromNull(e.place);
  await e.commit({ ...place, epoch: said.epoch }, noPlan(), [put("state", "session", signedIn(said, !!e.line.signer)), ...e.heard(said)]);
  await e.lease.heard();
  return a;
}

/** Says anew what the phone is called and which app it runs (M196). */
export const rename = (e: Engine, what: DeviceUpdate): Promise<Answer> => e.line.ask("PATCH", "/api/sync/devices", { body: what });

/** How a sync begins: by what an earlier one left undone. */
export async function open(e: Engine): Promise<Event> {
  const session = await readSession(e.store);
  if (!session) return "unregistered";
  if (session.over) return "emptied";
  if (e.place.replay) return "interrupted";
  const asked = Number((await e.store.get("state", "asked")) ?? 0);
  return e.policy && Math.abs(e.clock.now() - asked) < 3_600_000 ? "fresh" : status(e);
}

/** The policy, and whether this is still the history that the phone knows (M165). */
async function status(e: Engine): Promise<Event> {
  const history = await e.history();
  const a = await e.line.ask("GET", "/api/sync/status" + (history ? "?history=" + encodeURIComponent(history) : ""));
  if (a.status !== 200) {
    e.fault = a;
    e.wait = a.wait;
    return trouble(a);
  }
  const { policy, push_key, clock_skew, epoch } = a.body;
  await e.learn({ policy, push_key, clock_skew } as Policy);
  if (epoch !== e.place.epoch && (await owes(e, epoch))) return otherEpoch(e, epoch);
  await e.commit(e.place, noPlan(), [put("state", "asked", e.clock.now()), ...e.heard(a.body)]);
  return "fresh";
}

/** Everything that the phone holds goes, in one commit; what is left is what its receipt needs. */
export async function wipe(e: Engine): Promise<Event> {
  const session = (await readSession(e.store))!, order = String(e.fault?.body?.data?.order ?? "");
  const key = await e.store.get("state", "key");
  await e.store.commit([
    ...tables.map((table) => ({ op: "clear" as const, table })),
    put("state", "session", { ...session, access: "", refresh: "", over: "wipe", order }),
    ...(key ? [put("state", "key", key)] : []),
  ]);
  e.records.heads.clear();
  e.tell({ changed: ["*"], judged: true });
  return "removed";
}

/** Signs that nothing is left, until that is answered (M88). */
export async function tellWiped(e: Engine): Promise<Event> {
  const { device, order } = (await readSession(e.store))!;
  if (e.line.signer) {
    const receipt = await wipedReceipt(e.line.signer, device, order ?? "");
    const a = await e.line.ask("POST", "/api/sync/devices/wiped", { token: "", body: { device, receipt } });
    if (a.status !== 200) {
      e.fault = a;
      const then = trouble(a);
      if (then === "unreachable") return then;
    }
  }
  await e.store.commit([{ op: "clear", table: "state" }]); // its key with the rest
  return "told";
}

/** Signs out. What was not sent is the person's: an app shows it before it lets them. */
export async function signOut(e: Engine): Promise<Answer> {
  const a = await e.line.ask("DELETE", "/api/sync/devices");
  if (a.status === 200 || a.status === 204 || a.status === 401) await e.store.commit(tables.map((table) => ({ op: "clear" as const, table })));
  return a;
}
