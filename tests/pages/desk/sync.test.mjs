import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, FakeNode, names } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { savingState } from "../../../pages/parts/desk/shared/bar.js";
import { draftOf, keepDraft } from "../../../pages/parts/desk/shared/drafts.js";
import { enter, newClient } from "../../../pages/parts/desk/shared/model.js";
import { afterAnswer, sendNow, sendSoon } from "../../../pages/parts/desk/shared/sync.js";

let count = 0;
function viewOf(order, fields = {}) {
  const client = newClient(`sync-${(count += 1)}`, desk);
  takeAnswer(client, answer(order, fields));
  const sent = [];
  const view = { client, desk, sent, answers: 0, patience: 3000, retry: null, setStateValue: (name, value) => sent.push([name, value]) };
  view.end = () => clearTimeout(view.retry);
  return view;
}

test("the whole outbox goes up as one value", () => {
  const view = viewOf(names(3));
  const first = enter(view.client, "annotation", "a0", { labels: {} });
  sendNow(view);
  const second = enter(view.client, "skip", "a1", { reason: "x" });
  sendNow(view);
  view.end();
  const [[name, value], [, later]] = view.sent;
  assert.equal(name, "outbox");
  assert.deepEqual([value.rater, value.sequence, value.entries, value.have], ["ana", 1, [first], []]);
  assert.deepEqual([value.guess.held, later.guess.held], [[[0, 3]], [[0, 3]]]); // the names of all three, by their places
  assert.deepEqual([later.sequence, later.entries], [2, [first, second]]);
});

test("labels that were begun elsewhere are named", () => {
  const view = viewOf(names(2));
  draftOf(view.client, "b7").labels.correctness = "wrong";
  keepDraft(view.client, "b7");
  sendNow(view);
  view.end();
  assert.deepEqual(view.sent[0][1].begun, ["b7"]);
});

test("a view off the page sends nothing", () => {
  const view = viewOf(names(1));
  view.setStateValue = null;
  sendNow(view);
  assert.equal(view.client.sequence, 0);
});

test("several calls before the next frame send once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.requestAnimationFrame = (action) => setTimeout(action, 16);
  const view = viewOf(names(1));
  sendSoon(view);
  sendSoon(view);
  assert.equal(view.sent.length, 0);
  context.mock.timers.tick(200);
  assert.equal(view.sent.length, 1);
});

test("after an answer only entries that never went up are sent at once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.requestAnimationFrame = (action) => setTimeout(action, 16);
  const view = viewOf(names(2));
  enter(view.client, "annotation", "a0", { labels: {} });
  sendNow(view);
  afterAnswer(view);
  context.mock.timers.tick(200);
  assert.equal(view.sent.length, 1, "what went up waits for its timer");
  enter(view.client, "annotation", "a1", { labels: {} });
  afterAnswer(view);
  context.mock.timers.tick(200);
  assert.equal(view.sent.length, 2);
});

test("the bar says what is saved and what is kept where", () => {
  const { client } = viewOf(names(1));
  assert.deepEqual(savingState(client), ["saving", ""], "what an earlier page left is not known yet");
  client.memory.read = true;
  assert.deepEqual(savingState(client), ["saved", "all saved"]);
  enter(client, "annotation", "a0", { labels: {} });
  assert.deepEqual(savingState(client), ["saving", "1 to save"]);
  navigator.onLine = false;
  assert.deepEqual(savingState(client), ["offline", "offline, 1 to save"]);
  Object.assign(client.memory.mirror, { state: "open", writing: 0 });
  client.memory.mirror.waiting.clear();
  assert.deepEqual(savingState(client), ["offline", "offline, 1 to save, kept here"]);
  client.memory.mirror.state = "off";
  client.memory.works = false;
  assert.deepEqual(savingState(client), ["offline", "offline, 1 to save, keep this tab open"]);
  navigator.onLine = true;
});

test("Streamlit's sign on the page tells that the connection is lost", () => {
  const { client } = viewOf(names(1));
  client.memory.read = true;
  const app = Object.assign(new FakeNode("div"), { dataset: { testConnectionState: "DISCONNECTED_FOREVER" } });
  const { querySelector } = document;
  document.querySelector = () => app;
  assert.deepEqual(savingState(client), ["offline", "offline, all saved"]);
  document.querySelector = querySelector;
});
