// Keeps the app on the device: whole, from the first visit. What it keeps is the app and the
// area's own card and guides; nothing of a family goes through it.
declare const VERSION: string;
declare const FILES: string[];
interface Scope { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> }; addEventListener(kind: string, hear: (e: never) => void): void }
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

worker.addEventListener("fetch", (e: Asked) => {
  const at = new URL(e.request.url);
  if (e.request.method !== "GET" || at.origin !== location.origin) return;
  if (at.pathname === "/app/area.json") return e.respondWith(newest(e, at.pathname));
  if (FILES.includes(at.pathname)) e.respondWith(caches.open(kept).then((c) => c.match(at.pathname)).then((r) => r ?? fetch(e.request)));
});

/** The copy at once, and a newer one for the next time. */
async function newest(e: Asked, path: string): Promise<Response> {
  const cache = await caches.open(said), there = await cache.match(path);
  const asked = fetch(path).then(async (r) => (r.ok && (await cache.put(path, r.clone())), r));
  if (!there) return asked;
  e.waitUntil(asked.catch(() => undefined));
  return there;
}
