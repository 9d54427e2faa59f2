// A copy with parts covered: what is drawn is within the picture, black reaches every edge, and
// the copy says that it is one, and of what.
import assert from "node:assert/strict";
import { test } from "node:test";
import { between, pixels, slip } from "../src/evidence/cover.ts";
import { newEvidence, rowOf } from "../src/evidence/draft.ts";

test("a part is the same whichever way it was drawn, and never outside the picture", () => {
  assert.deepEqual(between({ x: 60, y: 70 }, { x: 20, y: 30 }), { x: 20, y: 30, w: 40, h: 40 });
  assert.deepEqual(between({ x: -10, y: 90 }, { x: 10, y: 130 }), { x: 0, y: 90, w: 10, h: 10 });
  assert.ok(slip(between({ x: 10, y: 10 }, { x: 10.2, y: 60 })), "a tap that slipped covers nothing");
});

test("black covers every pixel that a part touches", () => {
  assert.deepEqual(pixels({ x: 33.4, y: 25, w: 10, h: 10 }, 100, 1000), [33, 250, 11, 100]);
  assert.deepEqual(pixels({ x: 90, y: 0, w: 30, h: 100 }, 100, 50), [90, 0, 10, 50], "and none beyond");
});

test("whatever is noted, a copy says first that it is one", () => {
  const d = { ...newEvidence("id0000000000000", "case00000000000", "photo", "image/jpeg", 9, 0), of: "A copy with 1 place covered, of “The hall”, Monday 30 November.", note: " For the landlord. ", sensitivity: "sensitive" as const };
  assert.equal(rowOf(d, "t").note, "A copy with 1 place covered, of “The hall”, Monday 30 November. For the landlord.");
  assert.equal(rowOf(d, "t").sensitivity, "sensitive");
  assert.equal(rowOf({ ...d, of: undefined, sensitivity: undefined }, "t").note, "For the landlord.");
});
