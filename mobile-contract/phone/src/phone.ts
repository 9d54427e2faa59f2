// The phone itself: whose it is, whether it is locked, what it holds, how it stands to the server. Nothing else talks with the client.
import { openClient, indexedStore, keptKey, systemClock, deleteIndexedStore, type Client, type Outcome } from "../../ts/src/index.ts";
import { isLocked, Locked, setLock, unlock } from "../../ts/src/lock.ts";
import { capture, readyToCapture, takeUp } from "../../ts/src/capture.ts";
import { recordID } from "../../ts/src/id.ts";
import { readPlace } from "../../ts/src/place.ts";
import type { Store } from "../../ts/src/store.ts";
import { ringNoMore, tellWorker } from "./alerts/push.ts";
import { keepDevice, readDevice, dress, type Device } from "./device.ts";
import { dropDraft, keepDraft, readDrafts } from "./draft_store.ts";
import { newDraft, type Draft } from "./record.ts";
import { Files } from "./evidence/files.ts";
import type { LetterDraft } from "./letters/draft.ts";
import { dropLetter, keepLetter, readLetters } from "./letters/store.ts";
import { readRows, type Rows } from "./rows.ts";
import { waits } from "./today.ts";
import { speak } from "./words.ts";
import { person } from "./token.ts";

/** What the phone shows as a whole. */
export type Stage =
  | { is: "starting" }
  | { is: "sign-in"; why?: "ended" | "wiped" }
  /** signed in: a PIN is chosen, or the one of this phone is shown */
  | { is: "pin"; token: string; known: boolean }
  | { is: "locked"; waiting: number; why: "" | "lease" | "server"; wrong?: number }
  | { is: "filling" }
  | { is: "open" };

const idle = 5 * 60_000;

export class Phone {
  stage: Stage = { is: "starting" };
  device: Device = readDevice();
  rows: Rows | undefined;
  drafts: Draft[] = [];
  /** letters that are being written */
  letters: LetterDraft[] = [];
  files: Files | undefined;
  outcome: Outcome | undefined;
  /** what was saved last, to say so */
  saved: Draft | undefined;
  syncing = false;
  /** when the last whole run came, by the server's clock */
  synced = 0;
  /** something that had not gone through was settled just now */
  settled = false;
  /** the records could not be read or kept: said, and never passed over */
  fault = "";
  private open: Store | undefined; // as it lies on the disk
  private store: Store | undefined; // unsealed
  private client: Client | undefined;
  private keeping: { now(): void; stop(): void } | undefined;
  private hears = new Set<() => void>();
  private touched = Date.now();
  private changed = new Set<string>();
  private reading: Promise<void> | undefined;
  private base: string;
  constructor(base: string) { this.base = base; }

  on(hear: () => void): () => void {
    this.hears.add(hear);
    return () => void this.hears.delete(hear);
  }

  tell(): void {
    this.hears.forEach((hear) => hear());
  }

  private become(stage: Stage): void {
    this.stage = stage;
    this.tell();
  }

  choose(change: Partial<Device>): void {
    this.device = { ...this.device, ...change };
    keepDevice(this.device);
    dress(this.device);
    if (this.client) this.client.line.language = this.device.language;
    void tellWorker(this.device.language).catch(() => undefined);
    void speak(this.device.language).finally(() => this.tell());
    this.tell();
  }

  /** Begins with whoever used the phone last. */
  async start(): Promise<void> {
    keepDevice(this.device);
    void tellWorker(this.device.language).catch(() => undefined); // an older app told it otherwise
    setInterval(() => void this.minute(), 15_000);
    if (!this.device.last) return this.become({ is: "sign-in" });
    this.open = await indexedStore("holdfast-" + this.device.last);
    if (!(await isLocked(this.open))) return this.become({ is: "sign-in" });
    await this.showLock("");
  }

  /** For the door, before anybody is known. */
  async stranger(): Promise<Client> {
    const { memoryStore } = await import("../../ts/src/store.ts");
    const c = await openClient({ base: this.base, store: memoryStore() });
    c.line.language = this.device.language;
    return c;
  }

  /** The sign-in was good: whose it is decides which store, and a PIN closes it. */
  async signedIn(token: string): Promise<void> {
    const id = person(token);
    await this.close();
    this.open = await indexedStore("holdfast-" + id);
    this.choose({ last: id });
    this.become({ is: "pin", token, known: await isLocked(this.open) });
  }

  /** Opens with the PIN and registers, where the sign-in was anew. */
  async pin(pin: string, token: string): Promise<"" | "wrong" | "refused"> {
    const open = this.open!;
    if (await isLocked(open)) {
      try {
        this.store = (await unlock(open, { known: pin })).store;
      } catch (e) {
        if (e instanceof Locked) return "wrong";
        throw e;
      }
    } else this.store = (await setLock(open, { known: pin })).store;
    await this.connect();
    const a = await this.client!.register({ token, name: describe(navigator.userAgent), platform: "web", app_version: "1" });
    if (a.status !== 200) {
      await this.close();
      this.become({ is: "sign-in" });
      return "refused";
    }
    const me = a.body.user as { id: string; name: string };
    this.choose({ people: [...this.device.people.filter((p) => p.id !== me.id), { id: me.id, name: me.name }] });
    await readyToCapture(this.store);
    await this.begin();
    return "";
  }

