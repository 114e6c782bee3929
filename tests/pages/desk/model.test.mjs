import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, names } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { takeOpened } from "../../../pages/parts/desk/annotator/address.js";
import { returnToPlace } from "../../../pages/parts/desk/shared/recover.js";
import { awaits, heldAndBack, isKnown, wantBack } from "../../../pages/parts/desk/shared/back.js";
import {
  askForMore, doneList, enter, isDone, isSkipped, madeBy, newClient, nextOpen, openList, overlay, runsLow, saidList, skippedList,
} from "../../../pages/parts/desk/shared/model.js";

let count = 0;
function opened(order, fields = {}) {
  const client = newClient(`model-${(count += 1)}`, desk);
  takeAnswer(client, answer(order, fields));
  return client;
}

test("an entry counts before the server knows of it", () => {
  const client = opened(names(3));
  enter(client, "annotation", "a0", { labels: {} });
  enter(client, "skip", "a1", { reason: "broken" });
  assert.deepEqual(openList(client), ["a2"]);
  assert.deepEqual([doneList(client), skippedList(client), saidList(client)], [["a0"], ["a1"], ["a0", "a1"]]);
  assert.deepEqual([isDone(client, "a0"), isSkipped(client, "a1"), isDone(client, "a2")], [true, true, false]);
});

test("what another tab has not saved about an item goes along in front of the later answer", () => {
  const tabs = [newClient("two-tabs", desk), newClient("two-tabs", desk)];
  for (const client of tabs) takeAnswer(client, answer(names(2)));
  const [first, second] = tabs;
  const early = enter(first, "annotation", "a0", { labels: { correctness: "wrong" } });
  enter(first, "annotation", "a1", { labels: { correctness: "wrong" } });
  second.elsewhere.set("a0", "annotation"); // as the browser tells the other tab
  const late = enter(second, "annotation", "a0", { labels: { correctness: "correct" } });
  assert.deepEqual([...second.outbox.keys()], [early.submission_id, late.submission_id]);
  assert.equal(second.mine.get("a0"), late);
  takeAnswer(second, answer(names(2), { ack: [early.submission_id] }));
  enter(second, "annotation", "a0", { labels: { correctness: "partial" } });
  assert.equal(second.outbox.has(early.submission_id), false, "what is saved is not sent again");
});

test("a withdrawal says what it leaves of its item", () => {
  assert.equal(madeBy({ kind: "annotation" }), "done");
  assert.equal(madeBy({ kind: "flag" }), undefined);
  assert.deepEqual([madeBy({ kind: "withdraw" }), madeBy({ kind: "withdraw", leaves: "done" })], ["open", "done"]);
  const client = opened(names(2), { done: ["b0"] });
  enter(client, "withdraw", "b0", { withdraws: "s", leaves: "open" });
  assert.deepEqual([...overlay(client)], [["b0", "open"]]);
  assert.deepEqual(openList(client), ["b0", "a0", "a1"], "an item that was taken back comes first");
});

test("an earlier answer counts again when the one that replaced it is withdrawn", () => {
  const client = opened(names(1));
  const first = enter(client, "annotation", "a0", { labels: { correctness: "wrong" } });
  const second = enter(client, "annotation", "a0", { labels: { correctness: "correct" }, supersedes: first.submission_id });
  assert.equal(client.mine.get("a0"), second);
  enter(client, "withdraw", "a0", { withdraws: second.submission_id, leaves: "done" });
  assert.equal(client.mine.get("a0"), first);
  assert.equal(isDone(client, "a0"), true);
});

test("skipped items stand where they were skipped", () => {
  const client = opened(["a9"], { done: ["d0", "d1"], skipped: [["s0", 1], ["s1", 2]] });
  assert.deepEqual(saidList(client), ["d0", "s0", "d1", "s1"]);
});

