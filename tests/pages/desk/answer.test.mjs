import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, item, names, RUBRIC } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { CLOSED, takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { draftOf, keepDraft } from "../../../pages/parts/desk/shared/drafts.js";
import { enter, isDone, newClient } from "../../../pages/parts/desk/shared/model.js";

let count = 0;
function opened(order, fields = {}) {
  const client = newClient(`answer-${(count += 1)}`, desk);
  takeAnswer(client, answer(order, fields));
  return client;
}

test("an acknowledged entry leaves the outbox and this browser's memory", () => {
  const client = opened(names(2));
  const { submission_id } = enter(client, "annotation", "a0", { labels: {} });
  takeAnswer(client, answer(["a1"], { done: ["a0"], ack: [submission_id] }));
  assert.equal(client.outbox.size, 0);
  assert.equal(newClient(client.key, desk).outbox.size, 0);
  assert.equal(isDone(client, "a0"), true);
});

test("a refused entry becomes the draft again and its sentence is kept", () => {
  const client = opened(names(2));
  const { submission_id } = enter(client, "annotation", "a0", { labels: { correctness: "wrong" }, comment: "hm" });
  takeAnswer(client, answer(names(2), { rejected: [[submission_id, "No."]] }));
  assert.deepEqual(client.refusals, [{ assignment: "a0", why: "No." }]);
  assert.deepEqual([draftOf(client, "a0").labels, draftOf(client, "a0").comment], [{ correctness: "wrong" }, "hm"]);
  assert.equal(isDone(client, "a0"), false);
});

test("a late answer does not move the reviewer", () => {
  const client = opened(names(3));
  client.current = "a2";
  takeAnswer(client, answer(names(3)));
  assert.equal(client.current, "a2");
});

test("an answer without an order only acknowledges", () => {
  const client = opened(names(3));
  takeAnswer(client, { ack: [], rejected: [], trouble: "The disk is full." });
  assert.deepEqual([client.order, client.trouble], [names(3), "The disk is full."]);
});

test("an item that was handed on while it is open is told in the server's words", () => {
  const client = opened(names(2));
  takeAnswer(client, answer(["a1"], { held: [], taken: { a0: "Handed to Ben." } }));
  assert.equal(client.news, "Handed to Ben.");
  takeAnswer(client, answer(["a1"], { held: [], taken: { a0: "Handed to Ben." } }));
  assert.equal(client.news, "", "only once");
});

test("a week that closes while an item is open is told once", () => {
  const client = opened(names(2));
  const closed = { ...answer(names(2)).week, closed: true };
  takeAnswer(client, answer(names(2), { week: closed }));
  assert.equal(client.news, CLOSED);
  takeAnswer(client, answer(names(2), { week: closed }));
  assert.equal(client.news, "");
});

test("a new rubric version keeps the labels that still exist in it", () => {
  const client = opened(names(2));
  draftOf(client, "a0").labels = { correctness: "wrong", reasons: ["wrong_fact", "incomplete"], tone: "rude" };
  keepDraft(client, "a0");
  const [correctness, reasons] = RUBRIC.dimensions;
  const fewer = { ...RUBRIC, version: 2, dimensions: [correctness, { ...reasons, values: [{ value: "wrong_fact", key: "" }] }] };
  takeAnswer(client, answer(names(2), { rubric: fewer }));
  assert.deepEqual(draftOf(client, "a0").labels, { correctness: "wrong" });
  assert.match(client.news, /version 2/);
});

test("another week takes the place of this one", () => {
  const client = opened(names(2));
  enter(client, "annotation", "a0", { labels: {} });
  takeAnswer(client, answer(["b0"], { week: { name: "2026-W48" } }));
  assert.deepEqual([[...client.items.keys()], client.current, client.outbox.size], [["b0"], "b0", 1]);
});

test("an item that comes again as it was is not taken for a new one", () => {
  const client = opened(names(1));
  const before = client.items.get("a0");
  takeAnswer(client, answer(names(1)));
  assert.equal(client.items.get("a0"), before);
  takeAnswer(client, answer(names(1), { items: [item("a0", { error: "timeout" })] }));
  assert.equal(client.items.get("a0").error, "timeout");
});