  async unlock(pin: string): Promise<"" | "wrong" | { wait: number }> {
    try {
      const opened = await unlock(this.open!, { known: pin });
      this.keeping?.stop();
      this.store = opened.store;
    } catch (e) {
      if (e instanceof Locked) return e.wait > 0 ? { wait: e.wait } : "wrong";
      throw e;
    }
    await this.connect();
    const session = await this.client!.session();
    if (!session || session.over) {
      this.become({ is: "sign-in", why: session?.over === "ended" ? "ended" : "wiped" });
      return "";
    }
    const lease = await this.client!.lease();
    if (lease.over) await Promise.all([this.client!.forget(), this.files!.forget()]);
    await readyToCapture(this.store);
    // What was sealed while locked becomes a draft: only its author knows whose it is.
    await takeUp(this.store, { record: ([e]: { id?: string; set?: Record<string, unknown> }[]) => this.takeUp(e.id!, e.set ?? {}) } as never);
    await this.begin(lease.live);
    return "";
  }

  private async takeUp(id: string, set: Record<string, unknown>): Promise<void> {
    const at = Number(set.at);
    await keepDraft(this.store!, { ...newDraft(id, "", at), kind: "note", words: [set.family, set.words].filter(Boolean).join("\n\n"), at });
  }

  private async connect(): Promise<void> {
    this.client = await openClient({
      base: this.base, store: this.store!, signer: await keptKey(this.open!), options: { first: ["cases", "case_members", "notices", "requests", "pathways", "pathway_steps", "people"], window: 12 },
    });
    this.client.line.language = this.device.language;
    this.files?.sending.stop(); // of before it was locked
    this.files = new Files(this.client, this.store!, {
      tell: () => this.tell(), work: (deed) => this.work(deed), rows: () => this.rows,
      wrote: async (collection) => (this.changed.add(collection), await this.read(), this.keeping?.now()),
    });
    this.client.on((news) => {
      if (news.changed) news.changed.forEach((c) => this.changed.add(c));
      void this.read();
    });
  }

  private async begin(readable = true): Promise<void> {
    this.touched = Date.now();
    this.changed.add("*");
    [this.drafts, this.letters] = await Promise.all([readDrafts(this.store!), readLetters(this.store!)]);
    await this.files!.load();
    if (readable) await this.read();
    this.keep();
    if (!readable) return this.showLock("lease");
    this.become(this.rows?.synced ? { is: "open" } : { is: "filling" });
  }

  private keep(): void {
    const client = this.client!;
    this.syncing = true;
    this.keeping?.stop();
    this.keeping = client.start((outcome) => void this.came(client, outcome));
  }

  private async came(client: Client, outcome: Outcome): Promise<void> {
    if (client !== this.client) return;
    this.outcome = outcome;
    this.syncing = false;
    if (outcome.state === "ended" || outcome.state === "wiped") {
      await this.close();
      return this.become({ is: "sign-in", why: outcome.state });
    }
    if (outcome.state === "locked") return this.showLock("server");
    if (outcome.state === "resting") void this.files?.sending.run().finally(() => this.stage.is === "locked" && client === this.client && void this.rest());
    if (this.stage.is === "locked") {
      if (this.stage.why !== "" && outcome.state === "resting") return this.become({ ...this.stage, why: "" });
      return this.rest();
    }
    this.changed.add("notices"); // and with it how far the phone is
    await this.read();
    if (this.stage.is === "filling" && this.rows?.whole) this.become({ is: "open" });
    else this.tell();
  }

  /** Reads anew what changed, one reading at a time: an older one must not come after a newer. */
  private read(): Promise<void> {
    return (this.reading ??= (async () => {
      do {
        await new Promise((done) => setTimeout(done, 30)); // what changes together is read together
        const client = this.client, open = this.open, changed = [...this.changed];
        this.changed.clear();
        if (!client || !open || this.stage.is === "locked") break;
        try {
          const all = await readRows(client, await readPlace(open), this.rows, changed), rows = this.files?.among(all) ?? all;
          if (client !== this.client || (this.stage as Stage).is === "locked") break;
          this.rows = rows;
          this.synced = rows.synced;
          await this.files?.prune();
          this.fault = "";
        } catch (e) {
          this.fault = String(e);
        }
      } while (this.changed.size > 0);
      this.reading = undefined;
      this.tell();
    })());
  }

  now(): void {
    this.syncing = true;
    this.tell();
    this.keeping?.now();
    void this.client?.sync().then((o) => this.client && this.came(this.client, o));
  }

  touch(): void {
    this.touched = Date.now();
  }

