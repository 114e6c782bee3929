// The item on the screen stands in the address, and an address opens its item.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, FakeNode, names } from "./fakes.mjs";
import { pass, press, stopTimers } from "./browser.mjs";
import { takeOpened } from "../../../pages/parts/desk/annotator/address.js";
import { desk } from "../../../pages/parts/desk/annotator/annotating.js";
import { takeAnswer } from "../../../pages/parts/desk/shared/answer.js";
import { newClient } from "../../../pages/parts/desk/shared/model.js";

const named = () => new URL(location.href).searchParams.get("item");

test("the address names the item on the screen, at most three times a second, and none when nothing is left", async () => {
  const parent = new FakeNode("div");
  const leave = globalThis.spotcheckDesks.get("annotator")({ data: { key: "address", ...answer(names(3)) }, parentElement: parent,
    setStateValue: () => undefined });
  assert.equal(named(), "item-a0");
  press("j");
  press("j");
  await pass(10);
  assert.equal(named(), "item-a0", "not at once again");
  await pass(400);
  assert.equal(named(), "item-a2");
  assert.match(location.href, /rater=ana/, "the rest of the address stays");
  press("k");
  leave();
  await pass(400);
  assert.equal(named(), "item-a2", "a page that was left changes no address");
  stopTimers();
});

test("an address opens its item once, also one that was submitted long ago", () => {
  const client = newClient("address-opened", desk);
  takeAnswer(client, answer(names(3), { held: ["a0"], done: ["b0"], open: ["b0", 1] }));
  assert.equal(client.current, "b0");
  assert.deepEqual([...client.back], ["b0"], "it is asked for");
  client.current = "a1";
  takeAnswer(client, answer(names(3), { done: ["b0"], open: ["b0", 1] }));
  assert.equal(client.current, "a1", "not again with every answer");
  takeOpened(client, { open: ["a2", 2] });
  assert.equal(client.current, "a2");
  takeOpened(client, { open: ["unknown", 3] });
  assert.equal(client.current, "a2");
});
