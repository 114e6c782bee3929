import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, names, RUBRIC } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import {
  answered, draftOf, finalLabels, isChanged, isComplete, keepDraft, missingRequired, visibleDimensions,
} from "../../../pages/parts/desk/shared/drafts.js";
import { newClient } from "../../../pages/parts/desk/shared/model.js";

function opened(key) {
  const client = newClient(key, desk);
  takeAnswer(client, answer(names(2)));
  return client;
}

test("an empty text or list is no answer, a zero is one", () => {
  assert.deepEqual([undefined, null, "", []].map(answered), [false, false, false, false]);
  assert.deepEqual(["x", ["x"], 0].map(answered), [true, true, true]);
});

test("a dimension is asked when its condition is met, and only if that one is asked itself", () => {
  const asked = (labels) => visibleDimensions(RUBRIC, labels).map((d) => d.name);
  assert.deepEqual(asked({}), ["correctness", "tone"]);
  assert.deepEqual(asked({ correctness: "wrong" }), ["correctness", "reasons", "tone"]);
  assert.deepEqual(asked({ correctness: "correct" }), ["correctness", "tone"]);
  const chained = { dimensions: [...RUBRIC.dimensions, { name: "why", shown_when: { tone: ["rude"] } }, { name: "deep", shown_when: { why: ["x"] } }] };
  const labels = { correctness: "correct", why: "x" };
  assert.deepEqual(visibleDimensions(chained, labels).map((d) => d.name), ["correctness", "tone"]);
});

test("an item is complete when every required dimension that is asked has an answer", () => {
  const client = opened("complete");
  const { labels } = draftOf(client, "a0");
  assert.deepEqual(missingRequired(client, "a0").map((d) => d.name), ["correctness"]);
  labels.correctness = "wrong";
  assert.deepEqual(missingRequired(client, "a0").map((d) => d.name), ["reasons"]);
  labels.reasons = ["incomplete"];
  assert.equal(isComplete(client, "a0"), true);
  assert.equal(isComplete(newClient("no rubric", desk), "a0"), false);
});

test("labels of dimensions that are not asked are not submitted", () => {
  const client = opened("final");
  draftOf(client, "a0").labels = { correctness: "correct", reasons: ["incomplete"], tone: "" };
  assert.deepEqual(finalLabels(client, "a0"), { correctness: "correct" });
});

test("a draft begins with what was submitted and has changed once a label or a text differs", () => {
  const client = opened("changed");
  client.mine.set("a0", { submission_id: "s", labels: { correctness: "correct" }, comment: "fine" });
  const draft = draftOf(client, "a0");
  assert.deepEqual([draft.labels, draft.comment, draft.corrected_answer], [{ correctness: "correct" }, "fine", ""]);
  assert.equal(isChanged(client, "a0"), false);
  draft.comment = "not so fine";
  assert.equal(isChanged(client, "a0"), true);
  draft.comment = "fine";
  draft.labels.tone = "rude";
  assert.equal(isChanged(client, "a0"), true);
  assert.deepEqual(client.mine.get("a0").labels, { correctness: "correct" }, "the submission itself stays");
});

test("a draft that was kept is there again in the next page", () => {
  const client = opened("kept");
  draftOf(client, "a1").labels.correctness = "partly";
  keepDraft(client, "a1");
  const later = newClient("kept", desk);
  assert.deepEqual(later.drafts.get("a1").labels, { correctness: "partly" });
  assert.equal(later.drafts.get("a1").touched, true);
});
