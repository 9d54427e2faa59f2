// pathway.json: a second reader of its vectors, and of the table of states and events.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cells, evaluate, type Reading, type Template } from "../src/pathway/index.ts";

const file = JSON.parse(readFileSync("../vectors/pathway.json", "utf8"));
const template = (key: string): Template => JSON.parse(readFileSync(`../packs/pathways/${key}.json`, "utf8"));
const templates = new Map<string, Template>();
const of = (key: string): Template => templates.get(key) ?? templates.set(key, template(key)).get(key)!;

/** Monday to Friday, without holidays. */
const weekdays = {
  within(day0: string, n: number): string {
    let d = Date.parse(day0 + "T00:00:00Z");
    const works = () => ![0, 6].includes(new Date(d).getUTCDay());
    if (n === 0) while (!works()) d += 86_400_000;
    while (n > 0) {
      d += 86_400_000;
      if (works()) n--;
    }
    return new Date(d).toISOString().slice(0, 10);
  },
};

/** What the vectors say of a reading: what is empty is not there. */
function said(r: Reading, ask: string[] = []): object {
  const full = (o: object) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== "" && v !== false && !(Array.isArray(v) && v.length === 0)));
  return {
    state: r.state, ...full({ ended: r.ended, disputed: r.disputed, immediate_risk: r.immediate_risk }), missed: r.missed,
    verdicts: r.verdicts.map((v) => full({ event: v.event, verdict: v.verdict, codes: v.reasons.map((x) => x.code), to: v.to, corrected_by: v.corrected_by, resolved_by: v.resolved_by })),
    steps: r.steps.map((s) => full({ code: s.code, status: s.status, due_on: s.due_on, done_on: s.done_on, done_by: s.done_by, because: s.because })),
    timers: r.timers.map((k) => full({ code: k.code, status: k.status, started_on: k.started_on, due_at: k.due_at ? new Date(k.due_at).toISOString() : "" })),
    ...full({ letters: r.letters.map(full) }), allowed: r.allowed.filter((a) => a.allowed).map((a) => a.act),
    ...(ask.length > 0 ? { why: Object.fromEntries(ask.map((act) => [act, r.allowed.find((a) => a.act === act)?.why ?? ""])) } : {}),
    ...full({ alongside: r.alongside, adults: r.adults, ...(r.cycles ? { cycles: r.cycles } : {}) }),
  };
}

for (const v of file.vectors)
  test(v.name, () => {
    const g = v.given, got = said(evaluate(of(g.template), weekdays, g.case, g.events, Date.parse(g.now)), g.ask);
    assert.deepEqual(got, v.then);
    const turned = said(evaluate(of(g.template), weekdays, g.case, [...g.events].reverse(), Date.parse(g.now)), g.ask);
    if (new Set(g.events.map((e: { id: string }) => e.id)).size === g.events.length) assert.deepEqual(turned, v.then, "in whatever order they are handed in");
  });

test("the table of template A is that of PATHWAY.md", () => {
  const [, rows] = /<!-- table:[^]*?-->\n([^]*?)<!-- end of table -->/.exec(readFileSync("../PATHWAY.md", "utf8"))!;
  const [head, , ...body] = rows.trim().split("\n").map((l) => l.split("|").slice(1, -1).map((c) => c.trim()));
  const t = of("early-help-engagement");
  assert.deepEqual(t.states.map((s) => s.key), head.slice(1));
  const shown = new Map(body.map((r) => [r[0], r.slice(1)]));
  for (const { act, states } of cells(t)) assert.deepEqual(states, shown.get(act), act);
});

test("the vectors are all there", () => assert.ok(file.vectors.length >= 100));
