// Marks of what is wrong: their places in the answer, and that they stay with their item whatever happens to it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, FakeNode, LIMITS, names, RUBRIC } from "./fakes.mjs";
import { FakeServer, pass, press, stopTimers } from "./browser.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { marksOf, marksToSend } from "../../../pages/parts/desk/annotator/marks.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { draftOf, isChanged, mayFollow, saysWrong } from "../../../pages/parts/desk/shared/drafts.js";
import { newClient } from "../../../pages/parts/desk/shared/model.js";
import { pieces, sentences, toPoints, toUnits, trimmed } from "../../../pages/parts/desk/shared/places.js";

const limits = { ...LIMITS, marks: 2, mark_quote: 2000, mark_proof: 2000, mark_source: 500 };
const [correctness, , tone] = RUBRIC.dimensions;
const rubric = { ...RUBRIC, dimensions: [{ ...correctness, not_fine: ["wrong", "partly"] }, { ...tone, not_fine: ["rude"] }] };
const MESSAGES = [{ role: "user", content: "Where?" }, { role: "assistant", content: "It is 📦 here. It is there. Bye." }];
const context = ["Parcels wait.", "Nobody knows."];
const given = (open, fields, messages = MESSAGES) => {
  const found = answer(open, { rubric, limits, ...fields });
  return { ...found, items: found.items.map((one) => ({ ...one, messages, context })) };
};

class Page {
  static count = 0;
  constructor(items = 4, messages = MESSAGES) {
    const sent = (open, fields) => given(open, fields, messages);
    this.key = `marks-${(Page.count += 1)}`;
    const order = names(items);
    this.server = new FakeServer(order, sent);
    this.parent = new FakeNode("div");
    this.leave = globalThis.spotcheckDesks.get("annotator")({ data: { key: this.key, ...sent(order) },
      parentElement: this.parent, setStateValue: (_, outbox) => (this.sent = outbox) });
  }
  get draft() { return JSON.parse(localStorage.getItem(`spotcheck:${this.key}:draft:${this.place}`) ?? "{}"); }
  get place() { return sessionStorage.getItem(`spotcheck:${this.key}:place`) ?? "a0"; }
  get entries() { return this.sent?.entries ?? []; }
  end() {
    this.leave();
    stopTimers();
    document.activeElement = null;
  }
}

test("places count code points, and blanks at the ends do not belong to a mark", () => {
  const text = "a📦b c";
  assert.deepEqual([toPoints(text, 3), toUnits(text, 2)], [2, 3]);
  assert.deepEqual(trimmed(" x y ", 0, 5), { start: 1, end: 4 });
  assert.equal(trimmed("   ", 0, 3), null);
});

test("a block is cut where marks begin and end, and each piece knows its marks", () => {
  const cut = pieces("0123456789", 100, [{ start: 90, end: 103, name: "A" }, { start: 102, end: 105, name: "B" }, { start: 300, end: 305, name: "C" }]);
  assert.deepEqual(cut.map(({ text, names: by }) => [text, by.join("")]), [["01", "A"], ["2", "AB"], ["34", "B"], ["56789", ""]]);
});

test("the sentences of an answer are listed with their places", () => {
  const text = "One is here.  Two is there!\nThree";
  assert.deepEqual(sentences(text).map(({ start, end }) => text.slice(start, end)), ["One is here.", "Two is there!", "Three"]);
});

test("by keyboard: a sentence is marked only after a label that is not fine, and is sent with the labels", async () => {
  const page = new Page();
  press("q");
  assert.equal(page.draft.marks, undefined, "nothing is wrong yet");
  press("1");
  press("q");
  press("2");
  await pass(50);
  assert.deepEqual(page.draft.marks, [{ start: 14, end: 26, quote: "It is there." }]);
  press("Enter");
  press("Enter");
  await pass(200);
  const [entry] = page.entries;
  assert.deepEqual([entry.assignment, entry.marks], ["a0", [{ start: 14, end: 26, quote: "It is there." }]]);
  page.end();
});

test("a marked sentence opens its proof: a passage by its digit, kept at once", async () => {
  const page = new Page();
  for (const key of ["1", "q", "1", "q", "1", "2", "Escape"]) press(key);
  await pass(50);
  assert.deepEqual(page.draft.marks, [{ start: 0, end: 13, quote: "It is 📦 here.", passage: 1 }]);
  for (const key of ["q", "1", "2", "Enter"]) press(key);
  assert.deepEqual(page.draft.marks, [{ start: 0, end: 13, quote: "It is 📦 here." }], "the same digit takes it back");
  page.end();
});

