// Bytes as texts.

/** A plain array of bytes: what WebCrypto takes and gives. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;
export const text = (bytes: BufferSource): string => new TextDecoder().decode(bytes);

export function base64(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(out);
}

export const base64url = (bytes: Uint8Array): string =>
  base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

export const unbase64url = (from: string): Bytes =>
  Uint8Array.from(atob(from.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

export const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export const chanceBytes = (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n));
