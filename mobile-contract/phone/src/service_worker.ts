// Keeps the app on the device: whole, from the first visit. What it keeps is the app and the
// area's own card and guides; nothing of a family goes through it.
declare const VERSION: string;
declare const FILES: string[];
import { alertOf, LANGUAGE } from "./alerts/said.ts";
interface Page { url: string; focus(): Promise<unknown> }
interface Scope { skipWaiting(): Promise<void>; registration: ServiceWorkerRegistration; clients: { claim(): Promise<void>; matchAll(o: object): Promise<Page[]>; openWindow(url: string): Promise<unknown> }; addEventListener(kind: string, hear: (e: never) => void): void }
const worker = self as unknown as Scope;

interface Waits { waitUntil(what: Promise<unknown>): void }
interface Asked extends Waits { request: Request; respondWith(what: Promise<Response>): void }

const kept = "holdfast-" + VERSION, said = "holdfast-area";

worker.addEventListener("install", (e: Waits) => e.waitUntil((async () => {
  const cache = await caches.open(kept);
  await cache.addAll(FILES.map((f) => new Request(f, { cache: "reload" })));
  await (await caches.open(said)).add("/app/area.json").catch(() => undefined);
})()));

worker.addEventListener("activate", (e: Waits) => e.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("holdfast-") && name !== kept && name !== said) await caches.delete(name);
  await worker.clients.claim();
})()));

worker.addEventListener("message", (e: { data: unknown }) => {
  if (e.data === "begin") void worker.skipWaiting();
});

// An alert is this device's own words, in its person's language; a second takes the first's place.
worker.addEventListener("push", (e: Waits & { data: { json(): unknown } | null }) => e.waitUntil((async () => {
  let sent: { kind?: string; tag?: string } = {};
  try {
    sent = (e.data?.json() ?? {}) as typeof sent;
  } catch {
    // what cannot be read still says that something needs somebody
  }
  const language = await spoken(), a = alertOf(sent.kind ?? "", language);
  await worker.registration.showNotification(a.title, { body: a.body, tag: sent.tag ?? "holdfast", requireInteraction: a.stays, icon: "/app/icon-192.png", badge: "/app/icon-192.png", lang: language, renotify: true } as NotificationOptions);
})()));

/** The language of this device's alerts. Nothing may keep an alert back: what cannot be read in a moment is English. */
const spoken = (): Promise<string> => Promise.race([
  caches.open(said).then((c) => c.match(LANGUAGE)).then((r) => r?.headers.get("Content-Language") || "en").catch(() => "en"),
  new Promise<string>((done) => setTimeout(() => done("en"), 2_000)),
]);

worker.addEventListener("notificationclick", (e: Waits & { notification: Notification }) => e.waitUntil((async () => {
  e.notification.close();
  const [open] = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  await (open ? open.focus() : worker.clients.openWindow("/#/today"));
})()));

worker.addEventListener("fetch", (e: Asked) => {
  const at = new URL(e.request.url);
  if (e.request.method !== "GET" || at.origin !== location.origin) return;
  if (at.pathname === "/app/area.json") return e.respondWith(newest(e, at.pathname));
  if (FILES.includes(at.pathname)) e.respondWith(caches.open(kept).then((c) => c.match(at.pathname)).then((r) => r ?? fetch(e.request)));
});

/** The copy at once, and a newer one for the next time. */
async function newest(e: Asked, path: string): Promise<Response> {
  const cache = await caches.open(said), kept = await cache.match(path);
  // Read whole before a newer one takes its place: a body that is replaced while it is read never ends.
  const there = kept && new Response(await kept.blob(), { headers: kept.headers });
  const asked = fetch(path).then(async (r) => (r.ok && (await cache.put(path, r.clone())), r));
  if (!there) return asked;
  e.waitUntil(asked.catch(() => undefined));
  return there;
}
