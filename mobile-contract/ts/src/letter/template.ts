// A template, read line by line (LETTER.md, Markup).
import { hex, sha256, utf8 } from "../bytes.ts";
import { points, unreadable } from "./character.ts";
import { fieldOf, isList, itemOf, pictures, type Field } from "./table.ts";
import { catalogue, languages, limits } from "./tables.ts";

export type Kind = "heading" | "subheading" | "paragraph" | "bullet";

/** Literal text, or a field. */
export interface Piece {
  text: string;
  field?: Field;
  bold: boolean;
}

export interface Part {
  kind: Kind;
  picture: string;
  pieces: Piece[];
}

/** A block, or blocks that are repeated for each item of a list. */
export type Block = Part | { list: Field; body: Part[] };

export interface Template {
  source: string;
  language: string;
  print: string;
  blocks: Block[];
  /** names of the fields that the markup names */
  used: Set<string>;
}

/** The first fault of a template in reading order; columns are code points, from 1. */
export class TemplateFault extends Error {
  readonly fault: string;
  readonly line: number;
  readonly column: number;
  constructor(fault: string, line: number, column: number) {
    super(`letter template, line ${line}, column ${column}: ${fault}`);
    this.fault = fault;
    this.line = line;
    this.column = column;
  }
}

/** Reads a template, or throws its TemplateFault. */
export function parse(source: string): Template {
  if (utf8(source).length > limits.source_bytes) throw new TemplateFault("too_long", 1, 1);
  source = source.replaceAll("\r\n", "\n");
  const bad = unreadable(source);
  if (bad) throw new TemplateFault(bad.fault, bad.line, bad.column);
  return new Parser(source).read();
}

/** SHA-256 of the markup in UTF-8, its lines ended by a line feed. */
export const templateHash = async (t: Template): Promise<string> => hex(await sha256(utf8(t.source)));

/** The fields that the markup names, in the order of the catalogue. */
export const named = (t: Template): string[] => catalogue.filter((f) => t.used.has(f.name)).map((f) => f.name);

interface Place {
  line: number;
  column: number;
}

class Parser {
  private t: Template;
  private number = 0;
  private said = new Set<string>();
  private open: (Part & Place) | undefined;
  private bold: Place | undefined;
  private list: ({ list: Field; body: Part[] } & Place) | undefined;
  private picture: ({ name: string } & Place) | undefined;
  private blocks = 0;
  private fields = 0;
  constructor(source: string) {
    this.t = { source, language: "en", print: "standard", blocks: [], used: new Set() };
  }

  read(): Template {
    for (const line of this.t.source.split("\n")) {
      this.number++;
      this.line(line);
    }
    this.close();
    if (this.picture) this.strayPicture();
    if (this.list) throw new TemplateFault("unclosed", this.list.line, this.list.column);
    if (this.blocks === 0) throw new TemplateFault("empty", 1, 1);
    return this.t;
  }

  private fault(fault: string, column: number): never {
    throw new TemplateFault(fault, this.number, column);
  }

  private line(line: string): void {
    const trimmed = line.replace(/^[ \t]+/, ""), column = 1 + line.length - trimmed.length, rest = trimmed.replace(/[ \t]+$/, "");
    if (rest === "") this.close();
    else if (rest.startsWith("@picture ")) this.beside(rest, column);
    else if (rest[0] === "@") this.directive(rest, column);
    else if (rest.startsWith("{{#") || rest.startsWith("{{/")) this.listMark(rest, column);
    else if (rest[0] === "#") this.heading(rest, column);
    else if (rest[0] === "-") this.bullet(rest, column);
    else if (rest.startsWith("* ")) this.fault("bad_bullet", column);
    else {
      if (this.open) this.literal(" ");
      else this.start("paragraph", column);
      this.inline(rest, column);
    }
  }

  private directive(rest: string, column: number): void {
    const [, name, value] = /^@([^ ]*) ?(.*)$/s.exec(rest)!, v = value.replace(/^[ \t]+|[ \t]+$/g, "");
    if (this.blocks > 0 || this.list || this.said.has(name)) this.fault("bad_directive", column);
    if (name === "language" && Object.hasOwn(languages, v)) this.t.language = v;
    else if (name === "print" && (v === "standard" || v === "large")) this.t.print = v;
    else this.fault("bad_directive", column);
    this.said.add(name);
  }

  private beside(rest: string, column: number): void {
    this.close();
    const name = rest.slice("@picture ".length).replace(/^[ \t]+|[ \t]+$/g, "");
    if (this.picture || !pictures.includes(name)) this.fault("bad_directive", column);
    this.picture = { name, line: this.number, column };
  }

