import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { template } from "../../ts/src/letter/index.ts";
import { compose, letterEdits, newLetter, reopened, tryKey, type LetterDraft } from "../src/letters/draft.ts";
import { dayFrom, dayTyped, factsOf, timeFrom, typedOf, valuesOf } from "../src/letters/fact.ts";
import { kindsOf } from "../src/letters/kind.ts";
import { letterState, shownOf, waysOf } from "../src/letters/standing.ts";
import { standsOf } from "../src/letters/stands.tsx";
import { rowsOf, type ShownName } from "../src/rows.ts";
import { sayIn } from "../src/words.ts";
import { me, now, person, say, town } from "./cast.ts";

const file = JSON.parse(readFileSync("../vectors/letter-draft.json", "utf8"));
const wording = (key: string, more = {}) => ({ id: key, key: key.split(".")[0], language: "en", variant: "standard", version: 2, status: "published" as const, title: file.templates[key].title ?? key, hash: "hash", body: file.templates[key], ...more });

const family = "hughes000000000", house = {
  letter_templates: [wording("L1_missed.en.standard"), wording("L2_missed.en.standard"), wording("L_final.en.standard"), wording("L1_missed.en.easy_read", { variant: "easy_read" })],
  people: [person("tess00000000000", family, { name: "Tess Hughes", kind: "adult", language: "English", contact_points: [{ kind: "address", lines: ["14 Quarry Row"], postcode: "FM1 4QR", current: true, safe_post: true, confirmed_on: "2026-11-01" }] })],
  relationships: [{ id: "tessandsian0000", case: family, person: "tess00000000000", other: "sian00000000000", kind: "mother" as const, parental_responsibility: "yes" as const, lives_with: true }], // so a home that was called at is hers
};
const attempt = (id: string, at: string, more = {}) => ({ id, case: family, agency: me.agency, author: me.id, method: "visit_announced" as const, outcome: "no_answer" as const, contact_confirmed: true, occurred_at: at, person: "", place: "", ...more });
const visits = { contact_attempts: [attempt("visit0000000001", "2026-11-20 10:00:00.000Z"), attempt("visit0000000002", "2026-11-24 10:00:00.000Z")] };
const filled = { "next.date": "14/12/2026", "next.time": "10.30am", "next.place": "your home", "next.kind": "a visit", support_offered: "Help with the mornings\n\nA lift" };
const draft = (more: Partial<LetterDraft> = {}): LetterDraft => ({ ...newLetter("letter000000001", family, "L1_missed", now), recipient: "tess00000000000", template: "L1_missed.en.standard", facts: filled, ...more });
const with_ = (more: object = {}) => town({ ...house, ...visits, ...more });

test("a letter can be written once there is something to write of; the rest says what comes first", () => {
  const keys = (rows: ReturnType<typeof town>) => kindsOf(rows, family, say).map((k) => [k.key, k.lacks.length]);
  assert.deepEqual(keys(town(house)), [["L1_missed", 1], ["L2_missed", 1], ["L_final", 2]]);
  assert.deepEqual(keys(with_()), [["L1_missed", 0], ["L2_missed", 0], ["L_final", 1]]);
  assert.deepEqual(kindsOf(town(house), family, say)[0].lacks, ["Record first the visit or the call that did not come about."]);
});

test("the server's own words say why a letter cannot go, but for an approval, which is lifted on the way", () => {
  const body = (why: string) => with_({
    pathway_templates: [{ id: "lettertemplate1", body: { events: [{ name: "letter.issued:first", where: { letter: ["first"] } }] } }],
    pathways: [{ id: "letterpathway01", case: family, template: "lettertemplate1", opened_at: "2026-11-17 13:00:00.000Z", ended: false, allowed: { now: [], not: [{ why, acts: ["letter.issued:first"] }] } }],
  });
  assert.deepEqual(kindsOf(body("First see every child."), family, say)[0].lacks, ["First see every child."]);
  assert.deepEqual(kindsOf(body("First have a manager who did not write this letter approve it as it now stands."), family, say)[0].lacks, []);
});

