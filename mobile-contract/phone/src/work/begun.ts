// What a form begins with, of what the record has already.
import type { Rows } from "../rows.ts";
import { lastSeen } from "../seen.ts";
import type { Say } from "../words.ts";

/** What an assessment is begun with: when each child was last seen, as the record has it. */
export function begunWith(rows: Rows, say: Say, name: string, family: string): Record<string, unknown> {
  if (name !== "assessment.write") return {};
  return Object.fromEntries(lastSeen(rows, family, say).filter((s) => s.day).flatMap((s) => [[`seen_${s.child.id}`, s.day], [`by_${s.child.id}`, s.by], ...(s.alone === undefined ? [] : [[`alone_${s.child.id}`, s.alone ? "yes" : "no"]])]));
}

