// A file goes to the server behind its row, in pieces, and goes on where it was cut. The phone
// lets its copy go only against the server's receipt for the same bytes (M95, UPLOAD.md).
import { base64, hex, sha256, text, unbase64url, utf8, type Bytes } from "./bytes.ts";
import type { Client } from "./client.ts";
import type { Answer, Line } from "./line.ts";
import { put, remove, under, type Store } from "./store.ts";
import type { Locks } from "./turn.ts";

const piece = 2 << 20; // bytes: what a minute of a poor line carries

export interface Upload {
  /** the id of its row */
  evidence: string;
  size: number;
  sha256: string;
  /** how many bytes the server has counted */
  offset: number;
  /** where it goes on; absent before the server made it */
  location?: string;
  /** why it will not be taken as it is: kept, and shown (UPLOAD.md 9) */
  quarantined?: string;
  /** the server has it, whole */
  receipt?: string;
}

export interface Sent {
  state: "received" | "waiting" | "stopped" | "quarantined" | "refused";
  /** milliseconds to wait before it is sent on */
  wait?: number;
  code?: string;
}

export interface Sending {
  /** stops between two pieces, and cuts the one under way: nothing that was counted is lost */
  signal?: AbortSignal;
  progress?: (offset: number, size: number) => void;
}

export class Uploads {
  private store: Store;
  private line: Line;
  private locks: Locks;
  constructor(o: { store: Store; line: Line; locks: Locks }) {
    this.store = o.store;
    this.line = o.line;
    this.locks = o.locks;
  }

  /** Keeps the bytes, and then writes the row; answers its id. The bytes are on the disk first, so that no row promises what was lost. */
  async add(client: Client, row: Record<string, unknown>, id: string, bytes: Blob | Bytes): Promise<Upload> {
    await this.take(id, bytes);
    return this.announce(client, row, id);
  }

  /** Keeps the bytes before anything is asked about them: a kill loses no picture. They go nowhere before `announce`. */
  async take(id: string, bytes: Blob | Bytes): Promise<Upload> {
    const whole = bytes instanceof Blob ? new Uint8Array(await bytes.arrayBuffer()) : bytes;
    const up: Upload = { evidence: id, size: whole.length, sha256: hex(await sha256(whole)), offset: 0 };
    for (let at = 0, n = 0; at < whole.length; at += piece, n++) await this.store.commit([put("uploads", this.piece(id, n), whole.slice(at, at + piece))]);
    await this.store.commit([put("uploads", "taken/" + id, up)]);
    return up;
  }

  /** Writes the row of what was taken; said twice, also over a kill, it is one. */
  async announce(client: Client, row: Record<string, unknown>, id: string): Promise<Upload> {
    const up = ((await this.store.get("uploads", "taken/" + id)) as Upload | undefined) ?? (await this.get(id));
    if (!up) throw new Error("These bytes were not taken");
    await this.store.commit([put("uploads", "of/" + id, up), remove("uploads", "taken/" + id)]);
    if (!(await client.get("evidence", id))) await client.record([{ op: "create", collection: "evidence", id, set: { ...row, sha256: up.sha256, size: up.size } }]);
    return up;
  }

  /** Lets go of what was taken and never announced. */
  async drop(id: string): Promise<void> {
    const there = await this.store.list("uploads", under(`bytes/${id}/`));
    if (!(await this.get(id))) await this.store.commit([remove("uploads", "taken/" + id), ...there.map(([k]) => remove("uploads", k))]);
  }

  async list(): Promise<Upload[]> {
    return (await this.store.list("uploads", under("of/"))).map(([, v]) => v as Upload);
  }

  /** The phone's own copy, while it has one. */
  async copy(evidence: string): Promise<Bytes | undefined> {
    const parts = (await this.store.list("uploads", under(`bytes/${evidence}/`))).map(([, v]) => v as Bytes);
    return parts.length === 0 ? undefined : new Uint8Array(await new Blob(parts).arrayBuffer());
  }

  /** Lets the copy go, once the server has it: only then. */
  async letGo(evidence: string): Promise<void> {
    const up = await this.get(evidence);
    if (!up?.receipt) throw new Error("The server has not said that it has these bytes");
    await this.store.commit((await this.store.list("uploads", under(`bytes/${evidence}/`))).map(([k]) => remove("uploads", k)));
  }

  /** Sends as far as it goes now. */
  send(evidence: string, o: Sending = {}): Promise<Sent> {
    return this.locks.request(`holdfast-upload-${evidence}`, () => this.go(evidence, o));
  }

