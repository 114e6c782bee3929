// Places in the answer under review. The server counts code points, JavaScript counts units of two bytes, and the page shows
// the answer in blocks: each says with `data-at` at which unit of the answer it begins.

import { el } from "./dom.js";

export function toPoints(text, unit) {
  return [...text.slice(0, unit)].length;
}

export function toUnits(text, point) {
  return [...text].slice(0, point).join("").length;
}

// A stretch of a text without the blanks around it, null when nothing is left.
export function trimmed(text, from, to) {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  return start < end ? { start, end } : null;
}

// Cut a block into pieces, each with the names of the spans that cover it. Spans and `at` are in units of the answer.
export function pieces(block, at, spans) {
  const inside = spans.map(({ start, end, name }) => ({ name, start: Math.max(0, start - at), end: Math.min(block.length, end - at) }))
    .filter(({ start, end }) => start < end);
  const cuts = [...new Set([0, block.length, ...inside.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, k) => ({ text: block.slice(from, cuts[k + 1]),
    names: inside.filter(({ start, end }) => start <= from && end >= cuts[k + 1]).map(({ name }) => name) }));
}

// The sentences of a text, each with its place in units.
export function sentences(text) {
  const cut = globalThis.Intl?.Segmenter ? [...new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)]
    : [...text.matchAll(/[^.!?\n]+[.!?]*\n*|[.!?\n]+/g)].map((found) => ({ segment: found[0], index: found.index }));
  return cut.map(({ segment, index }) => trimmed(text, index, index + segment.length)).filter(Boolean);
}

// Show the spans in the answer of a slot. `spans` have a start and an end in code points, and a name, which may be empty.
export function paint(slot, text, spans) {
  const units = spans.filter(({ start }) => start !== null).map(({ start, end, name }) => ({ start: toUnits(text, start), end: toUnits(text, end), name }));
  const shown = JSON.stringify(units);
  if (!slot || slot.painted === shown || (!units.length && !slot.painted)) return;
  slot.painted = shown;
  for (const block of slot.querySelectorAll("[data-at]")) {
    const cut = pieces(block.textContent, Number(block.getAttribute("data-at")), units);
    block.replaceChildren(...cut.map(({ text: piece, names }) => (names.length
      ? el("mark", { class: "sc-mark", "data-by": names.join("") || null }, piece) : piece)));
  }
}

// What is selected in the answer of a slot, in code points: null when nothing is, or when the selection leaves the answer.
export function selectedPlace(slot, text) {
  const range = selectedRange(slot);
  if (!range) return null;
  const [from, to] = [unitOf(range, range.startContainer, range.startOffset), unitOf(range, range.endContainer, range.endOffset)];
  const found = from === null || to === null ? null : trimmed(text, from, to);
  return found && { start: toPoints(text, found.start), end: toPoints(text, found.end) };
}

function selectedRange(slot) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount || !slot?.contains(selection.anchorNode)) return null;
  return selection.getRangeAt(0);
}

function elementAt(node) {
  return node instanceof Element ? node : node?.parentElement;
}

// The unit of the answer at one end of a selection. A selection that ends at the border of a block belongs to that block.
function unitOf(range, node, offset) {
  const block = elementAt(node)?.closest("[data-at]");
  if (!block) return null;
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(node, offset);
  return Number(block.getAttribute("data-at")) + before.toString().length;
}

// The place of the retrieved passage in which words are selected, and these words; null without.
export function selectedPassage(slot) {
  const range = selectedRange(slot);
  const passage = elementAt(range?.commonAncestorContainer)?.closest("[data-passage]");
  const words = passage ? range.toString().trim() : "";
  return words ? { passage: Number(passage.getAttribute("data-passage")), words } : null;
}
