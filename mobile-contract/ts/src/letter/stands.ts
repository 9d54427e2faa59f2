// What stands in the way of a letter, as far as a phone can see (LETTER.md, What stands in the
// way): each by field and code, in the server's order. The server still has to look.
import { dayOf } from "../workday.ts";
import type { Fields } from "../records.ts";
import { moment, placeOf, points, said, squashed, texts, type Held } from "./circle.ts";
import type { Letter } from "./document.ts";
import { deliveryOf, inForm, speaksOfTries, whereTo, type Filled, type Wording } from "./fill.ts";
import { lifts, needsOf } from "./need.ts";
import { isIn, isNamed, namesOf, toTheEye, traceKey, traces, wordsSaid } from "./names.ts";
import { readability } from "./read.ts";
import { catalogue } from "./tables.ts";
import type { Template } from "./template.ts";
import { clockOf, sameTime, standing, triesOf, type Row } from "./tries.ts";

export interface Stands {
  field: string;
  code: string;
  /** the approver lifts it by giving one */
  reason: boolean;
}

/** letter_rules.body */
export interface Rules {
  address_confirmed_days: number;
  most_grade: number;
}

export interface Looked {
  letter: Fields;
  wording: Wording;
  /** of the letter_templates record */
  status: string;
  template: Template;
  filled: Filled;
  /** where nothing is unresolved */
  document?: Letter;
  held: Held;
  rules: Rules;
  now: number;
}

const no = (field: string, code: string): Stands => ({ field, code, reason: false });

export function standsInTheWay(l: Looked): Stands[] {
  if (!l.filled.circle.recipient) return [no("recipient", "missing")];
  return [
    ...published(l), ...died(l), ...address(l), ...joint(l), ...tries(l), ...understood(l), ...children(l), ...advice(l),
    ...(l.document ? bothNamed(l, l.document) : []), ...nobodyNamed(l), ...(l.document ? whereabouts(l, l.document) : []), ...telling(l),
    ...(l.document ? plainness(l, l.document) : []),
  ];
}

const published = ({ status }: Looked): Stands[] =>
  status === "superseded" ? [no("template", "newer_version")] : status === "draft" || status === "withdrawn" ? [no("template", "not_published")] : [];

function died({ filled: { circle } }: Looked): Stands[] {
  if (said(circle.recipient, "died_on")) return [no("recipient", "died")];
  return said(circle.joint, "died_on") ? [no("joint_with", "died")] : [];
}

function address({ letter, filled: { circle }, document, held, rules, now }: Looked): Stands[] {
  const out: Stands[] = [], delivery = deliveryOf(letter), where = delivery === "by_hand" ? undefined : whereTo(circle.recipient!, delivery, held, circle.today);
  const oldest = dayOf(now - rules.address_confirmed_days * 86_400_000);
  if (delivery !== "by_hand") {
    if (!where) out.push(no("recipient", "no_safe_address"));
    else if ((where.confirmed_on ?? "") > circle.today) out.push(no("recipient", "not_confirmed"));
    else if ((where.confirmed_on ?? "") < oldest) out.push(no("recipient", "confirmed_long_ago"));
  }
  if (!document) out.push(no("merge", "unresolved"));
  return out;
}

function joint({ letter, filled: { circle }, held }: Looked): Stands[] {
  if (!said(letter, "joint_with")) return [];
  const { recipient, joint: other } = circle;
  if (!other || other.kind !== "adult" || recipient!.kind !== "adult") return [no("joint_with", "not_adult")];
  if (circle.related(String(recipient!.id), String(other.id)).length === 0) return [no("joint_with", "not_known")];
  if (circle.apart(other).length > 0) return [no("joint_with", "stands_between")];
  const [mine, theirs] = [recipient!, other].map((p) => whereTo(p, deliveryOf(letter), held, circle.today));
  return mine && (!theirs || placeOf(mine) !== placeOf(theirs)) ? [no("joint_with", "two_addresses")] : [];
}

