// Which kinds of letter there are, which of them this family can be sent now, and what would
// lift the rest: by what the phone holds, and by the server's own words of the pathway.
import { Circle } from "../../../ts/src/letter/circle.ts";
import { needsOf } from "../../../ts/src/letter/need.ts";
import { triesOf } from "../../../ts/src/letter/tries.ts";
import type { LetterTemplatesRecord, PeopleRecord } from "../../../ts/wire.ts";
import { openPathway } from "../family.ts";
import { adultsOf } from "../person.ts";
import type { Rows } from "../rows.ts";
import { bodyOf } from "../step.ts";
import type { Say } from "../words.ts";
import { heldOf, packOf, type Pack } from "./held.ts";

export interface LetterKind {
  key: string;
  title: string;
  when: string;
  pack: Pack;
  /** every published wording of it */
  wordings: LetterTemplatesRecord[];
  /** what has to come first; none where it can be written now */
  lacks: string[];
}

export function kindsOf(rows: Rows, family: string, say: Say): LetterKind[] {
  const by = new Map<string, LetterTemplatesRecord[]>();
  for (const t of rows.table("letter_templates").all) if (t.status === "published") by.set(t.key, [...(by.get(t.key) ?? []), t]);
  return [...by].map(([key, wordings]) => {
    const plain = wordings.find((w) => w.variant === "standard" && w.language === "en") ?? wordings[0], pack = packOf(plain);
    return { key, title: plain.title, when: pack.when, pack, wordings, lacks: lacksOf(rows, family, pack, say) };
  }).sort((a, b) => rank(a.pack) - rank(b.pack) || (a.key < b.key ? -1 : 1));
}

/** First what something that happened asks for. */
const rank = (p: Pack): number => (p.needs_missed ? 0 : p.needs_meeting || p.needs_referral || p.needs_closing ? 1 : 2);

function lacksOf(rows: Rows, family: string, pack: Pack, say: Say): string[] {
  const adults = adultsOf(rows, family, say.today), pathway = openPathway(rows, family);
  if (adults.length === 0) return [say("lack.adult")];
  const out: string[] = [], done = (kind: string) => rows.table("pathway_events").of(family).some((e) => (!pathway || e.pathway === pathway.id) && e.kind === kind && e.verdict !== "attempted");
  if (pack.needs_missed && !adults.some((a) => triesAt(rows, family, a, pack, say.now) > 0)) out.push(say("lack.missed"));
  if (pack.needs_meeting && !done("meeting.scheduled")) out.push(say("lack.meeting"));
  if (pack.needs_referral && !done("referral.sent")) out.push(say("lack.referral"));
  if (pack.needs_closing && !done("closure.approved") && rows.table("cases").get(family)?.status !== "closed") out.push(say("lack.closing"));
  const why = whyNot(rows, family, pack);
  return why ? [...out, why] : out;
}

/** How many tries at this adult a letter of the kind may speak of. */
export function triesAt(rows: Rows, family: string, adult: PeopleRecord, pack: Pack, now: number): number {
  const letter = { case: family, recipient: adult.id, pathway: openPathway(rows, family)?.id ?? "" }, held = heldOf(rows, family);
  const agency = rows.table("agencies").get(rows.me.agency);
  if (!agency) return 0;
  const found = triesOf(letter, agency as never, new Circle(letter, held, now), pack, "en", held, now);
  return found.missed.length + found.other.length;
}

/** What the pathway calls a letter of this kind (the first of its words that it knows). */
export function pathwayWord(rows: Rows, family: string, pack: Pack): string {
  const p = openPathway(rows, family), events = (bodyOf(rows, p).events ?? []) as { where?: { letter?: string[] } }[];
  return pack.stands_for?.find((word) => events.some((e) => e.where?.letter?.includes(word))) ?? "other";
}

/** The server's words for why such a letter cannot go yet. An approval is lifted on the way, and is no hindrance to writing. */
function whyNot(rows: Rows, family: string, pack: Pack): string {
  const p = openPathway(rows, family), word = pathwayWord(rows, family, pack), events = (bodyOf(rows, p).events ?? []) as { name: string; where?: { letter?: string[] } }[];
  const act = events.find((e) => e.where?.letter?.includes(word))?.name ?? "", allowed = (p?.allowed ?? {}) as { not?: { why: string; acts: string[] }[] };
  const why = allowed.not?.find((n) => act !== "" && n.acts.includes(act))?.why ?? "";
  return /\bapprove it\b/.test(why) ? "" : why;
}

/** The wording that somebody can read best: in their language, in the form that they need. */
export function wordingFor(kind: LetterKind, adult: PeopleRecord | undefined): LetterTemplatesRecord {
  const fits = (w: LetterTemplatesRecord): number => {
    if (!adult) return w.language === "en" && w.variant === "standard" ? 1 : 0;
    const { forms, into } = needsOf(adult as never, w.language), easy = forms.includes("easy_read");
    return (into === "" ? 4 : 0) + (easy === (w.variant === "easy_read") ? 2 : 0) + (w.language === "en" ? 1 : 0);
  };
  return [...kind.wordings].sort((a, b) => fits(b) - fits(a))[0];
}
