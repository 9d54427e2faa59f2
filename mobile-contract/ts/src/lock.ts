// Everything at rest is sealed: the file of a lost phone has no name in it. The key is made of
// what its person knows (a PIN or a passkey's PRF), what the device has (a key that WebCrypto
// does not give out) and, where there is one, the server's share, which is gone with the lease.
import { base64url, chanceBytes, unbase64url, utf8, text, type Bytes } from "./bytes.ts";
import { put, type Op, type Store, type Table, type Value } from "./store.ts";

/** Tables that are open: who the phone is, which records it has (ids and scopes, no names), and
 * what was captured while it was locked, which is sealed in another way. */
const open: ReadonlySet<Table> = new Set(["state", "heads", "captured"]);

const rounds = 600_000; // PBKDF2-HMAC-SHA-256, as OWASP has it

interface Kept {
  salt: string;
  /** the store's key, wrapped by the one that the PIN opens */
  wrapped: string;
  nonce: string;
  /** how often a wrong PIN was shown running */
  wrong: number;
  /** by the phone's clock: no PIN is taken before */
  until: number;
}

export type Unlocked = { store: Store; key: CryptoKey };

/** A PIN was wrong, or it is too early for another: in so many milliseconds. */
export class Locked extends Error {
  readonly wait: number;
  constructor(wait: number) {
    super("This phone is locked");
    this.wait = wait;
  }
}

export interface Secret {
  /** PIN, or the bytes of a passkey's PRF */
  known: string | Bytes;
  /** what the server keeps for this phone while its lease runs; none where it gives none */
  share?: Bytes;
}

/** Locks a store for the first time, or with a new PIN (then with the key it is open with). */
export async function setLock(store: Store, secret: Secret, key?: CryptoKey): Promise<Unlocked> {
  const whole = key ?? (await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]));
  const salt = chanceBytes(16), nonce = chanceBytes(12);
  const by = await wrapping(store, secret, salt);
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, by, await crypto.subtle.exportKey("raw", whole)));
  const kept: Kept = { salt: base64url(salt), nonce: base64url(nonce), wrapped: base64url(wrapped), wrong: 0, until: 0 };
  await store.commit([put("state", "lock", kept)]);
  return { store: sealed(store, whole), key: whole };
}

export const isLocked = async (store: Store): Promise<boolean> => (await store.get("state", "lock")) !== undefined;

/** Opens it. After five wrong ones each costs a minute, then twice as long each time. */
export async function unlock(store: Store, secret: Secret, now = Date.now()): Promise<Unlocked> {
  const kept = (await store.get("state", "lock")) as Kept;
  if (now < kept.until && kept.until - now < 86_400_000) throw new Locked(kept.until - now);
  const by = await wrapping(store, secret, unbase64url(kept.salt));
  let raw: ArrayBuffer;
  try {
    raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: unbase64url(kept.nonce) }, by, unbase64url(kept.wrapped));
  } catch {
    const wrong = kept.wrong + 1, wait = wrong < 5 ? 0 : Math.min(60_000 * 2 ** (wrong - 5), 3_600_000);
    await store.commit([put("state", "lock", { ...kept, wrong, until: now + wait })]);
    throw new Locked(wait);
  }
  if (kept.wrong > 0) await store.commit([put("state", "lock", { ...kept, wrong: 0, until: 0 })]);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", true, ["encrypt", "decrypt"]);
  return { store: sealed(store, key), key };
}

/** PIN, device and share, made into one key. */
async function wrapping(store: Store, { known, share }: Secret, salt: Bytes): Promise<CryptoKey> {
  const pin = await crypto.subtle.importKey("raw", typeof known === "string" ? utf8(known.normalize("NFKC")) : known, "PBKDF2", false, ["deriveBits"]);
  const stretched = new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, pin, 256));
  const bound = new Uint8Array(await crypto.subtle.sign("HMAC", await deviceKey(store), stretched)); // not without this device
  const both = await crypto.subtle.importKey("raw", join(bound, share ?? new Uint8Array()), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: utf8("holdfast store") }, both, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function deviceKey(store: Store): Promise<CryptoKey> {
  const there = (await store.get("state", "device-key")) as CryptoKey | undefined;
  if (there) return there;
  const made = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  await store.commit([put("state", "device-key", made)]);
  return made;
}

/** A store whose values nobody reads without the key. Each is bound to its place: none can be put in another's. */
export function sealed(store: Store, key: CryptoKey): Store {
  const place = (table: Table, k: string) => utf8(`${table}/${k}`);
  const seal = async (table: Table, k: string, v: Value): Promise<Value> => {
    if (open.has(table)) return v;
    const iv = chanceBytes(12), plain = v instanceof Uint8Array ? join(new Uint8Array([1]), v as Bytes) : join(new Uint8Array([0]), utf8(JSON.stringify(v)));
    const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place(table, k) }, key, plain);
    return join(iv, new Uint8Array(cipher));
  };
  const unseal = async (table: Table, k: string, v: Value): Promise<Value> => {
    if (v === undefined || open.has(table)) return v;
    const whole = v as Bytes;
    const plain = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.subarray(0, 12), additionalData: place(table, k) }, key, whole.subarray(12)));
    return plain[0] === 1 ? plain.slice(1) : JSON.parse(text(plain.subarray(1)));
  };
  return {
    get: async (table, k) => unseal(table, k, await store.get(table, k)),
    list: async (table, range) => Promise.all((await store.list(table, range)).map(async ([k, v]) => [k, await unseal(table, k, v)] as [string, Value])),
    // Sealed before the commit begins: a browser's transaction does not wait for a key.
    commit: async (ops) => store.commit(await Promise.all(ops.map(async (o): Promise<Op> => ("value" in o ? { ...o, value: await seal(o.table, o.key, o.value) } : o)))),
    close: () => store.close(),
  };
}

export function join(a: Bytes, b: Bytes): Bytes {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
