// What stands in a letter's way, in plain words and in one order, and what was looked at.
import { readability, type Letter } from "../../../ts/src/letter/index.ts";
import type { PeopleRecord } from "../../../ts/wire.ts";
import { nameOf } from "../person.ts";
import { Tag, useScene } from "../screen/ui.tsx";
import type { Key, Say } from "../words.ts";
import type { Rows } from "../rows.ts";
import type { Composed } from "./draft.ts";

export interface Stand { field: string; code: string; reason: boolean; text: string }

/** A thing in the way as a sentence; what this app has no words for is said in the server's. */
export function sayStand(rows: Rows, say: Say, s: { field: string; code: string; message?: string }, l: { recipient: string; joint: string }, unfilled: string[] = []): string {
  const who = rows.table("people").get(l.recipient), other = rows.table("people").get(l.joint);
  const name = who ? nameOf(who, say) : "", both = other ? nameOf(other, say) : "";
  for (const key of [`stands.${s.field}.${s.code}`, `stands.${s.code}`])
    if (say.has(key)) return say(key as Key, { name, other: both, fields: unfilled.map((f) => factWords(say, f)).filter((f, i, all) => all.indexOf(f) === i).join("; ") });
  return s.message || say("stands.unknown");
}

export function factWords(say: Say, field: string): string {
  const name = field.replace(/\[.*$/, ""), key = `fact.${name}`;
  return say.has(key) ? say(key as Key) : name === "recipient.address_lines" ? say("fact.address") : say("fact.unknown");
}

export function standsOf(rows: Rows, say: Say, c: Composed, l: { recipient: string; joint: string }): Stand[] {
  return c.draft.stands.map((s) => ({ ...s, text: sayStand(rows, say, s, l, c.draft.problems.map((p) => p.field)) }));
}

/** Which parts of the paper the numbers belong to. */
export function marksOf(stands: Stand[]): { recipient: number[]; body: number[] } {
  const out = { recipient: [] as number[], body: [] as number[] };
  stands.forEach((s, i) => {
    if (s.field === "recipient" || s.field === "joint_with" || (s.field === "merge" && s.code === "stands_between")) out.recipient.push(i + 1);
    else if (s.field === "merge" && s.code !== "unresolved") out.body.push(i + 1);
  });
  return out;
}

export function StandsBox({ all, title }: { all: Stand[]; title: string }) {
  if (all.length === 0) return null;
  return <div class="stop"><h2>{title}</h2><ol class="ways">{all.map((s) => <li key={s.field + s.code}>{s.text}</li>)}</ol></div>;
}

/** A grade of reading is a year of school; people think in ages. */
export const ageOf = (grade: number): number => Math.max(6, Math.round(grade) + 5);

export function Checked({ of: d, stands, hits, most, pages }: { of?: Letter; stands: Stand[]; hits: number; most: number; pages?: string }) {
  const { say } = useScene(), has = (...codes: string[]) => stands.find((s) => codes.includes(s.code));
  const line = (name: Key, bad: Stand | undefined, good: Key, word: Key = "checked.clear") => (
    <div><dt>{say(name)}</dt><dd>{bad ? <><Tag kind="late">{say("checked.in_way")}</Tag> ({stands.indexOf(bad) + 1})</> : <><Tag kind="ok">{say(word)}</Tag> {say(good)}</>}</dd></div>
  );
  const r = d && readability(d.body);
  return (
    <dl class="rows">
      {line("checked.address", has("no_safe_address", "not_confirmed", "confirmed_long_ago", "two_addresses"), "checked.address.ok", "checked.safe")}
      {line("checked.who", has("stands_between", "not_adult", "not_known", "died", "missing", "not_responsible", "responsibility_unknown"), "checked.who.ok")}
      {line("checked.tells", has("not_on_record", "called_off", "taken_back", "to_come", "needs_missed"), "checked.tells.ok", "checked.true")}
      {line("checked.names", has("names_somebody", "whereabouts", "not_own_child"), "checked.names.ok")}
      {line("checked.gaps", has("unresolved"), "checked.gaps.ok", "checked.none")}
      {line("checked.language", has("language_need", "format_need"), "checked.language.ok")}
      {d && r && d.language === "en" && <div><dt>{say("checked.reading")}</dt><dd><Tag kind={r.grade <= most ? "ok" : "late"}>{say(r.grade <= most ? "checked.easy" : "checked.hard")}</Tag> {say("checked.reading.age", { n: ageOf(r.grade), words: Math.round(r.average_sentence) })}</dd></div>}
      {d && <div><dt>{say("checked.words")}</dt><dd>{hits > 0 ? <><Tag kind="late">{hits}</Tag> {say("checked.words.some")}</> : <><Tag kind="ok">{say("checked.none")}</Tag> {say("checked.words.ok")}</>}</dd></div>}
      {pages && <div><dt>{say("checked.paper")}</dt><dd>{pages}</dd></div>}
    </dl>
  );
}

export const adultName = (p: PeopleRecord | undefined, say: Say): string => (p ? nameOf(p, say) : "");