test("days and times are taken as people write them, and nonsense stays to be put right", () => {
  assert.deepEqual(["7/12/2026", "31/2/2026", "//", "", "7//"].map(dayFrom), ["2026-12-07", "31/2/2026", "", "", "7//"]);
  assert.deepEqual([dayTyped("2026-12-07"), dayTyped("soon")], ["7/12/2026", ""]);
  assert.deepEqual(["10:30", "10.30am", "2pm", "12am", "midday", "9", "25:00", "12.15pm"].map(timeFrom), ["10:30", "10:30", "14:00", "00:00", "12:00", "9", "25:00", "12:15"]);
  const fields = factsOf(template(file.templates["L_final.en.standard"])), typed = { concerns: JSON.stringify([{ date: "3/11/2026", what: "No coat." }, { date: "", what: "" }]), "meeting.time": "9am", views_how: " Ring us. " };
  const values = valuesOf(fields, typed);
  assert.deepEqual(values, { concerns: [{ date: "2026-11-03", what: "No coat." }], "meeting.time": "09:00", views_how: "Ring us." });
  assert.deepEqual(valuesOf(fields, typedOf(fields, values)), values, "there and back");
});

test("the phone's letter is the contract's, to the hash, and so is what stands in its way", async () => {
  let played = 0;
  for (const v of file.vectors) {
    const { letter } = v.given, key = v.given.template, at = Date.parse(v.given.now.replace(" ", "T")), fields = factsOf(template(file.templates[key]));
    if (Object.keys(letter.merge ?? {}).some((f) => !fields.some((x) => x.name === f)) || (letter.date ?? "").slice(0, 10) !== v.given.now.slice(0, 10) || letter.agency || letter.reference) continue; // typed over what follows the record
    const lists = new Map<string, Map<string, object>>();
    for (const { collection, record } of [...file.frame, ...v.given.records]) (lists.get(collection) ?? lists.set(collection, new Map()).get(collection)!).set(record.id, record);
    const rows = rowsOf({ ...Object.fromEntries([...lists].map(([name, all]) => [name, [...all.values()]])), letter_templates: [wording(key)], letter_rules: [{ id: "rules", version: 1, status: "published", body: file.rules }] } as { [C in ShownName]?: never[] }, { me: { ...me, id: letter.author, agency: "" } });
    const d: LetterDraft = { ...newLetter(letter.id, letter.case, "", at), template: key, recipient: letter.recipient, joint: letter.joint_with ?? "", delivery: letter.delivery || "post", facts: typedOf(fields, letter.merge ?? {}),
      explained: letter.explained ?? [], explained_on: dayTyped(letter.explained_on ?? ""), explained_by: letter.explained_by ?? "" };
    const c = (await compose(rows, d, at))!;
    assert.deepEqual({ hash: c.hash, reference: c.draft.reference, blocks: c.draft.stands }, { hash: v.then.content_hash, reference: v.then.reference, blocks: v.then.blocks }, v.name);
    for (const s of standsOf(rows, say, c, d)) assert.ok(s.text.length > 10 && !/[{}_]|undefined/.test(s.text) && s.text !== say("stands.unknown"), v.name + ": " + s.text);
    played++;
  }
  assert.ok(played >= 12, `only ${played} were played`);
});

