// What the letter's engine reads: the phone's own rows, and the rules that hold now.
import type { Held, Rules } from "../../../ts/src/letter/index.ts";
import type { LetterTemplatesRecord } from "../../../ts/wire.ts";
import type { Wording } from "../../../ts/src/letter/index.ts";
import type { Rows, ShownName } from "../rows.ts";

const inFamily = ["people", "relationships", "contact_attempts", "attempt_withdrawals", "pathways", "pathway_events", "places"];

/** Of what belongs to a family only its own: a phone holds many, and a letter is put together at each word. */
export const heldOf = (rows: Rows, family: string): Held => (collection) => {
  const table = rows.table(collection as ShownName);
  return (inFamily.includes(collection) ? table.of(family) : table.all) as never;
};

export interface LetterRules extends Rules {
  words?: Record<string, string[]>;
}

/** The newest published rules; those of the contract's own starter where none has come yet. */
export function rulesOf(rows: Rows): LetterRules {
  const all = rows.table("letter_rules").all.filter((r) => r.status === "published").sort((a, b) => b.version - a.version);
  return (all[0]?.body as LetterRules | undefined) ?? { address_confirmed_days: 365, most_grade: 8 };
}

/** letter_templates.body, as far as this app reads it. */
export interface Pack extends Wording {
  title: string;
  when: string;
  approver: string;
  stands_for?: string[];
  needs_meeting?: boolean;
  needs_referral?: boolean;
  needs_closing?: boolean;
  must_say?: string[];
  must_not_say?: string[];
}

export const packOf = (r: LetterTemplatesRecord): Pack => r.body as Pack;

/** Whether its author may let a letter of this kind go (letters with a listed word aside). */
export const byAuthor = (p: Pack): boolean => p.approver === "none" || p.approver === "author";
