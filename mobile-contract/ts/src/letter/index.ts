// Letters without signal: read a template, fill it in, and have the hash that an approval sends.
import type { Fields } from "../records.ts";
import type { Held, OwnChild } from "./circle.ts";
import { contentHash, type Letter } from "./document.ts";
import { fill, type Wording } from "./fill.ts";
import { merge, type Problem, type Values } from "./merge.ts";
import { standsInTheWay, type Rules, type Stands } from "./stands.ts";
import { parse, TemplateFault, type Template } from "./template.ts";

export { contentHash, parts, textOf, type Letter, type LetterBlock, type Span } from "./document.ts";
export { merge, type Merged, type Problem, type Values } from "./merge.ts";
export { named, parse, templateHash, TemplateFault, type Template } from "./template.ts";
export { readability, scan, type Hit, type Readability } from "./read.ts";
export { fieldOf, pictures, type Field, type Language } from "./table.ts";
export { catalogue, languages, limits } from "./tables.ts";
export { code } from "../id.ts";
export { referenceOf, type Wording } from "./fill.ts";
export type { Held, OwnChild } from "./circle.ts";
export type { Rules, Stands } from "./stands.ts";

/** The form of a published wording, as far as a letter needs it: letter_templates.body. */
export interface Pack {
  format: string;
  key: string;
  language: string;
  body: string[];
  must_use?: string[];
  must_not_use?: string[];
}

/** The template of a pack; throws a TemplateFault where it is not of the form, or not of its kind. */
export function template(pack: Pack): Template {
  if (pack?.format !== "holdfast-letter/1" || !Array.isArray(pack.body) || pack.body.length === 0) throw new TemplateFault("bad_pack", 0, 0);
  const t = parse(pack.body.join("\n"));
  if (t.language !== pack.language) throw new TemplateFault("language_differs", 0, 0);
  if (pack.must_use?.some((f) => !t.used.has(f))) throw new TemplateFault("must_use", 0, 0);
  if (pack.must_not_use?.some((f) => t.used.has(f))) throw new TemplateFault("must_not_use", 0, 0);
  return t;
}

/** A letter to be shown, from the two records that a pull brings, and both hashes of an approval
 * (M96); or what stands in its way. Where template_hash is not letters.template_hash, the wording
 * has changed since it was drafted. */
export async function letterOf(
  letter: { merge: unknown }, wording: { hash: string; body: unknown },
): Promise<{ document: Letter; seen_content_hash: string; seen_template_hash: string } | { problems: Problem[] }> {
  const merged = merge(template(wording.body as Pack), letter.merge as Values);
  if ("problems" in merged) return merged;
  return { document: merged.document, seen_content_hash: await contentHash(merged.document), seen_template_hash: wording.hash };
}

export interface Draft {
  reference: string;
  /** letters.merge as the server would keep it */
  values: Values;
  children: OwnChild[];
  /** where nothing is unresolved */
  document?: Letter;
  problems: Problem[];
  /** what the phone sees to stand in the way; the server has still to look (M237) */
  stands: Stands[];
}

/** A letter written without signal: filled in from the records that the phone holds, with what
 * stands in its way (M235 to M237). `letter` is what its author sends, with `id` and `date`. */
export async function draft(letter: Fields, wording: { status: string; body: unknown }, held: Held, rules: Rules, now: number): Promise<Draft> {
  const body = wording.body as Wording, t = template(body as Pack), filled = await fill(letter, body, t, held, now), merged = merge(t, filled.values);
  const document = "document" in merged ? merged.document : undefined;
  const { reference, values, children } = filled;
  const stands = standsInTheWay({ letter, wording: body, status: wording.status, template: t, filled, document, held, rules, now });
  return { reference, values, children, document, problems: "problems" in merged ? merged.problems : [], stands };
}
