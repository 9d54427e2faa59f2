// The files of one person on one phone: what was brought in and not described, what is on its
// way, and what may be seen without signal.
import type { Client } from "../../../ts/src/index.ts";
import { put, type Store } from "../../../ts/src/store.ts";
import type { Rows } from "../rows.ts";
import { dropEvidence, keepEvidence, readEvidence, type EvidenceDraft } from "./draft.ts";
import { keepThumb, mayLie, pruneThumbs, Sending, smaller, thumb } from "./sending.ts";

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

  /** What may not lie here any more goes, whenever the rows of evidence changed. */
  async prune(): Promise<void> {
    const rows = this.around.rows(), table = rows?.table("evidence");
    if (!rows || table === this.pruned) return;
    this.pruned = table;
    await pruneThumbs(this.store, rows, this.drafts);
  }

  /** The records left this phone, and so do their pictures. */
  forget(): Promise<void> {
    return pruneThumbs(this.store, undefined, this.drafts);
  }
}
