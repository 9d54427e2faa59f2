// A template filled in. Values are text: they are cleaned, written out and never read as markup.
import { clean, points } from "./character.ts";
import { parts, spansOf, textOf, type Letter, type LetterBlock } from "./document.ts";
import { fieldOf, isList, itemOf, type Field, type Language } from "./table.ts";
import { languages, limits } from "./tables.ts";
import type { Part, Template } from "./template.ts";
import { count, date, day, joined, span } from "./value.ts";

/** A text, a list of texts or a list of rows, by the field's name: letters.merge as it stands. */
export type Values = Record<string, string | string[] | Record<string, string>[]>;

/** A field that stands in the way; an item of a list is counted from 1. The whole letter is "letter". */
export interface Problem {
  field: string;
  code: "unresolved" | "unknown_field" | "wrong_shape" | "too_long" | "too_many" | "bad_date" | "bad_time" | "bad_count";
}

export type Merged = { document: Letter } | { problems: Problem[] };

export function merge(t: Template, values: Values): Merged {
  return new Merger(languages[t.language], values).merge(t);
}

class Merger {
  private problems = new Map<string, Problem>();
  private length = 0;
  private words: Language;
  private values: Values;
  constructor(words: Language, values: Values) {
    this.words = words;
    this.values = values;
  }

  merge(t: Template): Merged {
    this.checkNames();
    const d = this.frame(t);
    this.length = parts(d).reduce((n, p) => n + points(p.text), 0);
    for (const b of t.blocks) {
      if ("list" in b) this.repeat(d.body, b.list, b.body);
      else this.block(d.body, b, (f) => this.value(f));
      if (this.length > limits.letter) return { problems: [{ field: "letter", code: "too_long" }] };
    }
    if (this.problems.size === 0) return { document: d };
    const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    return { problems: [...this.problems.values()].sort((a, b) => order(a.field, b.field) || order(a.code, b.code)) };
  }

  private problem(field: string, code: Problem["code"]): void {
    this.problems.set(`${field} ${code}`, { field, code });
  }

  /** What every letter shows around its body. */
  private frame(t: Template): Letter {
    const w = this.words, organisation = this.one("area.name"), salutation = this.one("recipient.salutation_name");
    const sender = [organisation, ...this.many("area.address_lines")];
    const recipient = [this.one("recipient.name"), ...this.many("recipient.address_lines")];
    const reference = this.one("letter.ref");
    const signatory = { name: this.one("signatory.name"), role: this.one("signatory.role"), organisation };
    const copies = this.many("cc"), back = this.one("area.return_line"), crest = this.one("area.crest"), postcode = this.one("recipient.postcode");
    if (postcode) recipient.push(postcode);
    const dated = this.one("letter.date") !== "", on = dated ? clean(this.values["letter.date"] as string) : "";
    return {
      language: t.language, print: t.print, sender,
      ...(back ? { return: `${w.return}: ${back}` } : {}), ...(crest ? { crest } : {}),
      recipient, reference, date: on, date_text: dated ? day(w, on) : "", salutation: `${w.dear} ${salutation}`,
      body: [], closing: w.closing, signatory, copies, labels: { reference: w.reference, copies: w.copies, page: w.page },
    };
  }

  private checkNames(): void {
    for (const [name, value] of Object.entries(this.values)) {
      const field = fieldOf.get(name);
      if (!field) this.problem(name, "unknown_field");
      else if (Array.isArray(value))
        value.forEach((row, i) => {
          if (typeof row === "object") for (const key of Object.keys(row)) if (!itemOf(field, key)) this.problem(`${name}[${i + 1}].${key}`, "unknown_field");
        });
    }
  }

  private one(name: string): string {
    return this.value(fieldOf.get(name)!);
  }

  private value(f: Field): string {
    if (f.type === "names") return joined(this.words, this.many(f.name));
    const value = this.values[f.name];
    if (value !== undefined && !fits(value, f)) {
      this.problem(f.name, "wrong_shape");
      return "";
    }
    return this.written(f, f.name, (value as string) ?? "");
  }

  private many(name: string): string[] {
    const f = fieldOf.get(name)!, list = this.values[name] as string[];
    return Array.from({ length: this.count(f) }, (_, i) => this.written(f.items![0], `${name}[${i + 1}]`, list[i]));
  }

  /** How many items of a list to show: none when the list stands in the way. */
  private count(f: Field): number {
    const value = this.values[f.name], n = Array.isArray(value) ? value.length : 0;
    if (value !== undefined && !fits(value, f)) this.problem(f.name, "wrong_shape");
    else if (n > f.max_items) this.problem(f.name, "too_many");
    else {
      if (n === 0 && !f.optional) this.problem(f.name, "unresolved");
      return n;
    }
    return 0;
  }

  private written(f: Field, name: string, value: string): string {
    const said = format(this.words, f, value);
    const code = typeof said === "object" ? said.code : said === "" && !f.optional ? "unresolved" : undefined;
    if (code) this.problem(name, code);
    return typeof said === "object" ? "" : said;
  }

  private repeat(body: LetterBlock[], list: Field, each: Part[]): void {
    const items = this.values[list.name];
    for (let i = 0, n = this.count(list); i < n; i++) {
      const item = (f: Field) =>
        list.type === "rows" ? this.written(f, `${list.name}[${i + 1}].${f.name}`, (items as Record<string, string>[])[i][f.name] ?? "")
        : this.written(f, `${list.name}[${i + 1}]`, (items as string[])[i]);
      for (const part of each) {
        this.block(body, part, item);
        if (this.length > limits.letter) return;
      }
    }
  }

  /** One block; it is left out when an optional field has no value. */
  private block(body: LetterBlock[], part: Part, value: (f: Field) => string): void {
    let whole = true;
    const spans = spansOf(part.pieces.map(({ text, field, bold }) => {
      if (!field) return { text, bold };
      const v = value(field);
      if (v === "" && field.optional) whole = false;
      return { text: v, bold };
    }));
    if (!whole) return;
    const block: LetterBlock = { kind: part.kind, spans, ...(part.picture ? { picture: part.picture } : {}) };
    this.length += points(textOf(block));
    body.push(block);
  }
}

function fits(value: Values[string], f: Field): boolean {
  if (!isList(f)) return typeof value === "string";
  if (!Array.isArray(value)) return false;
  return (value as unknown[]).every((item) => (typeof item === "object") === (f.type === "rows"));
}

function format(w: Language, f: Field, value: string): string | { code: Problem["code"] } {
  if (points(value) > f.max) return { code: "too_long" };
  value = clean(value);
  if (value === "") return "";
  if (f.type === "date") return date(w, value) ?? { code: "bad_date" };
  if (f.type === "time") return span(w, value) ?? { code: "bad_time" };
  if (f.type === "count") return count(value) ?? { code: "bad_count" };
  return value;
}
