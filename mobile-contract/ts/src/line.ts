// The line to the server: tokens, proofs and what an answer means, whatever was asked.
import type { DeviceAnswer, Who } from "../wire.ts";
import type { Clock } from "./clock.ts";
import { proof, type Signer } from "./keys.ts";
import type { Leases } from "./lease.ts";
import { historyOp, readHistory, readSession, type Session } from "./place.ts";
import { put, type Store } from "./store.ts";
import type { Locks } from "./turn.ts";

/** What was answered. Status 0 is no answer: it may have arrived and may not (M48). */
export interface Answer {
  status: number;
  /** data.code of an error; "" otherwise */
  code: string;
  /** the JSON of it */
  body: any;
  /** milliseconds that the server asked to wait */
  wait: number;
  headers?: Headers;
}

export interface Ask {
  body?: unknown;
  /** sent in place of the phone's own token; "" for none */
  token?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export class Line {
  private nonce = "";
  readonly base: string;
  readonly signer: Signer | undefined;
  private fetch: Fetch;
  private store: Store;
  private clock: Clock;
  private locks: Locks;
  private lease: Leases;
  language = "en";

  constructor(o: { base: string; fetch: Fetch; store: Store; clock: Clock; locks: Locks; lease: Leases; signer?: Signer }) {
    this.base = o.base.replace(/\/$/, "");
    this.signer = o.signer;
    this.fetch = o.fetch;
    this.store = o.store;
    this.clock = o.clock;
    this.locks = o.locks;
    this.lease = o.lease;
  }

  /** Asks, and reads the whole answer as JSON. */
  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const [response, answer] = await this.request(method, path, ask);
    return answer ?? read(response!);
  }

  /** Asks, and gives a good answer as it comes; any other as Answer. */
  async request(method: string, path: string, ask: Ask = {}): Promise<[Response | undefined, Answer | undefined]> {
    let proved = false, refreshed = false;
    for (;;) {
      const session = await readSession(this.store);
      const token = ask.token ?? session?.access ?? "";
      let response: Response;
      try {
        response = await this.send(method, path, token, ask, session);
      } catch {
        return [undefined, none];
      }
      this.nonce = response.headers.get("DPoP-Nonce") ?? this.nonce;
      if (response.ok) {
        if (ask.token === undefined) await this.lease.heard();
        return [response, undefined];
      }
      const answer = await read(response);
      if (answer.code === "use_dpop_nonce" && !proved) {
        proved = true;
      } else if (answer.code === "token_expired" && !refreshed && ask.token === undefined) {
        refreshed = true;
        const trouble = await this.refresh(token);
        if (trouble) return [undefined, trouble];
      } else {
        return [undefined, answer];
      }
    }
  }

  private async send(method: string, path: string, token: string, ask: Ask, session: Session | undefined): Promise<Response> {
    const headers: Record<string, string> = { "Accept-Language": this.language, ...ask.headers };
    const own = ask.token === undefined;
    // Registering shows the key, so that the device is bound to it; refreshing proves it without a token.
    const shows = method === "POST" && path === "/api/sync/devices";
    const proves = this.signer && (shows || (session?.bound && (own || path === "/api/sync/devices/refresh")));
    if (token) headers.Authorization = `${proves && own ? "DPoP" : "Bearer"} ${token}`;
    if (proves) headers.DPoP = await proof(this.signer!, { method, url: this.base + path, nonce: this.nonce, token: own ? token : undefined, now: this.clock.now() });
    let body = ask.body as BodyInit | undefined;
    if (body !== undefined && !(body instanceof Uint8Array) && !(body instanceof Blob)) {
      headers["Content-Type"] ??= "application/json";
      body = JSON.stringify(body);
    }
    return this.fetch(this.base + path, { method, headers, body, signal: ask.signal, cache: "no-store", credentials: "omit" });
  }

  /** Trades the refresh token, unless another tab has; answers what stood in the way. */
  private refresh(spent: string): Promise<Answer | undefined> {
    return this.locks.request("holdfast-tokens", async () => {
      const session = await readSession(this.store);
      if (!session || session.access !== spent) return undefined;
      const history = await readHistory(this.store);
      const a = await this.ask("POST", "/api/sync/devices/refresh", { token: "", body: { refresh_token: session.refresh, history: history || undefined } });
      if (a.status !== 200) return a;
      const said = a.body as DeviceAnswer;
      // On the disk before it is used (M3).
      await this.store.commit([put("state", "session", signedIn(said, session.bound)), historyOp(said.history)]);
      return undefined;
    });
  }
}

export const signedIn = (said: { device: string; user: Who; access_token: string; refresh_token: string }, bound: boolean): Session => ({
  device: said.device, user: said.user, access: said.access_token, refresh: said.refresh_token, bound,
});

export const none: Answer = { status: 0, code: "", body: undefined, wait: 0 };

async function read(response: Response): Promise<Answer> {
  const { status, headers } = response;
  let body: any;
  try {
    const text = await response.text();
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    // Cut on its way, or not the server's: a captive portal answers in HTML. Nothing was said.
    if (status !== 413 && status !== 429) return none;
  }
  const asked = headers.get("Retry-After") ?? "";
  const wait = /^\d+$/.test(asked) ? Number(asked) * 1000 : asked ? Math.max(0, Date.parse(asked) - Date.now()) || 0 : 0;
  const code = response.ok ? "" : String(body?.data?.code ?? "");
  return { status, code, body, wait, headers };
}

/** What an answer that is no good one is to a sync, whatever was asked (M91, M92). */
export type Trouble = "unreachable" | "ended" | "locked" | "wipe" | "refused";

export function trouble(a: Answer): Trouble {
  switch (a.code) {
    case "device_locked":
      return "locked";
    case "device_wipe":
      return "wipe";
    case "device_ended":
    case "key_needed":
    case "unauthorised":
    case "invalid_dpop_proof":
    case "device_needed":
    case "sign_in_needed":
      return "ended";
  }
  if (a.status === 0 || a.status === 429 || a.status >= 500) return "unreachable";
  if (a.code === "token_expired" || a.code === "use_dpop_nonce") return "unreachable"; // asked twice already: later
  return a.status === 401 ? "ended" : "refused";
}
