// What is written while the phone is locked: it goes in and cannot be read again before the
// phone is unlocked, by anybody who holds the phone or its file (M7, M197). The contract has no
// key of the server's to seal to, so it is sealed to one of the phone's own, whose other half is
// in the sealed store.
import { base64url, chanceBytes, text, unbase64url, utf8, type Bytes } from "./bytes.ts";
import { iso, type Clock } from "./clock.ts";
import { mutationID, recordID } from "./id.ts";
import type { Client } from "./client.ts";
import { join } from "./lock.ts";
import type { Edit } from "./outbox.ts";
import { put, remove, type Store } from "./store.ts";

const curve = { name: "ECDH", namedCurve: "P-256" } as const;

/** Makes the key to capture with, once, while the store is open: the public half lies open in it. */
export async function readyToCapture(store: Store): Promise<void> {
  if (await store.get("state", "capture")) return;
  const pair = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const [open, shut] = await Promise.all([crypto.subtle.exportKey("raw", pair.publicKey), crypto.subtle.exportKey("pkcs8", pair.privateKey)]);
  await store.commit([
    put("uploads", "capture-key", new Uint8Array(shut)), // sealed with the rest
    put("state", "capture", base64url(new Uint8Array(open))),
  ]);
}

/** Writes down something new on a locked phone; answers the record's id. What it belongs to is named by its id. */
export async function capture(locked: Store, clock: Clock, collection: string, set: Record<string, unknown>): Promise<string> {
  const kept = (await locked.get("state", "capture")) as string | undefined;
  if (!kept) throw new Error("This phone was never made ready to capture while locked");
  const id = recordID(clock.now());
  const to = await crypto.subtle.importKey("raw", unbase64url(kept), curve, false, []);
  const once = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const from = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey)), iv = chanceBytes(12);
  const said = utf8(JSON.stringify({ collection, id, set, recorded_at: iso(clock.now()) }));
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await shared(once.privateKey, to, from), said);
  await locked.commit([put("captured", mutationID(clock.now()), base64url(join(join(from, iv), new Uint8Array(cipher))))]);
  return id;
}

/** Once unlocked, what was captured goes into the outbox, in its order, each once. Answers how many. */
export async function takeUp(store: Store, client: Client): Promise<number> {
  const all = await store.list("captured");
  if (all.length === 0) return 0;
  const key = await crypto.subtle.importKey("pkcs8", (await store.get("uploads", "capture-key")) as Bytes, curve, false, ["deriveBits"]);
  for (const [k, v] of all) {
    const whole = unbase64url(v as string), from = whole.slice(0, 65);
    const by = await shared(key, await crypto.subtle.importKey("raw", from, curve, false, []), from);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(65, 77) }, by, whole.slice(77));
    const { recorded_at, ...edit } = JSON.parse(text(plain)) as Edit & { recorded_at: string };
    await client.record([{ ...edit, op: "create" }], false, { id: k, recorded_at });
    await store.commit([remove("captured", k)]);
  }
  return all.length;
}

async function shared(mine: CryptoKey, theirs: CryptoKey, from: Bytes): Promise<CryptoKey> {
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256);
  const hkdf = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: from, info: utf8("holdfast capture") }, hkdf, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
