import assert from "node:assert/strict";
import { test } from "node:test";

import "./fakes.mjs";
import { buildExecuted } from "../../../pages/parts/desk/shared/executed.js";

// The nodes below a node with a tag and, when asked for, with an attribute.
const all = (node, tag, name) => node.all().filter((one) => one.tag === tag && (name === undefined || one.hasAttribute(name)));
const text = (node) => node.textContent;

const side = (rows, more = {}) => ({ columns: ["city", "n"], rows, numbers: rows.map((row, k) => k + 1), total: rows.length,
  truncated: false, marks: [], alone: [], error: "", ...more });
const found = (answer, reference, outcome = "different") => ({ sql: "SELECT city, n FROM t", executed: { outcome, reason: "Cells differ.",
  reference_sql: "SELECT city, m FROM t", reference_from: "the log", findings: [{ severity: "warning", message: "A figure <b>7</b>" }], answer, reference } });

test("both results are tables, and the cells that differ are marked", () => {
  const built = buildExecuted(found(side([["Graz", "12"], ["Lyon", null]], { marks: [[0, 1], [1, 1]] }),
    side([["Graz", "15"], ["Lyon", "3"]], { marks: [[0, 1], [1, 1]], total: 900 })));
  const tables = all(built, "table");
  assert.equal(tables.length, 2);
  assert.deepEqual(tables.map((table) => all(table, "mark").map(text)), [["12", "null"], ["15", "3"]]);
  assert.deepEqual(all(tables[0], "th").map(text), ["city", "n", "1", "2"]);
  assert.match(text(built), /2 rows/);
  assert.match(text(built), /2 of 900 rows/);
  assert.equal(all(built, "p", "data-said")[0].getAttribute("data-said"), "wrong");
  // Text of the data is text, never markup.
  assert.equal(text(all(built, "li")[0]), "Warning: A figure <b>7</b>");
});

test("a query that failed has its message in place of a table, and a column of one result alone is marked", () => {
  const built = buildExecuted(found(side([], { error: "no such column: m" }), side([["Graz", "15"]], { alone: [1] }), "generated_failed"));
  assert.equal(all(built, "table").length, 1);
  assert.match(text(built), /no such column: m/);
  assert.deepEqual(all(built, "th", "data-differs").map(text), ["n"]);
});

test("results without evidence are neither right nor wrong", () => {
  const said = (outcome) => all(buildExecuted(found(side([]), side([]), outcome)), "p", "data-said")[0].getAttribute("data-said");
  assert.deepEqual(["equal", "both_empty", "different", "unavailable"].map(said), ["right", "silent", "wrong", "silent"]);
});
