// Pairs of answers at the reviewer's desk.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, item, names, RUBRIC } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { draftOf, finalLabels, isComplete, mayFollow, missingRequired } from "../../../pages/parts/desk/shared/drafts.js";
import { newClient } from "../../../pages/parts/desk/shared/model.js";
import { PREFERENCE, preference, rubricOf } from "../../../pages/parts/desk/shared/pair.js";
import { buildItem } from "../../../pages/parts/desk/shared/pair_view.js";

const said = (content) => [{ role: "assistant", content }];

function pair(assignment, fields = {}) {
  return item(assignment, { unit: "pair", messages: [{ role: "user", content: "Which?" }], pair: { left: said("This."), right: said("That.") }, ...fields });
}

function opened(key) {
  const client = newClient(key, desk);
  takeAnswer(client, answer(names(2), { items: undefined }));
  takeAnswer(client, { ...answer(names(2)), items: [pair("a0"), item("a1")] });
  return client;
}

test("a pair asks which answer is better and nothing of the rubric, any other item the rubric", () => {
  const client = opened("asks");
  assert.deepEqual(rubricOf(client, "a0").dimensions.map((d) => d.name), [PREFERENCE]);
  assert.equal(rubricOf(client, "a1"), client.rubric);
  assert.deepEqual(missingRequired(client, "a0").map((d) => d.title), ["Which answer is better?"]);
  draftOf(client, "a0").labels = { [PREFERENCE]: "tie", correctness: "wrong" };
  assert.equal(isComplete(client, "a0"), true);
  assert.deepEqual(finalLabels(client, "a0"), { [PREFERENCE]: "tie" });
  assert.deepEqual(preference().values.map(({ value, key }) => `${key} ${value}`), ["1 left", "2 right", "3 tie", "4 both_bad"]);
});

test("only a pair whose answers are both bad waits for more", () => {
  const client = opened("waits");
  const waits = (value) => {
    draftOf(client, "a0").labels = { [PREFERENCE]: value };
    return mayFollow(client, "a0");
  };
  assert.deepEqual(["left", "right", "tie", "both_bad"].map(waits), [false, false, false, true]);
});

test("a choice survives another version of the rubric", () => {
  const client = opened("version");
  Object.assign(draftOf(client, "a0"), { labels: { [PREFERENCE]: "left" }, touched: true });
  takeAnswer(client, { ...answer(names(2)), rubric: { ...RUBRIC, version: 2 }, items: [pair("a0"), item("a1")] });
  assert.deepEqual(draftOf(client, "a0").labels, { [PREFERENCE]: "left" });
});

test("both answers stand beside each other below the question, several turns with their roles", () => {
  const turns = [...said("One."), { role: "user", content: "More?" }, ...said("Two.")];
  const node = buildItem(pair("a0", { pair: { left: said("This."), right: turns } }));
  const [question, both] = node.children;
  assert.equal(question.textContent, "UserWhich?");
  assert.deepEqual(both.children.map((side) => side.getAttribute("data-side")), ["left", "right"]);
  assert.equal(both.children[0].textContent, "Answer 1This.");
  assert.equal(both.children[1].textContent, "Answer 2AssistantOne.UserMore?AssistantTwo.");
  assert.equal(buildItem(item("a1")).querySelector("[data-side]"), null);
});
