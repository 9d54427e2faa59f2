// What happened in a family, newest first, as each person wrote it down. What Holdfast worked
// out for itself is not in here, and what was tried and does not count says so.
import { instant } from "./day.ts";
import { nameOf, workerName } from "./person.ts";
import { text, texts } from "./risk.ts";
import type { Rows } from "./rows.ts";
import { withdrawn } from "./seen.ts";
import { bodyOf } from "./step.ts";
import type { Key, Say } from "./words.ts";

export interface Entry {
  id: string;
  at: number;
  /** the day, with a time where the record has one */
  when: string;
  kind: "contact" | "words" | "event" | "risk" | "meeting" | "letter";
  /** what it was, in the app's words */
  title: string;
  /** in bold, what came of it */
  outcome: string;
  /** as somebody wrote it */
  words: string;
  quoted: boolean;
  said: string;
  by: string;
  agency: string;
  children: string[];
  byChild: boolean;
  state: "" | "unsent" | "attempted" | "withdrawn";
}

export interface Filter { child?: string; only?: "contact" | "child" }

export function chronologyOf(rows: Rows, family: string, say: Say, filter: Filter = {}): Entry[] {
  const out = [...contacts(rows, family, say), ...notes(rows, family, say), ...events(rows, family, say), ...entries(rows, family, say), ...meetings(rows, family, say)];
  return out
    .filter((e) => (!filter.child || e.children.includes(filter.child)) && (filter.only !== "contact" || e.kind === "contact") && (filter.only !== "child" || e.byChild))
    .sort((a, b) => b.at - a.at || b.id.localeCompare(a.id));
}

const blank = { outcome: "", words: "", quoted: false, said: "", children: [] as string[], byChild: false, state: "" as const };
const signed = (rows: Rows, family: string, r: { author: string; agency?: string }) => ({
  by: workerName(rows, r.author, family) || (r.author === "" ? rows.me.name : ""), agency: rows.table("agencies").get(r.agency ?? "")?.name ?? "",
});
const or = (say: Say, key: string, otherwise: string): string => (say.has(key) ? say(key as Key) : otherwise);

function* contacts(rows: Rows, family: string, say: Say): Iterable<Entry> {
  for (const a of rows.table("contact_attempts").of(family)) {
    const person = rows.table("people").get(a.person);
    yield {
      ...blank, id: a.id, at: instant(a.occurred_at), when: a.occurred_at, kind: "contact", title: or(say, `method.${a.method}`, ""), outcome: or(say, `outcome.${a.outcome}`, ""),
      words: a.note, said: person ? say("chronology.with", { name: nameOf(person, say) }) : "", ...signed(rows, family, a),
      state: withdrawn(rows, a.id) ? "withdrawn" : rows.unsent.has(`contact_attempts/${a.id}`) ? "unsent" : "",
    };
  }
}

function* notes(rows: Rows, family: string, say: Say): Iterable<Entry> {
  for (const n of rows.table("notes").of(family)) {
    const byChild = n.source === "said_by_child" || n.method !== "";
    yield {
      ...blank, id: n.id, at: instant(n.occurred_at), when: n.occurred_at, kind: "words", title: or(say, `source.${n.source}`, say("chronology.note")),
      words: n.body, quoted: n.verbatim, children: n.children ?? [], byChild, ...signed(rows, family, n),
      said: [n.speaker && say("chronology.said_by", { name: n.speaker }), n.verbatim && say("chronology.own_words"), n.method && or(say, `told.${n.method}`, "")].filter(Boolean).join(". "),
      state: rows.unsent.has(`notes/${n.id}`) ? "unsent" : "",
    };
  }
}

// What the server wrote itself, and what another row tells better.
const left = /^(timer\.|calendar\.|step\.|attempt\.recorded|meeting\.|lead\.changed|event\.withdrawn)/;

function* events(rows: Rows, family: string, say: Say): Iterable<Entry> {
  const withdrawnEvents = new Set(rows.table("pathway_events").of(family).filter((e) => e.kind === "event.withdrawn").map((e) => e.corrects));
  for (const e of rows.table("pathway_events").of(family)) {
    if (left.test(e.kind)) continue;
    const title = or(say, `event.${e.kind}`, bodyOf(rows, rows.table("pathways").get(e.pathway)).events?.find((x) => x.name.split(":")[0] === e.kind)?.title ?? "");
    const words = ["what", "note", "how", "decision", "result", "why", "reason", "finding", "agreement", "answer"].map((f) => text(e.data, f)).find((w) => w && !/^[a-z_]+$/.test(w)) ?? "";
    yield {
      ...blank, id: e.id, at: instant(e.occurred_at), when: e.occurred_at, kind: e.kind.startsWith("immediate_risk") ? "risk" : e.kind.startsWith("letter") ? "letter" : "event",
      title, words, said: text(e.data, "spoken_to") ? say("chronology.spoken_to", { name: text(e.data, "spoken_to") }) : childNames(rows, say, texts(e.data, "children")),
      children: texts(e.data, "children"), ...signed(rows, family, e),
      state: rows.unsent.has(`pathway_events/${e.id}`) ? "unsent" : withdrawnEvents.has(e.id) ? "withdrawn" : e.verdict === "attempted" ? "attempted" : "",
    };
  }
}

function* entries(rows: Rows, family: string, say: Say): Iterable<Entry> {
  for (const c of rows.table("chronology_entries").of(family))
    yield {
      ...blank, id: c.id, at: instant(c.from.length > 10 ? c.from : c.from + "T12:00:00Z"), when: c.from, kind: "words", title: or(say, `source.${c.source}`, say("chronology.note")),
      words: c.words, said: c.action_taken, children: c.children ?? [], byChild: c.source === "said_by_child", ...signed(rows, family, c),
      state: rows.unsent.has(`chronology_entries/${c.id}`) ? "unsent" : "",
    };
}

function* meetings(rows: Rows, family: string, say: Say): Iterable<Entry> {
  for (const m of rows.table("meetings").of(family)) {
    const when = m.held_at || m.scheduled_for;
    if (when) yield { ...blank, id: m.id, at: instant(when), when, kind: "meeting", title: say(m.status === "held" ? "meeting.held" : m.status === "cancelled" ? "meeting.cancelled" : "meeting.called"), words: m.decision || m.cancelled_because, ...signed(rows, family, m) };
  }
}

const childNames = (rows: Rows, say: Say, ids: string[]): string =>
  ids.map((id) => rows.table("people").get(id)).filter((p) => p !== undefined).map((p) => nameOf(p!, say)).join(", ");
