// An answered item goes by itself only for people who chose that, and never while something more may be said about it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, FakeNode, names, RUBRIC } from "./fakes.mjs";
import { FakeServer, hold, leaveWindow, pass, point, press, release, stopTimers } from "./browser.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { mayFollow } from "../../../pages/parts/desk/shared/drafts.js";
import { writeSettings } from "../../../pages/parts/desk/shared/memory.js";
import { newClient } from "../../../pages/parts/desk/shared/model.js";

const FINE = ["3", "2"];
const DELAY = 400;
const USUAL = "nothing was chosen";
const one = (name, values, fields = {}) =>
  ({ name, title: name, required: true, multiple: false, shown_when: {}, values: values.map((value) => ({ value, key: "" })), ...fields });
const TWO = { ...RUBRIC, dimensions: [
  one("correctness", ["wrong", "partly", "correct"], { not_fine: ["wrong", "partly"] }),
  one("reasons", ["fact", "tone"], { shown_when: { correctness: ["wrong"] }, required: false }),
  one("politeness", ["rude", "neutral"], { not_fine: ["rude"] })] };

class Page {
  static count = 0;
  constructor(advance, { rubric = TWO, items = 5 } = {}) {
    this.key = `advance-${(Page.count += 1)}`;
    if (advance !== USUAL) localStorage.setItem(`spotcheck:${this.key}:settings`, JSON.stringify({ advance }));
    const order = names(items);
    this.server = new FakeServer(order, (open, fields) => answer(open, { rubric, ...fields }));
    this.sent = null;
    this.parent = new FakeNode("div");
    this.leave = globalThis.spotcheckDesks.get("annotator")({ data: { key: this.key, ...answer(order, { rubric }) },
      parentElement: this.parent, setStateValue: (_, outbox) => (this.sent = outbox) });
  }
  get place() { return sessionStorage.getItem(`spotcheck:${this.key}:place`); }
  get text() { return document.activeElement?.getAttribute("data-note"); }
  get saved() { return (this.sent?.entries ?? []).filter(({ kind }) => kind === "annotation").map(({ assignment }) => assignment); }
  end() {
    this.leave();
    stopTimers();
    document.activeElement = null;
  }
}

async function savedAfter(keys, { advance = DELAY, wait = 1000, between = 0 } = {}) {
  const page = new Page(advance);
  for (const key of keys) {
    press(key);
    await pass(between);
  }
  await pass(wait);
  const { saved } = page;
  page.end();
  return saved;
}

test("by default only Enter submits", async () => {
  assert.deepEqual(await savedAfter(FINE, { advance: USUAL, wait: 5000 }), []);
  assert.deepEqual(await savedAfter([...FINE, "Enter"], { advance: USUAL }), ["a0"]);
});

test("a fine answer goes by itself after the delay that was chosen", async () => {
  assert.deepEqual(await savedAfter(FINE, { wait: DELAY - 100 }), []);
  assert.deepEqual(await savedAfter(FINE), ["a0"]);
});

test("an answer that is not fine waits for Enter, with reasons and without", async () => {
  assert.deepEqual(await savedAfter(["1", "1", "2"], { wait: 5000 }), []);
  assert.deepEqual(await savedAfter(["2", "2"], { wait: 5000 }), []);
  assert.deepEqual(await savedAfter(["3", "1"], { wait: 5000 }), [], "rude");
  assert.deepEqual(await savedAfter(["2", "2", "Enter"]), ["a0"]);
});

test("any key stops the delay, also one that commands nothing, and so does the mouse", async () => {
  for (const stop of [() => press("z"), () => press("Shift"), () => press("Escape"), () => press("ArrowUp"),
    () => press("v", { ctrlKey: true }), point, leaveWindow]) {
    const page = new Page(DELAY);
    for (const key of FINE) press(key);
    await pass(DELAY / 2);
    stop();
    await pass(5000);
    assert.deepEqual(page.saved, [], String(stop));
    press("Enter");
    await pass(500);
    assert.deepEqual(page.saved, ["a0"]);
    page.end();
  }
});

test("a digit during the delay corrects this item, not the next one", async () => {
  const page = new Page(DELAY);
  for (const key of [...FINE, "1"]) press(key);
  await pass(5000);
  assert.deepEqual(page.saved, [], "rude, so it waits");
  press("Enter");
  await pass(500);
  assert.deepEqual(page.sent.entries.map(({ assignment, labels }) => [assignment, labels.politeness]), [["a0", "rude"]]);
  page.end();
});

test("nothing goes while a key is held, and the delay begins when it is released", async () => {
  const page = new Page(DELAY);
  press("3");
  hold("2");
  await pass(3000);
  hold("2", { repeat: true });
  await pass(3000);
  assert.deepEqual(page.saved, []);
  release("2");
  await pass(DELAY - 100);
  assert.deepEqual(page.saved, []);
  await pass(600);
  assert.deepEqual(page.saved, ["a0"]);
  page.end();
});

test("a text or dialog that is open stops it, and an item with a text waits for Enter", async () => {
  for (const key of ["c", "x", "s", "f", "?"]) assert.deepEqual(await savedAfter([...FINE, key], { wait: 5000 }), [], key);
  const client = newClient("advance-texts", desk);
  client.rubric = TWO;
  client.drafts.set("a0", { labels: { correctness: "correct" }, comment: "look", corrected_answer: "" });
  assert.equal(mayFollow(client, "a0"), true);
});

test("what is written just after an item went belongs to that item, which comes back", async () => {
  for (const wait of [DELAY + 1, DELAY + 150, DELAY + 390]) {
    const page = new Page(DELAY);
    for (const key of FINE) press(key);
    await pass(wait);
    press("x");
    await pass(0);
    assert.equal(page.text, "corrected_answer");
    assert.equal(page.place, "a0", `after ${wait} ms`);
    page.end();
  }
});

test("a key that was pressed before the item went is handled for that item, however late it arrives", async () => {
  const page = new Page(DELAY);
  for (const key of FINE) press(key);
  const at = performance.now() + DELAY - 50;
  await pass(DELAY + 2000); // the page was busy
  press("x", { timeStamp: at });
  assert.equal(page.place, "a0");
  page.end();
});

test("the last item comes back too, from the page that says nothing is left", async () => {
  const page = new Page(DELAY, { items: 1 });
  for (const key of FINE) press(key);
  await pass(DELAY + 50);
  press("x");
  assert.equal(page.text, "corrected_answer");
  page.end();
});

test("later a text belongs to the item on the screen", async () => {
  const page = new Page(DELAY);
  for (const key of FINE) press(key);
  await pass(DELAY + 1000);
  press("x");
  assert.equal(page.text, "corrected_answer");
  assert.equal(page.place, "a1");
  page.end();
});

test("each person's choice is kept for that person", () => {
  localStorage.removeItem("spotcheck:settings");
  const [ana, ben] = [newClient("store:ana", desk), newClient("store:ben", desk)];
  writeSettings(ana.memory, { advance: 300 });
  assert.equal(newClient("store:ana", desk).settings.advance, 300);
  assert.equal(newClient("store:ben", desk).settings.advance, null);
  assert.equal(ben.settings.advance, null);
});
