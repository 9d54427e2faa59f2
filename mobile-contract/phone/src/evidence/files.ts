// The files of one person on one phone: what was brought in and not described, what is on its
// way, and what may be seen without signal.
import type { Client } from "../../../ts/src/index.ts";
import { put, type Store } from "../../../ts/src/store.ts";
import type { Rows } from "../rows.ts";
import { dropEvidence, keepEvidence, readEvidence, type EvidenceDraft } from "./draft.ts";
import { keepThumb, mayLie, pruneThumbs, Sending, smaller, thumb } from "./sending.ts";
import { keepSound, pruneSounds, sound } from "./sounds.ts";

/** What the phone does around it: tells its screens, says when something could not be kept, has what was written sent. */
export interface Around {
  tell(): void;
  work<T>(deed: () => Promise<T>): Promise<T>;
  wrote(collection: string): Promise<void>;
  rows(): Rows | undefined;
}

export class Files {
  drafts: EvidenceDraft[] = [];
  readonly sending: Sending;
  private client: Client;
  private store: Store;
  private around: Around;
  private pruned: unknown;
  private counted = -1;

  constructor(client: Client, store: Store, around: Around) {
    this.client = client;
    this.store = store;
    this.around = around;
    this.sending = new Sending(client, store, () => around.tell(), () => void around.wrote("evidence"));
  }

  async load(): Promise<void> {
    await this.sending.load();
    const all = await readEvidence(this.store), lost: EvidenceDraft[] = [];
    for (const d of all) if (!this.sending.all.has(d.id) && !(await this.store.get("uploads", "taken/" + d.id))) lost.push(d);
    for (const d of lost) await Promise.all([this.client.uploads.drop(d.id), dropEvidence(this.store, d.id)]); // killed before it was whole: nobody was told that it was kept
    this.drafts = all.filter((d) => !lost.includes(d));
  }

  /** On the disk before anything is asked. */
  async take(d: EvidenceDraft, bytes: Blob): Promise<void> {
    await this.around.work(async () => {
      await keepEvidence(this.store, d);
      await this.client.uploads.take(d.id, bytes);
      const small = d.mime.startsWith("image/") ? await smaller(bytes) : undefined;
      if (small) await keepThumb(this.store, d.id, small);
    });
    this.drafts = [d, ...this.drafts];
  }

  async keep(d: EvidenceDraft): Promise<void> {
    const kept = { ...d, kept: Date.now() };
    await this.around.work(() => keepEvidence(this.store, kept));
    this.drafts = [kept, ...this.drafts.filter((x) => x.id !== d.id)];
    this.around.tell();
  }

  async drop(id: string): Promise<void> {
    await this.around.work(async () => {
      await this.client.uploads.drop(id);
      await dropEvidence(this.store, id);
    });
    this.drafts = this.drafts.filter((d) => d.id !== id);
    await pruneThumbs(this.store, this.around.rows(), this.drafts);
    this.around.tell();
  }

  async announce(d: EvidenceDraft, row: Record<string, unknown>): Promise<void> {
    await this.around.work(async () => {
      await this.client.uploads.announce(this.client, row, d.id);
      await dropEvidence(this.store, d.id);
    });
    await this.around.wrote("evidence");
    this.drafts = this.drafts.filter((x) => x.id !== d.id);
    await this.sending.look(); // its row goes first: a sync that ends well sends it on
  }

  /** The rows with the files that are still to go among what waits: a row that was sent is not its file. */
  among(rows: Rows): Rows {
    const rowWaits = new Set(rows.pending.map((p) => p.record));
    void this.count();
    const files = [...this.sending.all.values()].filter((u) => u.state !== "received" && !rowWaits.has(u.evidence) && rows.table("evidence").get(u.evidence)?.status !== "sealed");
    return files.length === 0 ? rows : { ...rows, pending: [...rows.pending, ...files.map((u) => ({ id: "file/" + u.evidence, collection: "evidence", record: u.evidence, op: "create", set: {}, state: "unsent" as const, recorded_at: "" }))] };
  }

  /** How many are still to go, where a locked phone finds it: a number, and no name. */
  private async count(): Promise<void> {
    const n = [...this.sending.all.values()].filter((u) => u.state !== "received").length;
    if (n !== this.counted) await this.store.commit([put("state", "files", (this.counted = n))]).catch(() => undefined);
  }

  thumb(id: string): Promise<Blob | undefined> {
    return thumb(this.store, id);
  }

  /** The server's preview, asked for by a tap, and its small picture kept; or why there is none. */
  async preview(id: string): Promise<Blob | string> {
    const [good, bad] = await this.client.line.request("GET", `/api/evidence/${id}/preview`);
    if (!good) return String((bad?.body as { message?: string } | undefined)?.message ?? "");
    const whole = await good.blob().catch(() => undefined), row = this.around.rows()?.table("evidence").get(id);
    const small = whole && row && mayLie(row) && (await smaller(whole));
    if (small) await keepThumb(this.store, id, small);
    return whole ?? "";
  }

  /** The whole file, where this phone has it: what it took itself and has not let go, or a recording that was opened. */
  async here(id: string): Promise<Blob | undefined> {
    const mime = (this.drafts.find((d) => d.id === id) ?? this.around.rows()?.table("evidence").get(id))?.mime ?? "", own = await this.client.uploads.copy(id);
    return own ? new Blob([own], { type: playable(mime) }) : sound(this.store, id, playable(mime));
  }

  /** The whole file, from the server where this phone has it not; or why there is none. A recording that was opened stays, where it may. */
  async original(id: string): Promise<Blob | string> {
    const there = await this.here(id), row = this.around.rows()?.table("evidence").get(id);
    if (there) return there;
    const [good, bad] = await this.client.line.request("GET", `/api/evidence/${id}/original`);
    if (!good) return String((bad?.body as { message?: string } | undefined)?.message ?? "");
    const whole = await good.blob().catch(() => undefined);
    if (whole && row && row.kind === "audio" && mayLie(row)) await keepSound(this.store, id, whole).catch(() => undefined); // no room: it is heard all the same
    return whole ? new Blob([whole], { type: playable(row?.mime ?? "") }) : "";
  }

  /** What may not lie here any more goes, whenever the rows of evidence changed. */
  async prune(): Promise<void> {
    const rows = this.around.rows(), table = rows?.table("evidence");
    if (!rows || table === this.pruned) return;
    this.pruned = table;
    await pruneThumbs(this.store, rows, this.drafts);
    await pruneSounds(this.store, rows);
  }

  /** The records left this phone, and so do their pictures and recordings. */
  async forget(): Promise<void> {
    await pruneThumbs(this.store, undefined, this.drafts);
    await pruneSounds(this.store, undefined);
  }
}

/** What a browser calls a recording of an iPhone. */
const playable = (mime: string): string => (mime === "audio/x-m4a" ? "audio/mp4" : mime);
