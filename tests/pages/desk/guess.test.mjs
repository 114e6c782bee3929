import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, names } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { checkOf, crc32, foreseen, guessOf, rangesOf } from "../../../pages/parts/desk/shared/guess.js";
import { enter, newClient, openList } from "../../../pages/parts/desk/shared/model.js";

let count = 0;
function opened(order, fields = {}) {
  const client = newClient(`guess-${(count += 1)}`, desk);
  takeAnswer(client, answer(order, fields));
  client.sequence = 1;
  return client;
}

test("the checksum is the usual CRC-32, of the same text as on the server", () => {
  assert.equal(crc32("123456789"), 0xcbf43926);
  // Lists(["a", "é"], ["c"], [["d", 1]]).check in guess.py
  assert.equal(checkOf({ order: ["a", "é"], done: ["c"], skipped: [["d", 1]] }), crc32("a,é|c|d:1"));
});

test("the lists are foreseen in the order of the entries", () => {
  const client = opened(names(4), { done: ["x"], skipped: [["y", 0]] });
  const entries = [
    { kind: "annotation", assignment: "a1" },
    { kind: "skip", assignment: "a0" },
    { kind: "annotation", assignment: "y" },
    { kind: "annotation", assignment: "x" },
  ];
  assert.deepEqual(foreseen(client, entries), { order: ["a2", "a3"], done: ["a1", "y", "x"], skipped: [["a0", 1]] });
});

test("held items are named by their places, others by name", () => {
  const client = opened(names(4));
  const entry = enter(client, "annotation", "a0", { labels: {} });
  const { guess, have } = guessOf(client, [entry], ["a0", "a1", "a2", "elsewhere"], []);
  assert.deepEqual(guess.held, [[0, 2], [3, 4]]);
  assert.deepEqual(have, ["elsewhere"]);
  assert.deepEqual(rangesOf([]), []);
});

test("an answer that agrees brings the foreseen lists, and nobody else's guess", () => {
  const client = opened(names(3));
  const entry = enter(client, "annotation", "a0", { labels: {} });
  guessOf(client, [entry], ["a0"], []);
  const { order, done, skipped, rubric, ...rest } = answer([]);
  takeAnswer(client, { ...rest, ack: [entry.submission_id], same: true, heard: 1 });
  assert.deepEqual([client.order, client.done, client.unsure], [["a1", "a2"], ["a0"], false]);
  assert.deepEqual(openList(client), ["a1", "a2"]);
  takeAnswer(client, { ...rest, same: true, heard: 99 });
  assert.deepEqual([client.order, client.unsure], [["a1", "a2"], true]);
});

test("after a wrong guess everything is named until an answer is sure", () => {
  const client = opened(names(3), { taken: {} });
  const entry = enter(client, "annotation", "a0", { labels: {} });
  client.taken = { a9: "Ben has it." };
  takeAnswer(client, answer(["a2"], { done: ["a0"], unsure: true, taken: {} }));
  assert.deepEqual([client.order, client.unsure, client.taken], [["a2"], true, { a9: "Ben has it." }]);
  assert.equal(guessOf(client, [entry], [], []), null);
  takeAnswer(client, answer(["a2"], { done: ["a0"] }));
  assert.equal(client.unsure, false);
  assert.notEqual(guessOf(client, [entry], [], []), null);
});

test("only the server knows the lists after a withdrawal, and an empty outbox has nothing to foresee", () => {
  const client = opened(names(2));
  assert.equal(guessOf(client, [{ kind: "withdraw", assignment: "a0" }], [], []), null);
  assert.equal(guessOf(client, [], [], []), null);
  assert.equal(guessOf(client, [{ kind: "skip", assignment: "a0" }], [], ["a1"]), null);
});
