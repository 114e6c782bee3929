import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "./fakes.mjs";
import { wordDiff, words } from "../../../pages/parts/desk/shared/diff.js";

const CASES = [
  ["one two", "one two", [["same", "one two"]]],
  ["", "new", [["new", "new"]]],
  ["It left on Monday.", "It left on Tuesday.", [["same", "It left on "], ["gone", "Monday"], ["new", "Tuesday"], ["same", "."]]],
  ["a = 1", "a = 12 AND b", [["same", "a = "], ["gone", "1"], ["new", "12 AND b"]]],
  ["Order 7 is late.", "Order 7 was sent.", [["same", "Order 7 "], ["gone", "is late"], ["new", "was sent"], ["same", "."]]],
  ["über fünf", "über sechs", [["same", "über "], ["gone", "fünf"], ["new", "sechs"]]],
];

for (const [before, after, parts] of CASES)
  test(`a correction is compared word by word: ${JSON.stringify([before, after])}`, () => {
    assert.deepEqual(wordDiff(before, after), parts);
  });

test("numbers, dates and identifiers are compared whole, as in review/basics/word_diff.py", () => {
  const cases = JSON.parse(readFileSync(new URL("../../data/diff_words.json", import.meta.url), "utf8"));
  for (const [text, parts] of Object.entries(cases)) assert.deepEqual(words(text), parts);
});

test("both texts can be read off the parts", () => {
  const [before, after] = ["SELECT a, b FROM t WHERE a > 1 -- all", "SELECT b FROM t AS u WHERE b > 1"];
  const parts = wordDiff(before, after);
  const without = (kind) => parts.filter(([one]) => one !== kind).map(([, text]) => text).join("");
  assert.deepEqual([without("new"), without("gone")], [before, after]);
});

test("very long texts are compared at their ends only", () => {
  const many = (letter) => Array.from({ length: 2100 }, (_, k) => `${letter}${k}`).join(" ");
  const parts = wordDiff(`start ${many("a")} end`, `start ${many("b")} end`);
  assert.deepEqual(parts.map(([kind]) => kind), ["same", "gone", "new", "same"]);
});
