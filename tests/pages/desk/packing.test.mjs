import assert from "node:assert/strict";
import { test } from "node:test";

import { unpacked } from "../../../pages/parts/desk/shared/packing.js";

test("an item comes out as it was", () => {
  const empty = { target_turn: null, messages: [], context: [], steps: [], error: null, mine: null };
  const item = { ...empty, assignment: "a", sql_tokens: [["keyword", "SELECT"], ["other", " 1"]], result: { columns: ["n", "t"], total: 9, by_column: [[1, 2], ["x", null]] } };
  assert.deepEqual(unpacked(item), { ...item, sql: "SELECT 1", result: { columns: ["n", "t"], total: 9, rows: [[1, "x"], [2, null]] } });
  assert.deepEqual(unpacked({ assignment: "d" }), { ...empty, assignment: "d", sql: null, sql_tokens: [], result: null });
  const plain = { ...empty, assignment: "b", sql: null, sql_tokens: [], result: { text: "x" } };
  assert.deepEqual(unpacked(plain), plain);
  const other = { ...empty, assignment: "c", sql: "SELECT", sql_tokens: [], result: { columns: ["n"], rows: [[1]] } };
  assert.deepEqual(unpacked(other), other);
});