  private strayPicture(): never {
    throw new TemplateFault("bad_directive", this.picture!.line, this.picture!.column);
  }

  private heading(rest: string, column: number): void {
    const sub = rest.startsWith("##"), text = rest.slice(sub ? 2 : 1);
    if (text !== "" && text[0] !== " ") this.fault("bad_heading", column);
    this.start(sub ? "subheading" : "heading", column);
    this.inline(text, column + rest.length - text.length);
    this.close();
  }

  private bullet(rest: string, column: number): void {
    if (rest.length > 1 && rest[1] !== " ") this.fault("bad_bullet", column);
    this.start("bullet", column);
    this.inline(rest.slice(1), column + 1);
  }

  private listMark(rest: string, column: number): void {
    this.close();
    const end = rest.indexOf("}}");
    if (end < 0) this.fault("unclosed", column);
    if (end + 2 !== rest.length) this.fault("not_alone", column + points(rest.slice(0, end + 2)));
    const name = rest.slice(3, end).replace(/^ +| +$/g, "");
    if (rest[2] === "/") return this.listEnd(name, column);
    if (this.list) this.fault("nested", column);
    const field = fieldOf.get(name);
    if (!field) this.fault("unknown_field", column);
    if (field.place === "frame") this.fault("frame_only", column);
    if (!isList(field)) this.fault("not_a_list", column);
    if (this.picture) this.strayPicture(); // it belongs to a block, not to a list of them
    this.countField(column);
    this.t.used.add(name);
    this.list = { list: field, body: [], line: this.number, column };
  }

  private listEnd(name: string, column: number): void {
    if (this.picture) this.strayPicture();
    if (!this.list || this.list.list.name !== name) this.fault("unopened", column);
    if (this.list.body.length === 0) throw new TemplateFault("empty", this.list.line, this.list.column);
    this.t.blocks.push({ list: this.list.list, body: this.list.body });
    this.list = undefined;
  }

  private start(kind: Kind, column: number): void {
    this.close();
    if (++this.blocks > limits.blocks) this.fault("too_long", column);
    this.open = { kind, picture: this.picture?.name ?? "", pieces: [], line: this.number, column };
    this.picture = undefined;
  }

  private close(): void {
    const open = this.open;
    if (!open) return;
    if (this.bold) throw new TemplateFault("unclosed", this.bold.line, this.bold.column);
    if (open.pieces.every((p) => !p.field && /^[ \t]*$/.test(p.text))) throw new TemplateFault("empty", open.line, open.column);
    const part: Part = { kind: open.kind, picture: open.picture, pieces: open.pieces };
    if (this.list) this.list.body.push(part);
    else this.t.blocks.push(part);
    this.open = undefined;
  }

  private inline(text: string, column: number): void {
    let start = 0;
    const at = (i: number) => column + points(text.slice(0, i));
    for (let i = 0; i < text.length; ) {
      const here = text.slice(i, i + 2);
      if (text[i] === "\\") {
        this.literal(text.slice(start, i));
        if (i + 1 === text.length || !"\\{}*#-@".includes(text[i + 1])) this.fault("bad_escape", at(i));
        start = i + 1;
        i += 2;
      } else if (here === "**") {
        this.literal(text.slice(start, i));
        this.bold = this.bold ? undefined : { line: this.number, column: at(i) };
        start = i += 2;
      } else if (here === "{{") {
        this.literal(text.slice(start, i));
        const end = text.indexOf("}}", i);
        if (end < 0) this.fault("unclosed", at(i));
        this.field(text.slice(i + 2, end).replace(/^ +| +$/g, ""), at(i));
        start = i = end + 2;
      } else if (here === "}}") this.fault("unopened", at(i));
      else i++;
    }
    this.literal(text.slice(start));
  }

  private literal(text: string): void {
    if (text !== "") this.open!.pieces.push({ text, bold: this.bold !== undefined });
  }

  private field(name: string, column: number): void {
    if (/^[#/]/.test(name)) this.fault("not_alone", column);
    const field = this.list ? itemOf(this.list.list, name) : fieldOf.get(name);
    if (!field) this.fault("unknown_field", column);
    if (!this.list && field.place === "frame") this.fault("frame_only", column);
    if (field.type === "texts" || field.type === "rows") this.fault("needs_list", column);
    this.countField(column);
    if (!this.list) this.t.used.add(name);
    this.open!.pieces.push({ text: "", field, bold: this.bold !== undefined });
  }

  private countField(column: number): void {
    if (++this.fields > limits.fields) this.fault("too_long", column);
  }
}