test("the next item is the next open one after this, then from the start, another tab's last", () => {
  const client = opened(names(4));
  assert.equal(nextOpen(client, "a1"), "a2");
  enter(client, "annotation", "a2", { labels: {} });
  assert.equal(nextOpen(client, "a1"), "a3");
  assert.equal(nextOpen(client, "a3"), "a0");
  client.elsewhere.set("a0", "annotation");
  assert.equal(nextOpen(client, "a3"), "a1");
  assert.equal(nextOpen(opened(["a0"]), "a0"), null);
});

test("a page that was closed finds its unsent entries in their order", () => {
  const client = opened(names(2));
  const sent = [enter(client, "annotation", "a0", { labels: {} }), enter(client, "skip", "a1", { reason: "x" })];
  const later = newClient(client.key, desk);
  assert.deepEqual([...later.outbox.values()], sent);
  assert.equal(later.mine.get("a0").submission_id, sent[0].submission_id);
});

test("more items are asked for when few are left ahead, and not twice", () => {
  const client = opened(names(100), { held: names(25) });
  assert.equal(runsLow(client), false);
  client.current = "a18";
  assert.equal(runsLow(client), true);
  client.sequence = 1;
  assert.equal(askForMore(client), 18);
  assert.equal(askForMore(client), 0, "the first request is still on its way");
  client.heard = 1;
  assert.equal(askForMore(client), 18);
});

test("walking back asks for what is not held, and for those that follow in the same direction", () => {
  const done = names(60, 100);
  const client = opened(names(3), { done, held: [...names(3), "a159"] });
  wantBack(client, "a158", -1);
  assert.equal(client.back.size, 25);
  assert.equal(client.back.has("a158") && client.back.has("a134") && !client.back.has("a133"), true);
  assert.equal(awaits(client), true);
  const [have, back] = heldAndBack(client, []);
  assert.equal(have.includes("a0") && !have.includes("a158"), true);
  assert.deepEqual(new Set(back), client.back);
});

test("an item whose answer is not known here is asked for once more", () => {
  const client = opened(["a0"], { done: ["d0"], held: ["a0", "d0"] });
  assert.equal(isKnown(client, "d0"), false);
  wantBack(client, "d0", 0);
  const [have, back] = heldAndBack(client, []);
  assert.deepEqual([have, back], [["a0"], ["d0"]]);
});

test("an item of which something is taken back is sent again", () => {
  const client = opened(["a0"]);
  const [have, back] = heldAndBack(client, [{ kind: "withdraw", assignment: "a0" }]);
  assert.deepEqual([have, back], [[], ["a0"]]);
});

test("both results of a query come when somebody walks back to its item, once", () => {
  const said = (fields) => ({ assignment: "d0", item: "d0", messages: [], sql: "SELECT 1", mine: { submission_id: "s", labels: {} }, ...fields });
  const given = { done: ["d0"], items: [said({})], rubric: { version: 1, reveal: true, dimensions: [] } };
  const client = opened(["a9"], given);
  assert.equal(isKnown(client, "d0"), true, "its answer is known, so it can be taken back");
  wantBack(client, "d0", -1);
  assert.deepEqual([awaits(client), heldAndBack(client, [])], [true, [[], ["d0"]]]);
  takeAnswer(client, answer(["a9"], { ...given, items: [said({ executed: false })] }));
  assert.deepEqual(heldAndBack(client, []), [["d0"], []]);
  const quiet = opened(["a9"], { ...given, rubric: { version: 1, reveal: false, dimensions: [] } });
  wantBack(quiet, "d0", -1);
  assert.deepEqual(heldAndBack(quiet, []), [["d0"], []], "nothing more to ask where verdicts are not shown");
});

test("a submitted item that the address opens stays open when the page has read what was kept", () => {
  const client = opened(["a9"], { done: ["d0"] });
  takeOpened(client, { open: ["d0", 1] });
  assert.deepEqual([returnToPlace(client, null), client.current], [false, "d0"]);
});