test("what its writer took out stays out, and what follows the record is not sent", async () => {
  const whole = (await compose(with_(), draft(), now))!;
  assert.deepEqual(letterEdits(with_(), draft(), whole)[0].set!.merge, valuesOf(factsOf(whole.template), filled));
  const less = (await compose(with_(), draft({ left: [tryKey(whole.tries[0])] }), now))!;
  assert.deepEqual((less.letter.merge as { missed: unknown[] }).missed.length, 1);
  assert.deepEqual([less.draft.document !== undefined, less.draft.stands], [true, []]);
  assert.notEqual(less.hash, whole.hash);
  const rows = with_({ letters: [{ id: "letter000000001", case: family, recipient: "tess00000000000", template: "L1_missed.en.standard", status: "draft", date: "2026-11-28", delivery: "post", merge: less.draft.values, author: me.id, joint_with: "", reference: less.draft.reference, pathway: "", agency: me.agency }] });
  const again = (await reopened(rows, rows.table("letters").all[0], now))!;
  assert.deepEqual([again.left, again.facts["next.date"], again.there], [[tryKey(whole.tries[0])], "14/12/2026", true]);
  const edit = letterEdits(rows, again, (await compose(rows, again, now))!)[0];
  assert.deepEqual([edit.op, edit.set!.date, "reference" in edit.set!, "recipient" in edit.set!], ["update", "2026-11-30", false, false], "it bears the day on which it was written last");
});

test("a letter's state is its own record's, and what this phone did meanwhile is provisional", async () => {
  const l = { id: "letter000000001", case: family, recipient: "tess00000000000", template: "L2_missed.en.standard", status: "draft" as const, date: "2026-11-28", merge: {}, author: me.id, blocks: [], hits: [], joint_with: "", delivery: "post" as const };
  const event = (kind: string, at: string) => ({ id: "event" + kind.padEnd(10, "0").slice(0, 10), case: family, letter: l.id, kind: kind as "posted", occurred_at: at, author: me.id });
  const state = (letter: object, events: object[] = [], unsent: string[] = []) => {
    const rows = town({ ...house, letters: [{ ...l, ...letter }], letter_events: events as never }, { unsent: new Set(unsent) });
    return Object.values(letterState(rows, rows.table("letters").get(l.id)!));
  };
  assert.deepEqual(state({}), ["waiting", false]);
  assert.deepEqual(state({ template: "L1_missed.en.standard" }), ["ready", false]);
  assert.deepEqual(state({ template: "L1_missed.en.standard", hits: [{ entry: "police" }] }), ["waiting", false], "a listed word needs somebody else");
  assert.deepEqual(state({ blocks: [{ reason: true }] }), ["waiting", false]);
  assert.deepEqual(state({ blocks: [{ reason: false }] }), ["unfinished", false]);
  const [drafted, rejected, again] = [event("drafted", "2026-11-28 09:00:00.000Z"), event("rejected", "2026-11-28 09:00:10.000Z"), { ...event("drafted", "2026-11-28 09:00:20.000Z"), id: "eventdrafted2000" }];
  assert.deepEqual([state({}, [drafted, rejected]), state({}, [again, drafted, rejected])], [["back", false], ["waiting", false]], "also within one minute");
  const posted = event("posted", "2026-11-29 09:00:00.000Z");
  assert.deepEqual([state({ status: "approved" }), state({ status: "approved" }, [posted], ["letter_events/" + posted.id]), state({ status: "issued" }, [posted])], [["approved", false], ["gone", true], ["gone", false]]);
  assert.deepEqual([waysOf("post").length, waysOf("by_hand"), waysOf("by_email")], [4, ["handed_over"], ["emailed"]]);
});

test("of a letter that the server has looked at, its words are shown and its blocks are said, in Welsh too", async () => {
  const c = (await compose(with_(), draft(), now))!, rows = with_({ letters: [{
    id: "letter000000001", case: family, recipient: "tess00000000000", template: "L1_missed.en.standard", status: "draft", date: "2026-11-30", merge: c.draft.values, hits: [], joint_with: "",
    blocks: [{ field: "recipient", code: "window", message: "Shorten it.", reason: false }, { field: "merge", code: "of_later", message: "Something of a later server.", reason: false }],
  }] });
  const [en, cy] = await Promise.all([say, sayIn("cy", now)].map((s) => shownOf(rows, rows.table("letters").all[0], s)));
  assert.deepEqual([en!.provisional, en!.hash, en!.stands.map((s) => s.text)[1]], [false, c.hash, "Something of a later server."]);
  assert.match(cy!.stands[0].text, /amlen/);
});