test("Enter takes the only sentence of an answer", async () => {
  const page = new Page(4, [{ role: "user", content: "Where?" }, { role: "assistant", content: "It is here." }]);
  for (const key of ["1", "q", "Enter"]) press(key);
  assert.deepEqual(page.draft.marks.map(({ quote }) => quote), ["It is here."]);
  press("q");
  press("Enter");
  assert.ok(page.parent.all().some((node) => node.tag === "input" && node.attributes.get("maxlength") === "2000"), "its proof is open");
  page.end();
});

test("undo takes back the last mark, and a submission that is taken back brings its marks back", async () => {
  const page = new Page();
  for (const key of ["1", "q", "1", "q", "2"]) press(key);
  assert.equal(page.draft.marks.length, 2);
  press("u");
  assert.deepEqual(page.draft.marks.map(({ quote }) => quote), ["It is 📦 here."]);
  press("Enter");
  await pass(200);
  press("u");
  await pass(200);
  assert.equal(page.place, "a0");
  assert.deepEqual(page.draft.marks.map(({ quote }) => quote), ["It is 📦 here."]);
  page.end();
});

test("marks stay with their item while the reviewer moves on and back, and across a reload", async () => {
  const page = new Page();
  for (const key of ["1", "q", "1", "j"]) press(key);
  await pass(50);
  assert.equal(page.place, "a1");
  assert.equal(page.draft.marks, undefined);
  press("k");
  assert.deepEqual(page.draft.marks.map(({ quote }) => quote), ["It is 📦 here."]);
  const again = newClient(page.key, desk);
  assert.equal(marksOf(again, "a0").length, 1);
  page.end();
});

test("what is typed as a proof stays with the mark for which the dialog was opened", async () => {
  const page = new Page();
  for (const key of ["1", "q", "1", "q", "1"]) press(key);
  const field = page.parent.all().find((node) => node.tag === "input" && node.attributes.get("maxlength") === "2000");
  assert.ok(field, "the dialog is open");
  press("Escape");
  for (const key of ["j"]) press(key);
  await pass(50);
  assert.equal(page.draft.marks, undefined);
  page.end();
});

test("there are at most as many marks as the server takes", () => {
  const page = new Page();
  for (const key of ["1", "q", "1", "q", "2", "q", "3"]) press(key);
  assert.equal(page.draft.marks.length, 2);
  page.end();
});

test("an answer that is fine after all sends no marks, and the draft keeps them", () => {
  const client = newClient("marks-fine", desk);
  takeAnswer(client, given(names(1)));
  Object.assign(draftOf(client, "a0"), { labels: { correctness: "wrong" }, marks: [{ start: 0, end: 2, quote: "It" }] });
  assert.equal(marksToSend(client, "a0").length, 1);
  assert.equal(mayFollow(client, "a0"), true);
  draftOf(client, "a0").labels = { correctness: "correct" };
  assert.deepEqual([saysWrong(client, "a0"), marksToSend(client, "a0"), marksOf(client, "a0").length], [false, [], 1]);
});

test("a submission that comes back from the server brings its marks, in whatever order of fields", () => {
  const client = newClient("marks-mine", desk);
  const mine = { submission_id: "s", labels: { correctness: "wrong" }, comment: "", corrected_answer: "",
    marks: [{ start: 0, end: 2, quote: "It", proof: "p", passage: 0 }] };
  takeAnswer(client, { ...given([]), done: ["a0"], items: [{ ...given(["a0"]).items[0], mine }] });
  assert.equal(isChanged(client, "a0"), false);
  draftOf(client, "a0").marks = [{ passage: 0, proof: "p", quote: "It", end: 2, start: 0 }];
  assert.equal(isChanged(client, "a0"), false);
  draftOf(client, "a0").marks = [];
  assert.equal(isChanged(client, "a0"), true);
});

test("a refused submission becomes the draft again with its marks", () => {
  const client = newClient("marks-refused", desk);
  takeAnswer(client, given(names(2)));
  const entry = { submission_id: "s-1", kind: "annotation", assignment: "a0", labels: { correctness: "wrong" }, marks: [{ start: 0, end: 2, quote: "It" }] };
  client.outbox.set("s-1", entry);
  client.mine.set("a0", entry);
  takeAnswer(client, { ...given(names(2)), rejected: [["s-1", "No."]] });
  assert.deepEqual(draftOf(client, "a0").marks, entry.marks);
});
