import assert from "node:assert/strict";
import { test } from "node:test";
import { calendarOf } from "../src/champions/calendar.ts";
import { confirms, eventsAhead, findChampions, meetingsOf, myAnswer, registrationOf } from "../src/champions/champion.ts";
import { forms } from "../src/forms/all.ts";
import { dayFrom, formDraft, instantOf, substance, unanswered, type Asking } from "../src/forms/form.ts";
import { alertOf } from "../src/alerts/said.ts";
import { me, now, say, town } from "./cast.ts";

const event = (id: string, starts_at: string, more = {}) => ({ id, title: "Network meeting", kind: "meeting" as const, starts_at, minutes: 90, place: "Tarn Valley clinic", capacity: 40, description: "", status: "planned" as const, ...more });
const came = (id: string, eventID: string, answer: "attended" | "missed" | "apologies" | "coming") => ({ id, event: eventID, user: me.id, agency: me.agency, name: me.name, answer, note: "" });

test("a calendar file has title, place and time, and no name of anybody", () => {
  const file = calendarOf([event("event0000000001", "2026-12-10 09:30:00.000Z", { title: "Meeting; bring one thing, that worked", description: "Ask Priya." })], now);
  assert.match(file, /\r\nSUMMARY:Meeting\\; bring one thing\\, that worked\r\n/);
  assert.match(file, /DTSTART:20261210T093000Z\r\nDTEND:20261210T110000Z/);
  assert.doesNotMatch(file, /Priya|ATTENDEE|ORGANIZER|DESCRIPTION/);
  for (const line of calendarOf([event("event0000000001", "2026-12-10 09:30:00.000Z", { title: "ŵ".repeat(120) })], now).split("\r\n")) assert.ok(new TextEncoder().encode(line).length <= 75, line);
});

test("apologies are no miss, and what was missed in a row is counted from the last", () => {
  const rows = town({
    network_events: [event("e1", "2026-06-01 09:00:00.000Z", { status: "held" }), event("e2", "2026-08-01 09:00:00.000Z", { status: "held" }), event("e3", "2026-10-01 09:00:00.000Z", { status: "held" }), event("e4", "2026-12-10 09:00:00.000Z"), event("e5", "2026-12-11 09:00:00.000Z", { status: "cancelled" })],
    network_attendance: [came("a1", "e1", "attended"), came("a2", "e2", "missed"), came("a3", "e3", "apologies")],
  });
  const m = meetingsOf(rows, "2026-05-01", now);
  assert.deepEqual([m.came, m.of, m.missedLast], [1, 3, 1]);
  assert.deepEqual(eventsAhead(rows, now).map((e) => e.id), ["e4"]);
  assert.equal(myAnswer(rows, "e3")?.answer, "apologies");
});

test("the registration that still goes on is one's own, not the last that was declined", () => {
  const reg = (id: string, status: "declined" | "active") => ({ id, user: me.id, status });
  assert.equal(registrationOf(town({ champion_registrations: [reg("r1", "active"), reg("r2", "declined")] }))?.id, "r1");
  assert.equal(registrationOf(town({ champion_registrations: [reg("r1", "declined")] }))?.id, "r1");
  assert.equal(registrationOf(town()), undefined);
});

test("a champion is found without accents, in any order", () => {
  const rows = town({ champions: [{ id: "c1", user: "u1", agency: "a1", name: "Aneta Wójcik", agency_name: "Harbour School", job_title: "School nurse", work_email: "", work_phone: "", locality: "Harbour", since: "" }] });
  assert.equal(findChampions(rows, "nurse wojcik").length, 1);
  assert.equal(findChampions(rows, "nurse northgate").length, 0);
});

test("days and times are read as people write them, on the clocks here", () => {
  assert.deepEqual([dayFrom("3", "12", "2026"), dayFrom("31", "2", "2026"), dayFrom("", "", "2026"), dayFrom("1", "13", "2026")], ["2026-12-03", "", "", ""]);
  const at = (day: string, time: string) => (Number.isNaN(instantOf(day, time)) ? "" : new Date(instantOf(day, time)).toISOString());
  assert.deepEqual([at("2026-12-10", "2pm"), at("2026-07-01", "14:30"), at("2026-07-01", "9.05am"), at("2026-07-01", "25:00"), at("2026-07-01", "13pm")], ["2026-12-10T14:00:00.000Z", "2026-07-01T13:30:00.000Z", "2026-07-01T08:05:00.000Z", "", ""]);
});

test("a reason is a sentence, as the server has it", () => {
  assert.equal(substance("no no no no no no no no"), false);
  assert.equal(substance("The school sees them both each day."), true);
});

test("what a champion passed on has no more than was filled in, and bears the draft's id", () => {
  const d = formDraft("draft0000000001", "champion.passed", { data: { on: "2026-11-01", topic: " Small things ", audience: "Duty team", people: "7", resource: "none" } });
  const a: Asking = { rows: town(), d, say, id: () => "x" };
  assert.deepEqual(forms["champion.passed"].edits(a), [{ op: "create", collection: "cascade_log", id: d.id, set: { on: "2026-11-01", topic: "Small things", audience: "Duty team", people: 7 } }]);
  assert.deepEqual(unanswered({ ...a, d: { ...d, data: {} } }, forms["champion.passed"].fields(a)).map((f) => f.name), ["on", "topic", "audience"]);
  assert.equal(forms["champion.passed"].wrong!({ ...a, d: { ...d, data: { ...d.data, on: "2026-12-24", people: "many" } } }).length, 2);
});

test("nobody agrees to their own registration", () => {
  const d = formDraft("draft0000000001", "champion.register", { data: { work_email: "Priya@fellmoor.example", manager_email: "priya@fellmoor.example" } });
  assert.equal(forms["champion.register"].wrong!({ rows: town(), d, say, id: () => "" })[0].field, "f-manager_email");
});

test("an alert says neither what nor whose, in both languages, and a danger stays on the screen", () => {
  for (const kind of ["risk", "risk_again", "risk_unanswered", "risk_resolved", "asked", "unheard_of"]) for (const language of ["en", "cy"]) {
    const a = alertOf(kind, language);
    assert.doesNotMatch(a.title + a.body, /risk|child|plentyn|risg|famil|teulu/i);
    assert.equal(a.stays, kind !== "asked");
  }
  assert.notEqual(alertOf("asked", "cy").body, alertOf("asked", "en").body);
});

test("a champion is asked to confirm before their time is over, and after, until they have said so", () => {
  const asked = (more: object) => confirms(town({ champion_registrations: [{ id: "r1", user: me.id, status: "active", renewal_asked: false, valid_until: "2026-12-20", ...more }] }), "2026-11-30");
  assert.deepEqual([asked({}), asked({ valid_until: "2027-05-01" }), asked({ renewal_asked: true }), asked({ status: "lapsed", valid_until: "2026-11-01" }), asked({ status: "withdrawn" }), confirms(town(), "2026-11-30")], [true, false, false, true, false, false]);
});
