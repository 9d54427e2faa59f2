// Who lived there when; and two people of one first name are told apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { childrenWords } from "../src/family.ts";
import { changesOf, householdOn, othersOn } from "../src/household.ts";
import { person, say, town } from "./cast.ts";

const family = "case00000000000";
const rows = town({
  cases: [{ id: family, family_name: "Reid", status: "open" }],
  people: [
    person("mother000000000", family, { kind: "adult", name: "Grace Reid", called_by: "Grace" }),
    person("partner00000000", family, { kind: "adult", name: "Tom Lowe", joined_on: "2025-03-01", left_on: "2026-02-01" }),
    person("back00000000000", family, { kind: "adult", name: "Nan Reid", joined_on: "2026-06-01", left_on: "2025-12-01" }),
    person("elder0000000000", family, { name: "Grace May Reid", called_by: "Grace", date_of_birth: "2018-04-02" }),
    person("younger00000000", family, { name: "Ivy Reid", called_by: "Ivy", date_of_birth: "2026-01-15" }),
    person("lost00000000000", family, { name: "Ned Reid", date_of_birth: "2020-01-01", died_on: "2024-05-05" }),
    person("twice0000000000", family, { name: "Ivy R.", date_of_birth: "2026-01-15", same_as: "younger00000000" }),
  ],
});
const there = (day: string): string[] => householdOn(rows, family, day).map((p) => p.id.replace(/0+$/, ""));

test("a household is who was there on that day, adults first and each eldest first", () => {
  assert.deepEqual(there("2024-01-01"), ["mother", "back", "elder", "lost"]);
  assert.deepEqual(there("2025-06-01"), ["mother", "back", "partner", "elder"]);
  assert.deepEqual(there("2026-01-20"), ["mother", "partner", "elder", "younger"], "not the one who had left, the child who died, or one child twice");
  assert.deepEqual(there("2026-11-30"), ["mother", "back", "elder", "younger"], "who came back is there again");
  assert.deepEqual(othersOn(rows, family, "2026-11-30").map((p) => p.name), ["Tom Lowe", "Ned Reid"]);
});

test("what changed is told with its day, the latest first", () => {
  assert.deepEqual(changesOf(rows, family).slice(0, 3).map((x) => `${x.day} ${x.what} ${x.person.name}`), ["2026-06-01 came Nan Reid", "2026-02-01 left Tom Lowe", "2026-01-15 born Ivy Reid"]);
});

test("a child who bears their mother's first name is named in full", () => {
  assert.equal(childrenWords(rows, family, say), "Grace May Reid, 8, and Ivy, 45 weeks old");
});
