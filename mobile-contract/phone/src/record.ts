// What a worker records, and what of it goes to the server. Nothing is required but what
// happened; nothing can be refused on this phone.
import type { Edit } from "../../ts/src/index.ts";
import { filled } from "./act_fields.ts";
import { openPathway, pathwaysOf } from "./family.ts";
import { childrenOf } from "./person.ts";
import type { Rows } from "./rows.ts";
import type { Say } from "./words.ts";

/** What is being written down. It is kept from the first tap, and is all that a page needs to go on. */
export interface Draft {
  /** of this draft: what it makes bears it, so that a kill between two writes doubles nothing */
  id: string;
  family: string;
  kind: Kind | "act" | "form" | "";
  /** of a deed on a pathway: which, where, and what was filled in */
  act: string;
  pathway: string;
  data: Record<string, unknown>;
  /** of a form: the record that it is about; and once it is saved, what it wrote */
  about?: string;
  wrote?: string[];
  method: string;
  answer: string;
  children: string[];
  alone: "" | "yes" | "no";
  words: string;
  source: string;
  speaker: string;
  verbatim: boolean;
  how: string;
  shared: boolean;
  /** when it happened, if it was not when it was begun */
  at: number;
  /** whether the worker has looked at the time */
  timed: boolean;
  begun: number;
  kept: number;
}

export const kinds = ["visit", "call", "not_brought", "seen", "note"] as const;
export type Kind = (typeof kinds)[number];

export const methods: Record<"visit" | "call", readonly string[]> = {
  visit: ["visit_announced", "visit_unannounced", "joint_visit", "appointment"],
  call: ["phone", "text", "email", "card", "via_professional"],
};

/** What may have happened, in the order in which people look for it. */
export function answersOf(d: Draft): readonly string[] {
  if (d.kind === "not_brought") return ["not_brought", "told_us", "we_cancelled"];
  if (d.kind === "call") return d.method === "phone" ? ["spoke", "no_answer", "message", "wrong"] : ["replied", "sent", "wrong"];
  return d.method === "appointment"
    ? ["saw_all", "saw_some", "no_answer", "not_brought", "told_us", "we_cancelled"]
    : ["no_answer", "not_let_in", "saw_some", "saw_all", "other_time", "told_us", "we_cancelled"];
}

/** Whether it is asked which children were seen. */
export const asksChildren = (d: Draft): boolean => d.kind === "seen" || d.answer === "saw_some" || d.answer === "saw_all";

const outcomes: Record<string, string> = {
  no_answer: "no_answer", not_let_in: "refused_entry", other_time: "reached", told_us: "cancelled_by_family", we_cancelled: "cancelled_by_service",
  not_brought: "not_brought", spoke: "reached", replied: "reached", message: "message_left", sent: "message_left", wrong: "wrong_contact",
};

export function newDraft(id: string, family: string, now: number): Draft {
  return {
    id, family, kind: "", act: "", pathway: "", data: {}, method: "", answer: "", children: [], alone: "", words: "", source: "seen_by_worker", speaker: "", verbatim: false, how: "",
    shared: true, at: now, timed: false, begun: now, kept: now,
  };
}

/** A page of recording: the first that has no answer yet. */
export type Page = "family" | "kind" | "what" | "children" | "act" | "add";

export function pageOf(d: Draft): Page {
  if (!d.family) return "family";
  if (!d.kind) return "kind";
  if (d.kind === "act") return "act";
  if (d.kind !== "note" && d.kind !== "seen" && !d.answer) return "what";
  return "add";
}

/** Why it cannot be saved yet; "" where it can. */
export function lacks(d: Draft): "" | "words" | "children" {
  if (d.kind === "note" && d.words.trim() === "") return "words";
  return (d.kind === "seen" || d.answer === "saw_all" || d.answer === "saw_some") && d.children.length === 0 && d.answer !== "saw_some" ? "children" : "";
}

/** What of a draft goes to the server, in one commit. */
export function editsOf(rows: Rows, d: Draft, say: Say, id: () => string): Edit[] {
  const at = new Date(d.at).toISOString().replace("T", " ");
  if (d.kind === "act")
    return [{ op: "create", collection: "pathway_events", id: d.id, set: { case: d.family, pathway: d.pathway, kind: d.act, occurred_at: at, recorded_at: at, data: filled(d.act, d.data) } }];
  const pathway = openPathway(rows, d.family)?.id ?? "", words = d.words.trim();
  if (d.kind === "note")
    return [{ op: "create", collection: "notes", id: d.id, set: {
      case: d.family, body: words, source: d.source, speaker: d.speaker.trim(), verbatim: d.verbatim, shared: d.shared, occurred_at: at, children: d.children,
      method: d.source === "said_by_child" ? d.how : "",
    } }];
  const sighting: Edit[] = d.children.length > 0 && pathway
    ? [{ op: "create", collection: "pathway_events", id: id(), set: { case: d.family, pathway, kind: "child.seen", occurred_at: at, recorded_at: at, data: { children: d.children, ...(d.alone ? { alone: d.alone === "yes" } : {}) } } }]
    : [];
  if (d.kind === "seen" && sighting.length > 0) {
    sighting[0].id = d.id;
    return words ? [...sighting, noteBeside(d, at, words, id())] : sighting;
  }
  const children = childrenOf(rows, d.family, say.today), all = d.children.length > 0 && d.children.length === children.length;
  const outcome = d.kind === "seen" || d.answer === "saw_all" || (d.answer === "saw_some" && all) ? "child_seen" : d.answer === "saw_some" ? (d.children.length > 0 ? "reached" : "child_withheld") : outcomes[d.answer];
  const method = d.kind === "not_brought" ? "appointment" : (d.kind === "call" || methods.visit.includes(d.method)) && d.method ? d.method : "visit_announced";
  const attempt: Edit = { op: "create", collection: "contact_attempts", id: d.id, set: { case: d.family, pathway, method, outcome, occurred_at: at, note: words, contact_confirmed: true } };
  // Without a pathway, only a note can say of several children which ones were seen.
  if (sighting.length === 0 && d.children.length > 0 && children.length > 1) return [attempt, { ...noteBeside(d, at, words || say("record.children_seen"), id()) }];
  return [attempt, ...sighting];
}

const noteBeside = (d: Draft, at: string, words: string, id: string): Edit => ({
  op: "create", collection: "notes", id, set: { case: d.family, body: words, source: "seen_by_worker", speaker: "", verbatim: false, shared: d.shared, occurred_at: at, children: d.children, method: "" },
});

/** What an immediate risk makes: on the family's pathway, and where there is none, on one that begins with it. */
export function riskEdits(rows: Rows, family: string, words: string, say: Say, id: () => string, again = ""): Edit[] {
  const at = new Date(say.now).toISOString().replace("T", " "), there = openPathway(rows, family) ?? pathwaysOf(rows, family)[0];
  const raised = (pathway: string): Edit => ({
    op: "create", collection: "pathway_events", id: id(),
    set: { case: family, pathway, kind: "immediate_risk.raised", occurred_at: at, recorded_at: at, data: { what: words, ...(again ? { again } : {}) } },
  });
  if (there) return [raised(there.id)];
  const template = rows.table("pathway_templates").all.filter((t) => t.status === "published").sort((a, b) => Number(b.key === "early-help-engagement") - Number(a.key === "early-help-engagement"))[0];
  const pathway = id();
  return [{ op: "create", collection: "pathways", id: pathway, set: { case: family, template: template?.id ?? "", opened_at: at, trigger: "immediate_risk" } }, raised(pathway)];
}
