// No key of a reviewer is lost, whatever comes between two keys: the delay of a finished item, a frame, an answer of the
// server late, twice or never so far, and a page that Streamlit takes away and puts back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, FakeNode, LIMITS, names, RUBRIC } from "./fakes.mjs";
import { FakeServer, pass, press, stopTimers } from "./browser.mjs";
import "../../../pages/parts/desk/annotator/annotating.js";

const KEYS = ["3", "4", "3"];
const LABELS = { correctness: "correct", usefulness: "great", politeness: "friendly" };
const dimension = (name, ...values) =>
  ({ name, title: name, required: true, multiple: false, shown_when: {}, values: values.map((value) => ({ value, key: "" })) });
const THREE = { ...RUBRIC, dimensions: [dimension("correctness", "wrong", "partly", "correct"),
  dimension("usefulness", "low", "fair", "good", "great"), dimension("politeness", "rude", "neutral", "friendly")] };
const ITEMS = 30;
const SEEDS = 40;

// A small generator of numbers, so that a failure can be run again by its seed.
function numbers(seed) {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Page {
  static count = 0;
  constructor() {
    const order = names(ITEMS);
    this.key = `burst-${(Page.count += 1)}`;
    localStorage.setItem(`spotcheck:${this.key}:settings`, '{"advance": 0}'); // without a delay people type ahead
    this.server = new FakeServer(order, (open, fields) => answer(open, { rubric: THREE, ...fields }));
    this.data = { key: this.key, ...answer(order, { rubric: THREE, held: order.slice(0, 25) }) };
    this.mount();
  }
  mount() {
    this.leave?.();
    this.parent = new FakeNode("div");
    this.render();
  }
  render() {
    const given = { data: this.data, parentElement: this.parent, setStateValue: (_, outbox) => this.server.hear(outbox) };
    this.leave = globalThis.spotcheckDesks.get("annotator")(given);
  }
  hear() {
    const given = this.server.answer();
    if (given) this.data = { key: this.key, ...given };
    if (given) this.render();
  }
  hearAgain() {
    this.data = { ...this.data };
    this.render();
  }
  labels() {
    return Object.fromEntries([...this.server.rows.values()].map(({ assignment, labels }) => [assignment, labels]));
  }
  end() {
    this.leave();
    stopTimers();
  }
}

// What may happen between two keys, by chance.
async function between(page, pick) {
  const events = [() => undefined, () => undefined, () => pass(pick(40)), () => pass(250), () => pass(pick(4000)),
    () => page.hear(), () => page.hearAgain(), () => page.mount()];
  for (let k = pick(4); k > 0; k -= 1) await events[pick(events.length)]();
}

// Everything that was typed reaches the server within a few answers.
async function settled(page) {
  for (let k = 0; k < 6; k += 1) {
    await pass(400);
    page.hear();
  }
  return page.labels();
}

const TEN = Object.fromEntries(names(10).map((id) => [id, LABELS]));

test("thirty keys without a gap are ten right rows", async () => {
  const page = new Page();
  for (let k = 0; k < 30; k += 1) press(KEYS[k % 3]);
  assert.deepEqual(await settled(page), TEN);
  page.end();
});

test("thirty keys are ten right rows, whatever comes between them", async () => {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const [page, pick] = [new Page(), numbers(seed)];
    for (let k = 0; k < 30; k += 1) {
      press(KEYS[k % 3]);
      await between(page, pick);
    }
    assert.deepEqual(await settled(page), TEN, `seed ${seed}`);
    page.end();
  }
});

test("a finished item is sent when the page is taken away before its delay is over", async () => {
  const page = new Page();
  for (const key of KEYS) press(key);
  page.mount();
  assert.deepEqual(await settled(page), { a0: LABELS });
  page.end();
});
