// letter.json: a second reader of its vectors.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { catalogue, contentHash, languages, letterOf, limits, merge, named, parse, readability, scan, templateHash, TemplateFault, type Values } from "../src/letter/index.ts";

const file = JSON.parse(readFileSync("../vectors/letter.json", "utf8"));

function source(given: any): string {
  if (given.repeat) return given.repeat.text.repeat(given.repeat.times);
  return Array.isArray(given.source) ? given.source.join("\n") : given.source;
}

function values(given: any): Values {
  const out: any = {};
  for (const layer of [file.frame, given.data ?? {}])
    for (const [name, v] of Object.entries<any>(layer)) {
      if (v === null) delete out[name];
      else out[name] = typeof v.repeat === "string" ? v.repeat.repeat(v.times) : v;
    }
  return out;
}

const play: Record<string, (v: any) => Promise<unknown>> = {
  async parse({ given }) {
    try {
      const t = parse(source(given));
      return { language: t.language, print: t.print, fields: named(t), hash: await templateHash(t) };
    } catch (e) {
      if (!(e instanceof TemplateFault)) throw e;
      return { error: { fault: e.fault, line: e.line, column: e.column } };
    }
  },
  async merge({ given, then }) {
    const merged = merge(parse(source(given)), values(given));
    if ("problems" in merged) return merged;
    const { document } = merged;
    return { hash: await contentHash(document), ...(then.document ? { document } : {}), ...(then.body ? { body: document.body } : {}) };
  },
  async record({ given, then }) {
    const made = await letterOf(given.letter, given.template);
    if ("problems" in made) return made;
    return {
      content_hash: made.seen_content_hash, template_hash: made.seen_template_hash,
      ...(then.document ? { document: made.document } : {}), ...(then.body ? { body: made.document.body } : {}),
    };
  },
  async read({ given }) {
    return readability(given.body);
  },
  async scan({ given }) {
    return { hits: scan({ ...file.scan_frame, body: given.body }, given.entries) };
  },
};

for (const v of file.vectors) test(`${v.when}: ${v.name}`, async () => assert.deepEqual(JSON.parse(JSON.stringify(await play[v.when](v))), v.then));

test("the tables are those of the vectors, and the vectors are all there", () => {
  const bare = JSON.parse(JSON.stringify(file.catalogue, (k, x) => (k === "meaning" ? undefined : x)));
  assert.deepEqual([catalogue, languages, limits], [bare, file.languages, file.limits]);
  assert.ok(file.vectors.length >= 120);
});