function tries({ letter, wording, template, filled, held, now }: Looked): Stands[] {
  if (!wording.needs_missed && !speaksOfTries(template)) return [];
  const found = triesOf(letter, filled.agency, filled.circle, wording, template.language, held, now), out: Stands[] = [];
  const rows = (filled.values.missed ?? []) as Row[], other = (filled.values.tried ?? []) as string[], { stand, back } = standing(letter.case, held, now);
  const off = stand.filter((r) => r.outcome === "cancelled_by_service"), tried = stand.filter((r) => !["cancelled_by_service", "reached", "child_seen"].includes(said(r, "outcome")));
  for (const row of rows) {
    if (found.missed.some((r) => sameTime(row, r) && row.kind === r.kind && row.place === r.place)) continue;
    const same = (r: Fields) => {
      const at = moment(said(r, "occurred_at"));
      return dayOf(at) === row.date && (row.time ?? "").startsWith(clockOf(at));
    };
    if (row.date > filled.circle.today) out.push(no("merge", "to_come"));
    else if (off.some(same)) out.push(no("merge", "called_off"));
    else if (back.some(same) && !tried.some(same)) out.push(no("merge", "taken_back"));
    else out.push(no("merge", "not_on_record"));
  }
  for (const text of other) if (!found.other.includes(text)) out.push(no("merge", "not_on_record"));
  if (wording.needs_missed && rows.length + other.length === 0) out.push(no("template", "needs_missed"));
  return out;
}

function understood({ letter, wording, template, filled: { circle } }: Looked): Stands[] {
  const told = said(letter, "explained_on") && said(letter, "explained_by").trim() ? texts(letter, "explained") : [];
  const lifted = (need: string) => lifts[need].some((way) => told.includes(way));
  return [circle.recipient, circle.joint].flatMap((p) => {
    if (!p) return [];
    const { forms, into } = needsOf(p, template.language);
    return [
      ...(into && !lifted("interpreter") ? [no("explained", "language_need")] : []),
      ...forms.filter((need) => !lifted(need) && !inForm(wording, template, need)).map(() => no("explained", "format_need")),
    ];
  });
}

const nobodysName = ["your child", "your children", "your baby", "eich plentyn", "eich plant", "eich babi"];

function children({ wording, template, filled: { values, children: own } }: Looked): Stands[] {
  if (!template.used.has("child.first_names")) return [];
  const typed = Array.isArray(values["child.first_names"]) ? (values["child.first_names"] as string[]) : [];
  const isOf = (name: string, text: string) => {
    const [whole, begins] = [toTheEye(name), toTheEye(text)];
    return begins !== "" && (whole === begins || whole.startsWith(begins + " "));
  };
  const unnamed = (text: string) => nobodysName.includes(text.trim().toLowerCase());
  const out = typed.filter((t) => !unnamed(t) && !own.some((c) => isOf(c.name, t))).map(() => no("merge", "not_own_child"));
  if (typed.length === 0 && own.length === 0) out.push(no("recipient", "not_own_child"));
  if (wording.needs_responsibility)
    for (const c of own) {
      if (c.parental_responsibility === "yes" || !typed.some((t) => isOf(c.name, t) || unnamed(t))) continue;
      out.push(no("recipient", c.parental_responsibility === "no" ? "not_responsible" : "responsibility_unknown"));
    }
  return out;
}

function advice({ template, filled: { values } }: Looked): Stands[] {
  const of = (f: string) => String(values[f] ?? ""), phone = squashed(of("advice.phone")), who = toTheEye(of("advice.name"));
  if (!template.used.has("advice.phone") || phone === "" || who === "") return [];
  const ours = phone === squashed(of("contact.phone")) || phone === squashed(of("out_of_hours_phone")) || who === toTheEye(of("area.name")) || who === toTheEye(of("contact.name"));
  return ours || phone.replace(/^[a-z]+|[a-z]+$/g, "").length < 3 ? [no("merge", "advice_not_independent")] : [];
}

