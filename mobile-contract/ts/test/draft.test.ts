// letter-draft.json: what a letter is filled with and what stands in its way.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { contentHash, draft, type Held } from "../src/letter/index.ts";
import { also, particles } from "../src/letter/tables.ts";

const file = JSON.parse(readFileSync("../vectors/letter-draft.json", "utf8"));

for (const v of file.vectors)
  test(v.name, async () => {
    // As a phone holds them: a record that comes again takes the place of the one before.
    const rows = new Map<string, Map<string, object>>();
    for (const { collection, record } of [...file.frame, ...v.given.records]) (rows.get(collection) ?? rows.set(collection, new Map()).get(collection)!).set(record.id, record);
    const held: Held = (collection) => [...(rows.get(collection)?.values() ?? [])] as never;
    const now = Date.parse(v.given.now.replace(" ", "T"));
    const d = await draft(v.given.letter, { status: "published", body: file.templates[v.given.template] }, held, file.rules, now);
    assert.deepEqual(
      { reference: d.reference, merge: d.values, children: d.children, content_hash: d.document ? await contentHash(d.document) : "", blocks: d.stands },
      v.then, JSON.stringify(d.problems),
    );
  });

test("the tables are those of the vectors, and the vectors are all there", () => {
  assert.deepEqual([also, particles], [file.also_words, file.particles]);
  assert.ok(file.vectors.length >= 26);
});
