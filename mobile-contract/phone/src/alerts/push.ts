// Being rung by web push: whether this browser can, whether it is, and how it is chosen. The
// words on the screen are this device's own (service_worker.ts), and name nobody.
import type { Client } from "../../../ts/src/index.ts";
import type { Language } from "../day.ts";
import { LANGUAGE } from "./said.ts";

export interface Ringing {
  /** how this device stands to being rung */
  is: "on" | "off" | "denied" | "unable" | "not_offered" | "no_signal";
  asked: boolean;
  quiet_from: string;
  quiet_until: string;
}

const records = "/api/collections/push_subscriptions/records";
interface Kept { id: string; endpoint: string; asked: boolean; quiet_from: string; quiet_until: string }

const bytes = (key: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const able = (): boolean => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
const nothing = (is: Ringing["is"]): Ringing => ({ is, asked: false, quiet_from: "", quiet_until: "" });

const here = async (): Promise<PushSubscription | null> => (able() ? ((await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription()) ?? null) : null);

async function mine(client: Client): Promise<Kept[] | undefined> {
  const a = await client.ask("GET", records + "?perPage=50");
  return a.status === 200 ? ((a.body as { items?: Kept[] }).items ?? []) : undefined;
}

/** How this device stands to being rung, as the server has it. */
export async function ringing(client: Client): Promise<Ringing> {
  if (!able()) return nothing("unable");
  if (Notification.permission === "denied") return nothing("denied");
  const status = await client.ask("GET", "/api/sync/status");
  if (status.status !== 200) return nothing("no_signal");
  if (!(status.body as { push_key?: string }).push_key) return nothing("not_offered");
  const there = await here(), kept = there && (await mine(client))?.find((s) => s.endpoint === there.endpoint);
  return kept ? { is: "on", asked: kept.asked, quiet_from: kept.quiet_from, quiet_until: kept.quiet_until } : nothing("off");
}

/** Has this device rung, as was chosen. Who chooses anew subscribes anew: the server takes the old one away. */
export async function ring(client: Client, choice: Omit<Ringing, "is">): Promise<Ringing["is"]> {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const key = ((await client.ask("GET", "/api/sync/status")).body as { push_key?: string })?.push_key;
  if (!key) return "not_offered";
  const manager = (await navigator.serviceWorker.ready).pushManager;
  const s = (await manager.getSubscription()) ?? (await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
  const { endpoint, keys } = s.toJSON();
  const a = await client.ask("POST", records, { body: { endpoint, p256dh: keys?.p256dh, auth: keys?.auth, ...choice } });
  return a.status === 200 ? "on" : a.status === 0 ? "no_signal" : "off";
}

/** Rings no more: the server forgets it first, so that nothing is sent to a device that has nobody. */
export async function ringNoMore(client: Client): Promise<void> {
  const there = await here();
  for (const s of (there && (await mine(client))) ?? []) if (s.endpoint === there!.endpoint) await client.ask("DELETE", records + "/" + s.id);
  await there?.unsubscribe();
}

/** The language that this device speaks in its alerts: the worker reads it where it was put. */
export async function tellWorker(language: Language): Promise<void> {
  if ("caches" in globalThis) await (await caches.open("holdfast-area")).put(LANGUAGE, new Response(null, { headers: { "Content-Language": language } }));
}
