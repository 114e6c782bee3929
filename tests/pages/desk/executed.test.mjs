import assert from "node:assert/strict";
import { test } from "node:test";

import { buildExecuted } from "../../../pages/parts/desk/shared/executed.js";

// As much of a document as building nodes takes.
class Node {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, children: [] });
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = children; }
  get text() { return this.children.map((child) => (child instanceof Node ? child.text : String(child))).join(""); }
  all(tag, name) {
    const inner = this.children.filter((child) => child instanceof Node).flatMap((child) => child.all(tag, name));
    return this.tag === tag && (name === undefined || name in this.attributes) ? [this, ...inner] : inner;
  }
}
globalThis.document = { createElement: (tag) => new Node(tag), createTextNode: String };

const side = (rows, more = {}) => ({ columns: ["city", "n"], rows, numbers: rows.map((row, k) => k + 1), total: rows.length,
  truncated: false, marks: [], alone: [], error: "", ...more });
const found = (answer, reference, outcome = "different") => ({ sql: "SELECT city, n FROM t", executed: { outcome, reason: "Cells differ.",
  reference_sql: "SELECT city, m FROM t", reference_from: "the log", findings: [{ severity: "warning", message: "A figure <b>7</b>" }], answer, reference } });

test("both results are tables, and the cells that differ are marked", () => {
  const built = buildExecuted(found(side([["Graz", "12"], ["Lyon", null]], { marks: [[0, 1], [1, 1]] }),
    side([["Graz", "15"], ["Lyon", "3"]], { marks: [[0, 1], [1, 1]], total: 900 })));
  const tables = built.all("table");
  assert.equal(tables.length, 2);
  assert.deepEqual(tables.map((table) => table.all("mark").map((mark) => mark.text)), [["12", "null"], ["15", "3"]]);
  assert.deepEqual(tables[0].all("th").map((cell) => cell.text), ["city", "n", "1", "2"]);
  assert.match(built.text, /2 rows/);
  assert.match(built.text, /2 of 900 rows/);
  assert.equal(built.all("p", "data-said")[0].attributes["data-said"], "wrong");
  // Text of the data is text, never markup.
  assert.equal(built.all("li")[0].text, "Warning: A figure <b>7</b>");
});

test("a query that failed has its message in place of a table, and a column of one result alone is marked", () => {
  const built = buildExecuted(found(side([], { error: "no such column: m" }), side([["Graz", "15"]], { alone: [1] }), "generated_failed"));
  assert.equal(built.all("table").length, 1);
  assert.match(built.text, /no such column: m/);
  assert.deepEqual(built.all("th", "data-differs").map((cell) => cell.text), ["n"]);
});

test("results without evidence are neither right nor wrong", () => {
  const said = (outcome) => buildExecuted(found(side([]), side([]), outcome)).all("p", "data-said")[0].attributes["data-said"];
  assert.deepEqual(["equal", "both_empty", "different"].map(said), ["right", "silent", "wrong"]);
});
