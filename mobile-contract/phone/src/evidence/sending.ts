// Files go behind their rows, one after the other, while the app is open: they go on where they
// were cut, wait for Wi-Fi where their worker wants that, and can be paused. What was kept to be
// seen without signal goes with its row.
import type { Client, Upload } from "../../../ts/src/index.ts";
import { put, remove, under, type Store } from "../../../ts/src/store.ts";
import type { EvidenceRecord } from "../../../ts/wire.ts";
import type { Rows } from "../rows.ts";

export interface Going extends Upload {
  state: "waiting" | "sending" | "paused" | "wifi" | "refused" | "kept_apart" | "received";
}

interface Choices { wifi: boolean; paused: string[] }

type Connection = EventTarget & { type?: string };
const connection = (): Connection | undefined => (navigator as { connection?: Connection }).connection;

export class Sending {
  all = new Map<string, Going>();
  choices: Choices = { wifi: false, paused: [] };
  private client: Client;
  private store: Store;
  private tell: () => void;
  private arrived: () => void;
  private running = false;
  private again = false;
  private over = new AbortController();
  private now: { id: string; stop: AbortController } | undefined;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private anyway = false;
  private hear = () => void this.run();

  constructor(client: Client, store: Store, tell: () => void, arrived: () => void) {
    this.client = client;
    this.store = store;
    this.tell = tell;
    this.arrived = arrived;
    connection()?.addEventListener?.("change", this.hear);
  }

  get busy(): boolean {
    return this.running;
  }

  async load(): Promise<void> {
    this.choices = ((await this.store.get("app", "sending")) as Choices | undefined) ?? this.choices;
    await this.look();
  }

  stop(): void {
    this.over.abort();
    this.now?.stop.abort();
    clearTimeout(this.soon);
    connection()?.removeEventListener?.("change", this.hear);
  }

  async look(): Promise<void> {
    this.all = new Map((await this.client.uploads.list()).map((u) => [u.evidence, { ...u, state: this.stateOf(u) }]));
    this.tell();
  }

  private stateOf(u: Upload): Going["state"] {
    if (u.receipt) return "received";
    if (u.quarantined && u.quarantined !== "hash_mismatch") return "kept_apart";
    if (this.now?.id === u.evidence) return "sending";
    if (this.choices.paused.includes(u.evidence)) return "paused";
    if (this.all.get(u.evidence)?.state === "refused") return "refused";
    return this.lineIsFree() ? "waiting" : "wifi";
  }

  /** Whether a file may go over the line there is now. A browser that cannot tell waits to be told. */
  private lineIsFree(): boolean {
    const type = connection()?.type;
    return !this.choices.wifi || this.anyway || type === "wifi" || type === "ethernet";
  }

  async choose(change: Partial<Choices>): Promise<void> {
    this.choices = { ...this.choices, ...change };
    await this.store.commit([put("app", "sending", this.choices)]);
    if (!this.lineIsFree() || (this.now && this.choices.paused.includes(this.now.id))) this.now?.stop.abort();
    await this.look();
    void this.run();
  }

  pause(id: string, paused: boolean): Promise<void> {
    return this.choose({ paused: paused ? [...this.choices.paused, id] : this.choices.paused.filter((x) => x !== id) });
  }

  /** Over whatever line there is, until the app is closed. */
  async sendAnyway(): Promise<void> {
    this.anyway = true;
    await this.look();
    void this.run();
  }

  /** Sends what may go; asked meanwhile, it looks once more. */
  async run(): Promise<void> {
    if (this.running) return void (this.again = true);
    this.running = true;
    clearTimeout(this.soon);
    try {
      do {
        this.again = false;
        await this.look();
        for (const u of [...this.all.values()].sort((a, b) => b.offset / b.size - a.offset / a.size || a.evidence.localeCompare(b.evidence))) {
          if (this.over.signal.aborted) return;
          if (u.state === "waiting" && this.lineIsFree()) await this.one(u);
        }
      } while (this.again && !this.over.signal.aborted);
    } finally {
      this.running = false;
      if (!this.over.signal.aborted) await this.look().catch(() => undefined);
    }
  }

  private async one(u: Going): Promise<void> {
    const stop = new AbortController();
    this.now = { id: u.evidence, stop };
    this.set(u.evidence, { state: "sending" });
    try {
      const said = await this.client.uploads.send(u.evidence, { signal: stop.signal, progress: (offset) => this.set(u.evidence, { offset }) });
      this.now = undefined;
      if (said.state === "received") {
        await this.client.uploads.letGo(u.evidence);
        this.set(u.evidence, { state: "received" });
        this.arrived();
      }
      if (said.state === "refused") this.set(u.evidence, { state: "refused" });
      if (said.state === "waiting" && said.code !== "not_found") this.soon = setTimeout(this.hear, Math.min(said.wait || 30_000, 300_000));
    } finally {
      this.now = undefined;
    }
  }

  private set(id: string, change: Partial<Going>): void {
    const there = this.all.get(id);
    if (there) this.all.set(id, { ...there, ...change });
    this.tell();
  }
}

// Small pictures, to be seen without signal (M191): sealed with the rest, and gone with their row.

/** Of what is more than usually delicate nothing lies on a phone. */
export const mayLie = (e: Pick<EvidenceRecord, "sensitivity" | "kind" | "status">): boolean =>
  !["police", "legal_privilege", "third_party"].includes(e.sensitivity) && e.kind !== "body_image" && e.status !== "quarantined" && e.status !== "disposed";

export const thumb = async (store: Store, id: string): Promise<Blob | undefined> => {
  const bytes = (await store.get("app", "thumb/" + id)) as Uint8Array<ArrayBuffer> | undefined;
  return bytes && new Blob([bytes], { type: "image/jpeg" });
};

export const keepThumb = async (store: Store, id: string, small: Blob): Promise<void> => store.commit([put("app", "thumb/" + id, new Uint8Array(await small.arrayBuffer()))]);

/** Removes each whose row is gone, or may not lie here any more; those of drafts stay. */
export async function pruneThumbs(store: Store, rows: Rows | undefined, drafts: readonly { id: string }[]): Promise<void> {
  const gone = (await store.list("app", under("thumb/"))).map(([k]) => k).filter((k) => {
    const id = k.slice("thumb/".length), row = rows?.table("evidence").get(id);
    return !drafts.some((d) => d.id === id) && !(row && mayLie(row));
  });
  if (gone.length > 0) await store.commit(gone.map((k) => remove("app", k)));
}

/** At most 320 pixels a side, without what a camera wrote into it; none of what a browser cannot draw. */
export async function smaller(bytes: Blob, most = 320): Promise<Blob | undefined> {
  try {
    const whole = await createImageBitmap(bytes), scale = Math.min(1, most / Math.max(whole.width, whole.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    canvas.getContext("2d")!.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await new Promise((done) => canvas.toBlob((b) => done(b ?? undefined), "image/jpeg", 0.7));
  } catch {
    return undefined;
  }
}
