// The key that never leaves the phone, and what it signs: proofs of possession (M120 to M123)
// and the receipt after a wipe (M88).
import { base64url, chanceBytes, sha256, utf8, type Bytes } from "./bytes.ts";
import { put, type Store } from "./store.ts";

export interface PublicJWK {
  kty: "EC";
  crv: "P-256";
  x: string;
  y: string;
}

/** A key of P-256: the browser's, or the phone's own (Keychain, Keystore) behind the same two members. */
export interface Signer {
  readonly jwk: PublicJWK;
  /** ES256: 64 bytes, r and s */
  sign(bytes: Bytes): Promise<Uint8Array>;
}

const es256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A new key that WebCrypto will use and never give out. */
export async function newKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(es256, false, ["sign", "verify"]);
}

export async function signerOf(pair: CryptoKeyPair): Promise<Signer> {
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return {
    jwk: { kty: "EC", crv: "P-256", x: x!, y: y! },
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, bytes)),
  };
}

/** The key of a store that can keep one (IndexedDB, memory), made when there is none. */
export async function keptKey(store: Store): Promise<Signer> {
  const there = (await store.get("state", "key")) as CryptoKeyPair | undefined;
  const pair = there ?? (await newKey());
  if (!there) await store.commit([put("state", "key", pair)]);
  return signerOf(pair);
}

/** The name of a key (RFC 7638). */
export const thumbprint = async ({ x, y }: PublicJWK): Promise<string> =>
  base64url(await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)));

export const tokenHash = async (token: string): Promise<string> => base64url(await sha256(utf8(token)));

/** The public key as a device registers it. */
export const publicKey = ({ jwk: { x, y } }: Signer): string => JSON.stringify({ crv: "P-256", kty: "EC", x, y });

export interface Asked {
  method: string;
  url: string;
  nonce: string;
  /** the access token that is sent along, where one is */
  token?: string;
  /** milliseconds */
  now: number;
}

/** The header DPoP of one request. */
export async function proof(signer: Signer, { method, url, nonce, token, now }: Asked): Promise<string> {
  return jws(signer, { typ: "dpop+jwt", alg: "ES256", jwk: signer.jwk }, {
    htm: method, htu: url.replace(/[?#].*$/, ""), jti: base64url(chanceBytes(16)), iat: Math.floor(now / 1000), nonce,
    ...(token ? { ath: await tokenHash(token) } : {}),
  });
}

/** What a wiped phone says of itself. */
export const wipedReceipt = (signer: Signer, device: string, order: string): Promise<string> =>
  jws(signer, { typ: "wiped+jwt", alg: "ES256" }, { did: device, order });

async function jws(signer: Signer, header: object, claims: object): Promise<string> {
  const said = `${base64url(utf8(JSON.stringify(header)))}.${base64url(utf8(JSON.stringify(claims)))}`;
  return `${said}.${base64url(await signer.sign(utf8(said)))}`;
}
