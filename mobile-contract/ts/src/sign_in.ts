// A person signs in, and registers the phone within ten minutes; from then on the phone has
// tokens of its own (M1, M132).
import type { Line } from "./line.ts";

export type SignedIn =
  | { token: string }
  /** the password was right and is not enough */
  | { second: string }
  /** the code, and milliseconds to wait (M131) */
  | { problem: string; message: string; wait: number };

export async function signIn(line: Line, identity: string, password: string): Promise<SignedIn> {
  return tokenOf(await line.ask("POST", "/api/collections/users/auth-with-password", { token: "", body: { identity, password } }));
}

/** What the account can show (M132): passkey, totp, recovery, or mail alone. */
export async function factors(line: Line, second: string): Promise<{ ways: string[]; passkey?: unknown }> {
  const a = await line.ask("POST", "/api/sign-in/factors", { token: "", body: { mfaId: second } });
  return a.status === 200 ? a.body : { ways: [] };
}

/** A code, or a passkey's answer. */
export async function showFactor(line: Line, second: string, shown: { code: string } | { passkey: unknown }): Promise<SignedIn> {
  return tokenOf(await line.ask("POST", "/api/sign-in/factor", { token: "", body: { mfaId: second, ...shown } }));
}

function tokenOf(a: Awaited<ReturnType<Line["ask"]>>): SignedIn {
  if (a.status === 200 && a.body?.token) return { token: a.body.token };
  if (a.body?.mfaId) return { second: a.body.mfaId };
  return { problem: a.code || String(a.status), message: String(a.body?.message ?? ""), wait: a.wait };
}