  private async go(evidence: string, o: Sending): Promise<Sent> {
    let up = await this.get(evidence);
    if (!up) return { state: "refused", code: "not_found" };
    for (let sure = false, odd = 0; odd < 5; ) {
      if (up.receipt) return { state: "received" };
      if (up.quarantined && up.quarantined !== "hash_mismatch") return { state: "quarantined", code: up.quarantined };
      if (o.signal?.aborted) return { state: "stopped" };
      // After a cut, a restart or what it does not understand it asks where the upload stands.
      const all = up.offset >= up.size;
      if (sure && all && up.location) return { state: "waiting" }; // counted, and not said to be whole: ask later
      const step: "make" | "ask" | "send" = !up.location ? "make" : sure && !all ? "send" : "ask";
      const a: Answer = await this.ask(step, up, o.signal);
      up = await this.heard(up, a);
      o.progress?.(up.offset, up.size);
      if (a.status >= 200 && a.status < 300) sure = true;
      else if (a.status === 404 && step === "make") return { state: "waiting", code: "not_found" }; // its row is not there yet: sync first
      else if (a.status === 404 || a.status === 410) up = await this.keep({ ...up, location: undefined, offset: 0 });
      else if (a.status === 409 || a.status === 460) sure = false;
      else if (a.status === 422) up = await this.keep({ ...up, location: undefined, offset: 0, quarantined: reason(a) });
      else if (o.signal?.aborted) return { state: "stopped" };
      else if (a.status === 0 || [423, 429, 507].includes(a.status) || a.status >= 500) return { state: "waiting", wait: a.wait, code: a.code };
      else if (a.status === 401) return { state: "waiting", code: a.code };
      else return { state: "refused", code: a.code || String(a.status) };
      if (a.status >= 300) odd++;
    }
    return { state: up.quarantined ? "quarantined" : "waiting", code: up.quarantined };
  }

  private async ask(step: "make" | "ask" | "send", up: Upload, signal?: AbortSignal): Promise<Answer> {
    const headers: Record<string, string> = { "Tus-Resumable": "1.0.0" };
    if (step === "make") {
      headers["Upload-Length"] = String(up.size);
      headers["Upload-Metadata"] = `evidence ${base64(utf8(up.evidence))}`;
      return this.line.ask("POST", "/api/uploads", { headers, signal });
    }
    const at = up.location!.replace(/^https?:\/\/[^/]*/, "");
    if (step === "ask") return this.line.ask("HEAD", at, { headers, signal });
    const n = Math.floor(up.offset / piece), whole = (await this.store.get("uploads", this.piece(up.evidence, n))) as Bytes;
    const body = whole.slice(up.offset - n * piece);
    headers["Upload-Offset"] = String(up.offset);
    headers["Content-Type"] = "application/offset+octet-stream";
    headers["Upload-Checksum"] = `sha256 ${base64(await sha256(body))}`;
    return this.line.ask("PATCH", at, { headers, body, signal });
  }

  /** Keeps what an answer says of where the upload stands: before anything else is sent. */
  private async heard(up: Upload, a: Answer): Promise<Upload> {
    const said = (name: string) => a.headers?.get(name) ?? undefined;
    const receipt = said("Holdfast-Receipt"), offset = said("Upload-Offset");
    const next: Upload = { ...up };
    if (a.status === 201) next.location = said("Location");
    if (offset !== undefined) next.offset = Number(offset);
    if (receipt && isFor(receipt, up)) next.receipt = receipt;
    else if (receipt || (a.code === "already_sealed" && !receipt)) next.quarantined = "already_sealed"; // other bytes were first
    return JSON.stringify(next) === JSON.stringify(up) ? up : this.keep(next);
  }

  private async keep(up: Upload): Promise<Upload> {
    await this.store.commit([put("uploads", `of/${up.evidence}`, up)]);
    return up;
  }

  private async get(evidence: string): Promise<Upload | undefined> {
    return (await this.store.get("uploads", `of/${evidence}`)) as Upload | undefined;
  }

  private piece(evidence: string, n: number): string {
    return `bytes/${evidence}/${String(n).padStart(6, "0")}`;
  }
}

/** A receipt is for this upload when it bears its row, its hash and its size. */
function isFor(receipt: string, up: Upload): boolean {
  try {
    const [header, claims] = receipt.split(".").slice(0, 2).map((p) => JSON.parse(text(unbase64url(p))));
    return header.typ === "receipt+jwt" && claims.sub === up.evidence && claims.sha256 === up.sha256 && claims.size === up.size;
  } catch {
    return false;
  }
}

/** The first word of why the bytes are kept apart. */
const reason = (a: Answer): string => /\b(hash_mismatch|length_mismatch|empty|type_refused|type_mismatch|too_large|macros|hidden_archive|active_content|unpacks_too_far|malformed|infected)\b/.exec(String(a.body?.message ?? ""))?.[0] ?? "refused";
