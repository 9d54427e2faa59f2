// An alert is shown whatever the device's own shelf does: a language that cannot be read keeps
// nothing back.
import assert from "node:assert/strict";
import { test } from "node:test";

type Hear = (e: { data: { json(): unknown } | null; waitUntil(what: Promise<unknown>): void }) => void;
interface Shown { title: string; body: string; tag: string; lang: string }

const hears = new Map<string, Hear>(), shown: Shown[] = [];
let shelf: () => Promise<Response | undefined> = () => Promise.resolve(undefined);
Object.assign(globalThis, {
  self: { addEventListener: (kind: string, hear: Hear) => void hears.set(kind, hear), registration: { showNotification: (title: string, o: Shown) => (shown.push({ ...o, title }), Promise.resolve()) } },
  caches: { open: () => Promise.resolve({ match: () => shelf() }) }, VERSION: "test", FILES: [],
});
await import("../src/service_worker.ts");

async function pushed(kind: string): Promise<Shown | undefined> {
  let done: Promise<unknown> = Promise.resolve();
  shown.length = 0;
  hears.get("push")!({ data: { json: () => ({ kind, tag: "one" }) }, waitUntil: (what) => void (done = what) });
  await done;
  return shown[0];
}

test("an alert speaks the language of its device", async () => {
  shelf = () => Promise.resolve(new Response(null, { headers: { "Content-Language": "cy" } }));
  const a = await pushed("asked");
  assert.equal(a?.body, "Mae rhywbeth yn aros am eich ateb. Agorwch Holdfast.");
  assert.equal(a?.lang, "cy");
});

test("an alert is shown while the language is being replaced, and where nothing can be read", { timeout: 20_000 }, async () => {
  // A browser whose copy is replaced while it is read: the body never ends, and nothing says so.
  const ends = (): Promise<Response> => Promise.resolve(new Response(new ReadableStream(), { headers: { "Content-Language": "cy" } }));
  for (const [what, now, language] of [["a body that never ends", ends, "cy"], ["a shelf that never answers", () => new Promise<never>(() => undefined), "en"], ["a shelf that fails", () => Promise.reject(new Error("no room")), "en"]] as const) {
    shelf = now;
    const a = await pushed("risk");
    assert.equal(a?.title, "Holdfast", what);
    assert.equal(a?.lang, language, what);
  }
});
