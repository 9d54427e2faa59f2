// What a template may name, and the words of each language (LETTER.md).
import { catalogue } from "./tables.ts";

export type FieldType = "text" | "names" | "texts" | "rows" | "date" | "time" | "count";

export interface Field {
  name: string;
  type: FieldType;
  place: "body" | "frame" | "both";
  optional: boolean;
  /** code points */
  max: number;
  max_items: number;
  items?: Field[];
}

export interface Language {
  dear: string;
  closing: string;
  reference: string;
  return: string;
  copies: string;
  page: string;
  midday: string;
  midnight: string;
  to: string;
  and: string;
  and_vowel: string;
  weekdays: string[];
  months: string[];
  name: string;
  once: string;
  twice: string;
  often: string;
  tried_on: string;
  tries: Record<string, { kind: string; place?: string; what: string }>;
  interpreter: string;
  format: string;
  formats: Record<string, string>;
}

export const pictures = [
  "calendar", "change", "clock", "friend", "help", "house", "interpreter", "letter", "meeting", "missed", "phone", "question", "school", "stop", "talk", "thumbs_up",
];

export const fieldOf = new Map(catalogue.map((f) => [f.name, f]));
export const isList = (f: Field): boolean => ["names", "texts", "rows"].includes(f.type);
export const itemOf = (list: Field, name: string): Field | undefined => list.items?.find((f) => f.name === name);
