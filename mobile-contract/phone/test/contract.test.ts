import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { actFields } from "../src/act_fields.ts";

// PATHWAY.md's table of data, which the server's tests write out of its own code.
const rows = readFileSync("../PATHWAY.md", "utf8").split("\n").filter((l) => l.startsWith("|")).map((l) => l.split("|").slice(1, -1).map((c) => c.trim().replaceAll("`", "")));

test("what the app asks about a deed is what the contract takes", () => {
  for (const [act, fields] of Object.entries(actFields)) {
    const at = rows.findIndex((r) => r.length === 4 && r[0] === act && /^(text|ids|flag|day)|^$/.test(r[2]));
    assert.ok(at >= 0, act + " is not in the table");
    const taken = [rows[at], ...rows.slice(at + 1).slice(0, rows.slice(at + 1).findIndex((r) => r[0] !== ""))].filter((r) => r[1]);
    const known = new Map(taken.map((r) => [r[1], { must: r[2].includes("required"), choices: r[3] ? r[3].split(", ") : [] }]));
    for (const f of fields) {
      const there = known.get(f.name);
      assert.ok(there, `${act} takes no ${f.name}`);
      if (there.choices.length > 0) assert.deepEqual((f.choices ?? []).filter((c) => !there.choices.includes(c)), [], `${act} ${f.name}`);
    }
    for (const [name, f] of known) if (f.must) assert.ok(fields.some((x) => x.name === name && x.required), `${act} must have ${name}`);
  }
});
