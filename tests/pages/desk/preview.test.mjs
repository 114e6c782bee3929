// The preview of a rubric shows every dimension that is asked, and what a choice brings next.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeNode } from "./fakes.mjs";
import "./browser.mjs";
import { component } from "../../../pages/parts/desk/previewer/previewing.js";

const one = (name, values, fields = {}) =>
  ({ name, title: name, guidance: "", required: true, multiple: false, shown_when: {},
    values: values.map((value, k) => ({ value, shown: value, guidance: "", key: String(k + 1) })), ...fields });

test("the preview is drawn without a week and without items", () => {
  const rubric = { dimensions: [one("correctness", ["wrong", "correct"], { not_fine: ["wrong"] }),
    one("reasons", ["fact"], { shown_when: { correctness: ["wrong"] } })] };
  const parentElement = Object.assign(new FakeNode("div"), { dataset: {} });
  component({ data: { rubric }, parentElement });
  assert.equal(parentElement.children.length, 1);
  assert.ok(["correctness", "wrong", "correct", "reasons"].every((word) => parentElement.textContent.includes(word)));
});
