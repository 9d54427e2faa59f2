// How a letter stands: from its own record, what became of it, and what this phone has not sent.
import { contentHash, letterOf, type Hit, type Letter } from "../../../ts/src/letter/index.ts";
import type { LetterEventsRecord, LettersRecord, RequestsRecord } from "../../../ts/wire.ts";
import { instant } from "../day.ts";
import type { Rows } from "../rows.ts";
import type { Say } from "../words.ts";
import { compose, reopened } from "./draft.ts";
import { byAuthor, packOf, type Pack } from "./held.ts";
import { sayStand, standsOf, type Stand } from "./stands.tsx";

export interface Shown {
  document?: Letter;
  /** of what is shown, made here */
  hash: string;
  wordingHash: string;
  stands: Stand[];
  hits: Hit[];
  pack: Pack;
  title: string;
  /** worked out on this phone; the server has still to look */
  provisional: boolean;
}

/** The letter to be shown: the server's own, or, of one that it has not seen, this phone's. */
export async function shownOf(rows: Rows, l: LettersRecord, say: Say): Promise<Shown | undefined> {
  const wording = rows.table("letter_templates").get(l.template);
  if (!wording) return undefined;
  const pack = packOf(wording), merge = (l.merge ?? {}) as Record<string, unknown>, common = { pack, title: wording.title, wordingHash: wording.hash };
  if (merge["letter.ref"] === undefined) {
    const d = await reopened(rows, l, say.now), c = d && (await compose(rows, d, say.now));
    return c && { ...common, document: c.draft.document, hash: c.hash, stands: l.status === "draft" ? standsOf(rows, say, c, d) : [], hits: c.hits, provisional: true };
  }
  const made = await letterOf(l, wording as { hash: string; body: unknown }), blocks = Array.isArray(l.blocks) ? (l.blocks as { field: string; code: string; message: string; reason: boolean }[]) : [];
  const problems = "problems" in made ? made.problems.map((p) => p.field) : [], document = "document" in made ? made.document : undefined;
  const stands = blocks.map((b) => ({ ...b, text: sayStand(rows, say, b, { recipient: l.recipient, joint: l.joint_with }, problems) }));
  return { ...common, document, hash: document ? await contentHash(document) : "", stands, hits: Array.isArray(l.hits) ? (l.hits as Hit[]) : [], provisional: false };
}

export const eventsOf = (rows: Rows, letter: string): LetterEventsRecord[] =>
  rows.table("letter_events").all.filter((e) => e.letter === letter)
    .sort((a, b) => instant(a.occurred_at) - instant(b.occurred_at) || rank(a) - rank(b));

// What one tap wrote and approved bears one time.
const order = ["drafted", "approved", "countersigned", "printed"], rank = (e: LetterEventsRecord) => (order.includes(e.kind) ? order.indexOf(e.kind) : order.length);
const goes = ["posted", "print_room", "hand_delivered", "handed_over", "emailed"];

/** Its state in a word, this phone's own events counted: what is not the server's yet is provisional. */
export type LetterState = "unfinished" | "waiting" | "back" | "ready" | "approved" | "gone" | "returned" | "withdrawn";

export function letterState(rows: Rows, l: LettersRecord): { state: LetterState; provisional: boolean } {
  const mine = eventsOf(rows, l.id).filter((e) => rows.unsent.has(`letter_events/${e.id}`)), has = (...kinds: string[]) => mine.some((e) => kinds.includes(e.kind));
  const provisional = rows.unsent.has(`letters/${l.id}`) || mine.length > 0;
  if (has("returned", "bounced") || l.status === "returned") return { state: "returned", provisional };
  if (has(...goes) || l.status === "issued") return { state: "gone", provisional };
  if (l.status === "withdrawn" || l.status === "approved") return { state: l.status, provisional };
  const blocks = Array.isArray(l.blocks) ? (l.blocks as { reason: boolean }[]) : [], pack = rows.table("letter_templates").get(l.template), hits = Array.isArray(l.hits) ? l.hits.length : 0;
  const last = eventsOf(rows, l.id).filter((e) => e.kind === "drafted" || e.kind === "rejected").at(-1);
  if (last?.kind === "rejected") return { state: "back", provisional };
  if (blocks.some((b) => !b.reason)) return { state: "unfinished", provisional };
  return { state: pack && byAuthor(packOf(pack)) && hits === 0 ? "ready" : "waiting", provisional };
}

/** What this person was asked about it, and has not answered: by the server, or by a tap that is not sent. */
export const askedAbout = (rows: Rows, letter: string): RequestsRecord | undefined =>
  rows.table("requests").all.find((r) => r.user === rows.me.id && r.kind === "letter" && r.record === letter && r.standing === "waiting");

/** The ways in which a letter that was approved for a delivery may go. */
export const waysOf = (delivery: string): string[] => (delivery === "by_hand" ? ["handed_over"] : delivery === "by_email" ? ["emailed"] : ["posted", "print_room", "hand_delivered", "handed_over"]);
