// What a correction changes, word by word, by the longest common subsequence of words.

import { el } from "./dom.js";
import { t } from "./words.js";

// As review/basics/word_diff.py: a number with its sign, separators, currency and percent; a date, a time, an
// identifier or a word; space; a sign.
const CURRENCY = "$\\u00a2-\\u00a5\\u0e3f\\u20a0-\\u20c0";
const SPACE = " \\u00a0\\u202f";
const LETTER = "[\\p{L}\\p{N}_]";
const DIGITS = `\\p{Nd}+(?:[,\\u00a0\\u202f]\\p{Nd}+)*${LETTER}*`;
const JOINED = `(?:[\\-.\\/@'\\u2019](?:${DIGITS}|${LETTER}+)|[:+]${DIGITS})*`;
const NUMBER = `[\\-+\\u2212]?(?:[${CURRENCY}][${SPACE}]?)?${DIGITS}${JOINED}(?:[${SPACE}]?[%\\u2030\\u00b0${CURRENCY}])?`;
const WORD = new RegExp(`${NUMBER}|${LETTER}+${JOINED}|\\s+|[^\\s\\p{L}\\p{N}_]`, "gu");
const CELLS_AT_MOST = 4_000_000; // longer texts: everything between the common ends is shown as replaced

// The words of a text, as they are compared. Together they are the text.
export function words(text) {
  return text.match(WORD) ?? [];
}

// The parts of both texts in order: [kind, text] with kind "same", "gone" or "new".
export function wordDiff(before, after) {
  const [a, b] = [words(before), words(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [mid, other] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const steps = mid.length * other.length > CELLS_AT_MOST
    ? [...mid.map((word) => ["gone", word]), ...other.map((word) => ["new", word])] : commonSteps(mid, other);
  return joined([...a.slice(0, start).map(same), ...steps, ...a.slice(a.length - end).map(same)]);
}

function same(word) {
  return ["same", word];
}

function commonSteps(a, b) {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  const steps = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { steps.push(same(a[i])); i += 1; j += 1; }
    else if (i < a.length && (j === b.length || longest[(i + 1) * width + j] >= longest[i * width + j + 1])) { steps.push(["gone", a[i]]); i += 1; }
    else { steps.push(["new", b[j]]); j += 1; }
  }
  return steps;
}

// Join neighbours of one kind. A space alone between two changes belongs to both, so that phrases stay together.
function joined(steps) {
  const parts = [];
  let [gone, fresh] = ["", ""];
  const changes = () => {
    if (gone) parts.push(["gone", gone]);
    if (fresh) parts.push(["new", fresh]);
    [gone, fresh] = ["", ""];
  };
  steps.forEach(([kind, text], k) => {
    if (kind === "gone") gone += text;
    else if (kind === "new") fresh += text;
    else if ((gone || fresh) && text.trim() === "" && steps[k + 1] && steps[k + 1][0] !== "same") { gone += text; fresh += text; }
    else {
      changes();
      if (parts.length && parts[parts.length - 1][0] === "same") parts[parts.length - 1][1] += text;
      else parts.push(["same", text]);
    }
  });
  changes();
  return parts;
}

const DIFF_TAGS = { gone: "del", new: "ins", same: "span" };

export function showDiff(node, before, after) {
  const parts = wordDiff(before, after);
  if (parts.every(([kind]) => kind === "same")) node.replaceChildren(t("no change"));
  else node.replaceChildren(...parts.map(([kind, text]) => el(DIFF_TAGS[kind], {}, text)));
}
