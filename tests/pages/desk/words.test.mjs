import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, FakeNode, names } from "./fakes.mjs";
import { press, stopTimers } from "./browser.mjs";
import "../../../pages/parts/desk/annotator/annotating.js";
import { languageNow, plural, t, useWords } from "../../../pages/parts/desk/shared/words.js";

const GERMAN = { Submit: "Absenden", "Still missing: {titles}.": "Es fehlt noch: {titles}.", item: ["Beispiel", "Beispiele"] };

test("a text is translated, filled, and stays English where nobody translated it", () => {
  useWords("de", GERMAN);
  assert.equal(t("Submit"), "Absenden");
  assert.equal(t("Still missing: {titles}.", { titles: "Ton" }), "Es fehlt noch: Ton.");
  assert.equal(t("Skip {what}", { what: "it" }), "Skip it");
  assert.equal(t("{constructor}"), "{constructor}");
  assert.equal(plural(1, "item", "items"), "1 Beispiel");
  assert.equal(plural("1,200", "item", "items"), "1,200 Beispiele");
  assert.equal(plural(2, "row", "rows"), "2 rows");
  useWords("fr", { item: ["exemple", "exemples"] });
  assert.equal(plural(0, "item", "items"), "0 exemple", "none is singular in French");
  useWords("en", {});
  assert.equal(plural(0, "item", "items"), "0 items");
});

const parent = new FakeNode("div");
const shown = (fields) => globalThis.spotcheckDesks.get("annotator")({ parentElement: parent, setStateValue: () => undefined,
  data: { key: "words", ...answer(names(3)), ...fields } });
const text = () => parent.children.at(-1).textContent;

test("a desk is built anew in another language and keeps what was chosen", () => {
  useWords("en", {});
  shown({ language: "en", words: {} });
  press("1");
  assert.match(text(), /Submit/);
  shown({ language: "de", words: GERMAN });
  assert.equal(languageNow(), "de");
  assert.match(text(), /Absenden/);
  assert.doesNotMatch(text(), /Submit/);
  assert.match(localStorage.getItem("spotcheck:words:draft:a0"), /"correctness":"wrong"/);
  shown({ language: "de" });
  assert.match(text(), /Absenden/, "an answer without words changes nothing");
  useWords("en", {});
  stopTimers();
});
