import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeNode, item } from "./fakes.mjs";
import { dropSlot, finishShowing, prepare, present, scrollToTarget, slotFor } from "../../../pages/parts/desk/shared/slots.js";

function viewOf(...ids) {
  const items = new Map(ids.map((id) => [id, item(id)]));
  return { client: { items, current: ids[0] }, slots: new Map(), slot: null, passed: null, paneNode: new FakeNode("div") };
}

test("an item is laid out once and stands behind until it is shown", () => {
  const view = viewOf("a", "b");
  const slot = slotFor(view, "b");
  assert.equal(slotFor(view, "b"), slot);
  assert.deepEqual([slot.inert, slot.hasAttribute("data-behind"), slot.parentElement], [true, true, view.paneNode]);
});

test("going on only changes which slot lies in front", () => {
  const view = viewOf("a", "b");
  const first = slotFor(view, "a");
  present(view, first);
  finishShowing(view);
  const second = slotFor(view, "b");
  present(view, second);
  assert.deepEqual([first.hasAttribute("data-behind"), second.hasAttribute("data-behind")], [true, false]);
  assert.equal(first.parentElement, view.paneNode, "the old one leaves only after the frame is painted");
  finishShowing(view);
  assert.deepEqual([first.parentElement, second.inert], [null, false]);
});

test("preparing the next item drops all others", () => {
  const view = viewOf("a", "b", "c");
  for (const id of ["a", "b"]) slotFor(view, id);
  prepare(view, "c");
  assert.deepEqual([...view.slots.keys()], ["a", "c"]);
  prepare(view, "unknown");
  assert.deepEqual([...view.slots.keys()], ["a"]);
});

test("a slot is laid out anew when its item has come anew, and stays on the screen until then", () => {
  const view = viewOf("a", "b");
  const shown = slotFor(view, "a");
  present(view, shown);
  const behind = slotFor(view, "b");
  dropSlot(view, "a");
  dropSlot(view, "b");
  assert.deepEqual([view.slots.size, shown.parentElement, behind.parentElement], [0, view.paneNode, null]);
});

function laidOut({ question, target, height }) {
  const slot = Object.assign(new FakeNode("div"), { scrollHeight: 2000, clientHeight: height });
  slot.append(...[question, target].map(([offsetTop, offsetHeight]) => Object.assign(new FakeNode("section"), { offsetTop, offsetHeight })));
  slot.children[1].setAttribute("data-target", "");
  return slot;
}

test("the judged answer is scrolled to, with the question before it if both fit", () => {
  const both = laidOut({ question: [500, 100], target: [600, 100], height: 400 });
  scrollToTarget(both);
  assert.equal(both.scrollTop, 488);
  const alone = laidOut({ question: [500, 100], target: [600, 900], height: 400 });
  scrollToTarget(alone);
  assert.equal(alone.scrollTop, 588);
  const short = Object.assign(laidOut({ question: [0, 10], target: [10, 10], height: 400 }), { scrollHeight: 300 });
  scrollToTarget(short);
  assert.equal(short.scrollTop, 0);
});
