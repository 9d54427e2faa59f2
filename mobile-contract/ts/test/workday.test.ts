// workday.json: a second reader of its vectors.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { afterHours, between, bodyOf, calendarHash, dayOf, deadline, isWorking, NoDay, parseCalendar, within, type Calendar } from "../src/workday.ts";

const file = JSON.parse(readFileSync("../vectors/workday.json", "utf8"));
const own = new Map<string, Calendar>(file.calendars.map((c: Calendar) => [c.key, c]));
const calendar = (key: string): Calendar => own.get(key) ?? parseCalendar(readFileSync(`../packs/calendars/${key}.json`, "utf8"));

const play: Record<string, (g: any, c: Calendar) => unknown> = {
  within: (g, c) => ({ day: within(c, g.day0, g.n ?? 0) }),
  deadline: (g, c) => ({ at: new Date(deadline(c, Date.parse(g.trigger), g.n ?? 0)).toISOString() }),
  hours: (g) => ({ at: new Date(afterHours(Date.parse(g.trigger), g.hours ?? 0)).toISOString() }),
  date: (g) => ({ day: dayOf(Date.parse(g.instant)) }),
  working: (g, c) => ({ working: isWorking(c, g.day) }),
  between: (g, c) => ({ days: between(c, g.a, g.b) }),
  parse: async (g) => {
    const c = parseCalendar(g.body);
    return { body: bodyOf(c), hash: await calendarHash(c) };
  },
};

for (const v of file.vectors)
  test(`${v.when}: ${v.name}`, async () => {
    let got: unknown;
    try {
      got = await play[v.when](v.given, v.given.calendar ? calendar(v.given.calendar) : (undefined as never));
    } catch (e) {
      if (!(e instanceof NoDay)) throw e;
      got = { error: e.code };
    }
    assert.deepEqual(got, v.then);
  });

test("the vectors are all there", () => assert.ok(file.vectors.length >= 130));
