// The table of a sync, held to its page and walked.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { atRest, events, isAtRest, next, table, working, type Event, type State } from "../src/machine.ts";

const all: State[] = [...working, ...atRest];

/** The table as SYNC.md shows it: every state, every event; a point is what cannot happen. */
function page(): string {
  const rows = events.map((e) => `| \`${e}\` | ${working.map((s) => table[s][e] ?? "·").join(" | ")} |`);
  return [`| | ${working.join(" | ")} |`, `| --- |${" --- |".repeat(working.length)}`, ...rows.slice(1)].join("\n");
}

test("SYNC.md shows the table that the code goes by", () => {
  const [from, to] = ["<!-- table -->\n", "\n<!-- end of table -->"], text = readFileSync("SYNC.md", "utf8");
  const [before, rest] = text.split(from), [shown, after] = rest.split(to);
  if (process.env.WRITE) writeFileSync("SYNC.md", before + from + page() + to + after);
  else assert.equal(shown, page());
});

test("every state is entered, every event leads somewhere, and each is told on the page", () => {
  const entered = new Set(all.flatMap((s) => Object.values(table[s]))), used = new Set(all.flatMap((s) => Object.keys(table[s])));
  assert.deepEqual(all.filter((s) => s !== "resting" && !entered.has(s)), []);
  assert.deepEqual(events.filter((e) => !used.has(e)), []);
  const text = readFileSync("SYNC.md", "utf8");
  assert.deepEqual([...all, ...events].filter((word) => !text.includes(`\`${word}\``)), []);
});

test("whatever the server answers, a sync can end, and from wherever it ended another can begin", () => {
  for (const s of working) {
    const found = reach(s);
    assert.ok([...found].some(isAtRest), `${s} leads to no rest`);
  }
  for (const s of atRest) assert.deepEqual(Object.keys(table[s]), ["begin"], s);
  for (const s of atRest.filter((s) => s !== "wiped")) assert.ok(reach(s).has("resting"), `${s} never comes to rest again`);
  // Where the server is asked anything, no answer, a mistake, a lock, an end and an order to wipe each have their way.
  for (const s of working.filter((s) => s !== "wiping" && s !== "telling"))
    for (const e of ["unreachable", "refused", "locked", "ended", "wipe"] as Event[]) assert.ok(table[s][e], `${s} does not know ${e}`);
});

test("nothing but a wipe takes anything from the phone, and a wipe is told before it is over", () => {
  for (const s of all) for (const [e, to] of Object.entries(table[s])) {
    if (to === "wiping") assert.equal(e, "wipe");
    if (to === "wiped") assert.ok(s === "telling" || s === "wiped");
    if (to === "telling") assert.ok(s === "wiping" || (s === "opening" && e === "emptied"));
  }
});

test("a lost history is offered again before anything is pulled or pushed", () => {
  for (const s of working) if (table[s].other_epoch) assert.equal(table[s].other_epoch, "replaying");
  assert.deepEqual(Object.values(table.replaying).filter((to) => to === "pulling" || to === "pushing"), []);
  assert.equal(table.replaying.offered, "closing");
  assert.equal(table.closing.closed, "pulling");
});

test("every walk stays in the table: what is not in it is a mistake, and said", () => {
  let seed = 7;
  const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let walk = 0; walk < 200; walk++) {
    let s: State = "opening";
    for (let step = 0; step < 60; step++) {
      const known = Object.keys(table[s]) as Event[];
      s = next(s, known[Math.floor(chance() * known.length)]);
      assert.ok(all.includes(s));
    }
  }
  assert.throws(() => next("resting", "handed"), /resting met handed/);
});

function reach(from: State): Set<State> {
  const found = new Set<State>(), todo = [from];
  while (todo.length > 0) for (const to of Object.values(table[todo.pop()!])) if (!found.has(to)) (found.add(to), todo.push(to));
  return found;
}
