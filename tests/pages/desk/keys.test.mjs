import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeNode, FakeTextArea } from "./fakes.mjs";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { keyName, onKey } from "../../../pages/parts/desk/shared/keys.js";

test("a key is named by its letter, a digit by its place where the layout gives signs", () => {
  assert.equal(keyName({ key: "U", code: "KeyU" }), "u");
  assert.equal(keyName({ key: "&", code: "Digit1" }), "1", "AZERTY, unshifted");
  assert.equal(keyName({ key: "!", code: "Digit1", shiftKey: true }), "!");
  assert.equal(keyName({ key: "5", code: "Digit4" }), "5");
  assert.equal(keyName({ key: "г", code: "KeyU" }), "u", "a Cyrillic layout");
  assert.equal(keyName({ key: "é", code: "KeyE" }), "é", "a Latin letter stays");
  assert.equal(keyName({ key: "Enter", code: "Enter" }), "Enter");
});

function viewOf({ keys = {}, finished = false, advance = null } = {}) {
  const done = [];
  const act = Object.fromEntries(["undo", "choose", "submit", "enter", "move", "steps", "openSkip"].map((name) =>
    [name, (...given) => done.push([name, ...given])]));
  const field = { kind: "short", keys: new Map(Object.entries(keys)), buttons: new Map(), dimension: { name: "tone" }, node: { hidden: false } };
  const root = new FakeNode("div");
  return { root, desk, act, done, finished, timer: null, held: new Set(), timerNode: new FakeNode("div"), focus: "tone", fields: new Map([["tone", field]]), dialog: null, keysDistinct: false,
    client: { current: null, settings: { advance }, items: new Map() }, seenAt: 0 };
}

function pressed(view, key, fields = {}) {
  const event = { key, code: "", target: view.root, prevented: 0, preventDefault() { this.prevented += 1; }, ...fields };
  onKey(view, event);
  return event;
}

test("a digit chooses the value of the dimension that has the keys", () => {
  const view = viewOf({ keys: { 1: "rude", 2: "kind" } });
  assert.equal(pressed(view, "2").prevented, 1);
  assert.deepEqual(view.done, [["choose", "tone", "kind"]]);
});

test("a value's own letter goes before the command of that letter", () => {
  const view = viewOf({ keys: { u: "ugly" } });
  pressed(view, "u");
  pressed(view, "s");
  assert.deepEqual(view.done, [["choose", "tone", "ugly"], ["openSkip"]]);
});

test("a key that is held down acts once", () => {
  const view = viewOf({ keys: { 1: "rude" } });
  for (const key of ["1", "Enter", "u"]) assert.equal(pressed(view, key, { repeat: true }).prevented, 1);
  assert.deepEqual(view.done, []);
});

test("letters command nothing while a text is written, with a modifier, or in another part of the page", () => {
  const view = viewOf();
  const area = new FakeTextArea("textarea");
  view.root.append(area);
  pressed(view, "u", { target: area });
  pressed(view, "u", { ctrlKey: true });
  pressed(view, "u", { defaultPrevented: true });
  pressed(view, "u", { isComposing: true });
  const button = Object.assign(new FakeNode("button"), { closest: () => button });
  pressed(view, "u", { target: button });
  assert.deepEqual(view.done, []);
  pressed(view, "u");
  assert.deepEqual(view.done, [["undo"]]);
});

test("typing ahead without a delay sends the finished item and counts for the next one", () => {
  const view = viewOf({ keys: { 1: "rude" }, finished: true, advance: 0 });
  pressed(view, "1");
  assert.deepEqual(view.done, [["submit"], ["choose", "tone", "rude"]]);
});

test("Ctrl and Enter submit out of a text, Enter alone writes a line", () => {
  const view = viewOf();
  const area = new FakeTextArea("textarea");
  view.root.append(area);
  assert.equal(pressed(view, "Enter", { target: area }).prevented, 0);
  pressed(view, "Enter", { target: area, ctrlKey: true });
  assert.deepEqual(view.done, [["submit"]]);
});
