// A letter that is being written: kept from the first tap, filled in from what the phone holds,
// and sent as its author's words alone; what the server fills in too is left to both.
import { contentHash, draft, scan, template, type Draft, type Hit, type Template, type Values } from "../../../ts/src/letter/index.ts";
import type { Edit } from "../../../ts/src/index.ts";
import type { LettersRecord, LetterTemplatesRecord } from "../../../ts/wire.ts";
import { dayOf } from "../day.ts";
import { openPathway } from "../family.ts";
import type { Rows } from "../rows.ts";
import { dayFrom, dayTyped, factsOf, typedOf, valuesOf } from "./fact.ts";
import { heldOf, packOf, rulesOf, type Pack } from "./held.ts";

export interface LetterDraft {
  /** the letter's own id: what is saved twice is one letter */
  id: string;
  family: string;
  key: string;
  template: string;
  recipient: string;
  joint: string;
  delivery: "post" | "by_hand" | "by_email";
  /** as it was typed, by field */
  facts: Record<string, string>;
  /** tries that its writer took out */
  left: string[];
  explained: string[];
  explained_on: string;
  explained_by: string;
  /** it was saved once, and is put right */
  there: boolean;
  begun: number;
  kept: number;
}

export const newLetter = (id: string, family: string, key: string, now: number): LetterDraft => ({
  id, family, key, template: "", recipient: "", joint: "", delivery: "post", facts: {}, left: [], explained: [], explained_on: "", explained_by: "", there: false, begun: now, kept: now,
});

type Row = Record<string, string>;
/** What a try is known by while it may be left out. */
export const tryKey = (t: Row | string): string => (typeof t === "string" ? t : `${t.date} ${t.time}`);

export interface Composed {
  draft: Draft;
  letter: Record<string, unknown>;
  wording: LetterTemplatesRecord;
  pack: Pack;
  template: Template;
  /** all tries that it may speak of, also those that were left out */
  tries: (Row | string)[];
  hits: Hit[];
  hash: string;
}

/** The letter as the server would have it, of the day on which it is written, and what stands in its way as far as a phone sees. */
export async function compose(rows: Rows, d: LetterDraft, now: number): Promise<Composed | undefined> {
  const wording = rows.table("letter_templates").get(d.template);
  if (!wording || !d.recipient) return undefined;
  const pack = packOf(wording), t = template(pack as never), held = heldOf(rows, d.family), rules = rulesOf(rows), typed = valuesOf(factsOf(t), d.facts);
  const there = rows.table("letters").get(d.id);
  const letter: Record<string, unknown> = {
    id: d.id, case: d.family, pathway: there?.pathway ?? openPathway(rows, d.family)?.id ?? "", recipient: d.recipient, joint_with: d.joint, template: d.template, delivery: d.delivery,
    author: there?.author ?? rows.me.id, agency: there?.agency ?? "", reference: there?.reference ?? "", date: dayOf(now), merge: typed,
    explained: d.explained, explained_on: dayFrom(d.explained_on), explained_by: d.explained_by.trim(),
  };
  let made = await draft(letter, { status: wording.status, body: pack }, held, rules, now);
  const tries = [...((made.values.missed ?? []) as Row[]), ...((made.values.tried ?? []) as string[])], out = new Set(d.left);
  if (tries.some((x) => out.has(tryKey(x)))) {
    letter.merge = { ...typed, missed: ((made.values.missed ?? []) as Row[]).filter((r) => !out.has(tryKey(r))), tried: ((made.values.tried ?? []) as string[]).filter((x) => !out.has(x)) };
    made = await draft(letter, { status: wording.status, body: pack }, held, rules, now);
  }
  const hits = made.document ? scan(made.document, rules.words?.[made.document.language] ?? []) : [];
  return { draft: made, letter, wording, pack, template: t, tries, hits, hash: made.document ? await contentHash(made.document) : "" };
}

/** What of it goes to the server: as a new letter, or over the one that is there. */
export function letterEdits(rows: Rows, d: LetterDraft, c: Composed): Edit[] {
  const written = { template: d.template, delivery: d.delivery, date: c.letter.date, joint_with: d.joint, merge: c.letter.merge };
  const told = d.explained.length > 0 ? { explained: d.explained, explained_on: c.letter.explained_on, explained_by: c.letter.explained_by } : {};
  if (rows.table("letters").get(d.id)) return [{ op: "update", collection: "letters", id: d.id, set: { ...written, ...told } }];
  return [{ op: "create", collection: "letters", id: d.id, set: { case: d.family, ...(c.letter.pathway ? { pathway: c.letter.pathway } : {}), recipient: d.recipient, reference: c.draft.reference, ...written, ...told } }];
}

/** Its approval, of what was shown and of nothing else (M96). */
export const approval = (letter: string, content: string, wording: string, more: { acknowledged?: string[]; override_reason?: string } = {}): Edit => ({
  op: "update", collection: "letters", id: letter, set: { status: "approved", seen_content_hash: content, seen_template_hash: wording, ...more },
});

/** A letter that is there, to be put right: what follows the record follows it again, and what was left out stays out. */
export async function reopened(rows: Rows, l: LettersRecord, now: number): Promise<LetterDraft | undefined> {
  const was = rows.table("letter_templates").get(l.template);
  if (!was) return undefined;
  const wording = rows.table("letter_templates").all.find((w) => w.status === "published" && w.key === was.key && w.language === was.language && w.variant === was.variant) ?? was;
  const t = template(packOf(wording) as never), merged = (l.merge ?? {}) as Values;
  const d: LetterDraft = {
    ...newLetter(l.id, l.case, wording.key, now), template: wording.id, recipient: l.recipient, joint: l.joint_with, delivery: l.delivery || "post",
    facts: typedOf(factsOf(t), merged), explained: l.explained ?? [], explained_on: dayTyped((l.explained_on ?? "").slice(0, 10)), explained_by: l.explained_by ?? "", there: true,
  };
  const said = new Set([...((merged.missed ?? []) as Row[]), ...((merged.tried ?? []) as string[])].map(tryKey)), all = (await compose(rows, d, now))?.tries ?? [];
  return { ...d, left: said.size > 0 ? all.map(tryKey).filter((k) => !said.has(k)) : [] };
}