const plain = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{Nd}'’]+/u).filter((w) => w !== "");

/** A letter that is addressed to, greets or is copied to somebody who is kept apart. */
function bothNamed({ filled: { circle } }: Looked, d: Letter): Stands[] {
  const addressed = [...d.recipient, d.salutation].map((line) => plain(line.replace(/[&+/,]/g, " and ")));
  for (const other of circle.people) {
    const full = plain(said(other, "name"));
    if (other.kind !== "adult" || full.length === 0 || circle.apart(other).length === 0) continue;
    const greets = addressed.some((w) => w.some((x, i) => (i > 0 && x === full[0] && ["and", "a", "ac"].includes(w[i - 1])) || (full.length > 1 && full.every((f, j) => w[i + j] === f))));
    if (greets || d.copies.some((line) => plain(line).includes(full[0]))) return [no("merge", "stands_between")];
  }
  return [];
}

const house = (f: string): boolean =>
  /^(recipient\.|area\.|letter\.|signatory\.|attempt_|missed_times)/.test(f) || ["contact.name", "contact.role", "contact.phone", "child.first_names", "tried"].includes(f);

function nobodyNamed({ filled: { circle, values, children: own } }: Looked): Stands[] {
  const words = catalogue.filter((f) => !house(f.name)).flatMap((f) => {
    const v = values[f.name], all = v === undefined ? [] : typeof v === "string" ? [v] : (v as (string | Row)[]).flatMap((x) => (typeof x === "string" ? [x] : Object.keys(x).sort().map((k) => x[k])));
    return all.flatMap((text) => [...wordsSaid(text), { eye: "", capital: false }]); // no name runs on from one value into the next
  });
  const mine = (p: Fields) => circle.isTo(String(p.id)) || (!circle.passedOnAWorry(p) && own.some((c) => circle.are(c.id, String(p.id))));
  const known = [...circle.people, circle.recipient!].filter(mine).flatMap((p) => namesOf(p).map((n) => n.words.join(" ")));
  return circle.people.filter((p) => {
    const between = [...circle.apart(p), ...(circle.joint ? circle.between(circle.joint, p) : [])];
    const kept = !circle.isTo(String(p.id)) && (circle.passedOnAWorry(p) || (between.length > 0 && !own.some((c) => circle.are(c.id, String(p.id)))));
    return kept && namesOf(p).some((n) => !known.includes(n.words.join(" ")) && isNamed(n, words));
  }).map(() => no("merge", "names_somebody"));
}

function whereabouts({ letter, filled: { circle }, held }: Looked, d: Letter): Stands[] {
  const mine = new Set(points(circle.recipient!).flatMap(traces).map(traceKey));
  const kept = held("places").filter((p) => p.case === letter.case && texts(p, "keep_from").some((id) => circle.isTo(id)));
  const all = [
    ...circle.people.flatMap(points).flatMap(traces),
    ...kept.flatMap((p) => [...traces({ kind: "address", lines: said(p, "address").split("\n").map((l) => l.trim()).filter((l) => l), postcode: said(p, "postcode") }), { text: said(p, "name"), flat: false }]),
  ];
  return all.some((t) => !mine.has(traceKey(t)) && isIn(t, d)) ? [no("merge", "whereabouts")] : [];
}

const telling = ({ wording, filled: { circle } }: Looked): Stands[] =>
  wording.may_withhold && circle.people.some((p) => circle.apart(p).length > 0) ? [{ field: "override_reason", code: "may_raise_risk", reason: true }] : [];

const plainness = ({ rules }: Looked, d: Letter): Stands[] =>
  d.language === "en" && readability(d.body).grade > rules.most_grade ? [{ field: "override_reason", code: "hard_to_read", reason: true }] : [];