  /** Now and then: whether it locks by itself, and whether what it holds may still be shown. */
  async minute(): Promise<void> {
    if (this.stage.is !== "open" && this.stage.is !== "filling") return;
    if (Date.now() - this.touched > idle) return this.lock();
    const lease = await this.client!.lease();
    if (!lease.live) await this.showLock("lease");
    if (lease.over) await Promise.all([this.client!.forget(), this.files?.forget()]);
    this.tell();
  }

  lock(): Promise<void> {
    return this.showLock("");
  }

  private async showLock(why: "" | "lease" | "server"): Promise<void> {
    this.rows = undefined;
    this.drafts = [];
    this.letters = [];
    this.become({ is: "locked", waiting: (await this.open!.list("outbox")).length + (await this.open!.list("captured")).length + (Number(await this.open!.get("state", "files")) || 0), why });
    if (why === "") await this.rest();
  }

  /** A locked phone sends what waits, and then lets go of its key. */
  private async rest(): Promise<void> {
    if (!this.client || this.files?.sending.busy || (await this.client.pending()).some(waits)) return;
    await this.close();
  }

  private async close(): Promise<void> {
    this.keeping?.stop();
    this.files?.sending.stop();
    this.changed.clear();
    this.files = undefined;
    this.keeping = this.client = this.store = undefined;
    this.rows = undefined;
    this.drafts = [];
    this.letters = [];
  }

  // Writing.

  newID(): string {
    return recordID(Date.now());
  }

  async keepDraft(d: Draft): Promise<void> {
    const kept = { ...d, kept: Date.now() };
    await this.work(() => keepDraft(this.store!, kept));
    this.drafts = [kept, ...this.drafts.filter((x) => x.id !== d.id)];
    this.tell();
  }

  async dropDraft(id: string): Promise<void> {
    await this.work(() => dropDraft(this.store!, id));
    this.drafts = this.drafts.filter((d) => d.id !== id);
    this.tell();
  }

  async keepLetter(d: LetterDraft): Promise<void> {
    const kept = { ...d, kept: Date.now() };
    await this.work(() => keepLetter(this.store!, kept));
    this.letters = [kept, ...this.letters.filter((x) => x.id !== d.id)];
    this.tell();
  }

  async dropLetter(id: string): Promise<void> {
    await this.work(() => dropLetter(this.store!, id));
    this.letters = this.letters.filter((d) => d.id !== id);
    this.tell();
  }

  /** A file of the server's, or what it said instead; "" where there was no answer. */
  async file(path: string): Promise<Blob | string> {
    const [good, bad] = await this.client!.line.request("GET", path);
    return good ? good.blob().catch(() => "") : String((bad?.body as { message?: string } | undefined)?.message ?? "");
  }

  /** Writes for good, and has it sent as soon as it can be. Together means that it stands or falls together. */
  async write(edits: Parameters<Client["record"]>[0], bound = edits.length > 1): Promise<void> {
    await this.work(() => this.client!.record(edits, bound));
    edits.forEach((e) => this.changed.add(e.collection));
    await this.read();
    this.keeping?.now();
  }

  ask<T>(deed: (c: Client) => Promise<T>): Promise<T> {
    return this.work(async () => {
      const said = await deed(this.client!);
      this.changed.add("notices");
      await this.read();
      this.keeping?.now();
      return said;
    });
  }

  /** Written down while locked: it goes in, and nobody reads it before the phone is unlocked. */
  async seal(family: string, words: string): Promise<void> {
    await this.work(() => capture(this.open!, systemClock, "drafts", { family, words, at: Date.now() }));
    if (this.stage.is === "locked") this.become({ ...this.stage, waiting: this.stage.waiting + 1 });
  }

  private async work<T>(deed: () => Promise<T>): Promise<T> {
    try {
      const done = await deed();
      this.fault = "";
      return done;
    } catch (e) {
      this.fault = String(e);
      this.tell();
      throw e;
    }
  }

  /** Signs out: everything of this person leaves the device. What was not sent is lost, so a page asks first. */
  async signOut(): Promise<void> {
    const id = this.device.last;
    if (this.client) await ringNoMore(this.client).catch(() => undefined); // nothing is sent to a device that has nobody
    await this.client?.signOut().catch(() => undefined);
    await this.close();
    await this.open?.close();
    await deleteIndexedStore("holdfast-" + id);
    this.open = undefined;
    this.choose({ last: "", people: this.device.people.filter((p) => p.id !== id) });
    this.become({ is: "sign-in" });
  }

  /** Somebody else signs in on this device; what this one has stays theirs, sealed. */
  async other(id: string): Promise<void> {
    await this.close();
    await this.open?.close();
    this.choose({ last: id });
    if (!id) return this.become({ is: "sign-in" });
    this.open = await indexedStore("holdfast-" + id);
    await this.showLock("");
  }
}

/** What the device is called in the list of somebody's phones: what it is, not whose. */
function describe(agent: string): string {
  const what = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "";
  const by = /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0]?.replace("Edg", "Edge") ?? "";
  return [by, what && "on " + what.replace("Mac OS X", "a Mac").replace("CrOS", "ChromeOS")].filter(Boolean).join(" ") || "A browser";
}
