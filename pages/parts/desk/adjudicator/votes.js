// The votes side by side without names: one column per reviewer, one row per dimension, and their texts below.

import { answerText } from "../shared/conversation.js";
import { el, plural, setAttr, toolButton } from "../shared/dom.js";
import { answered } from "../shared/drafts.js";
import { shownValue } from "../shared/rubric.js";
import { showDiff } from "./diff.js";

export function buildVotes(view, item) {
  const { dimensions } = view.client.rubric;
  const asked = dimensions.filter((d) => item.votes.some((vote) => answered(vote.labels[d.name])));
  const names = item.votes.map((_, k) => `Reviewer ${letterOf(k)}`);
  const single = item.votes.length === 1;
  const head = el("tr", {}, el("td"),
    ...names.map((name, k) => el("th", { scope: "col", "aria-label": name }, letterOf(k))));
  const table = el("table", {}, el("thead", {}, head), el("tbody", {}, ...asked.map((d) => buildVoteRow(item, d))));
  return [
    el("h3", {}, plural(item.votes.length, "vote", "votes"), " ", el("small", {}, single ? "only one reviewer" : differText(item, asked)),
      item.golden ? el("span", { class: "sc-badge" }, "in golden") : null),
    el("div", { class: "sc-table", tabindex: "0", role: "region", "aria-label": "Votes" }, table),
    ...item.votes.flatMap((vote, k) => buildWords(view, item, vote, letterOf(k))),
    item.rubric_version === view.client.week.rubric_version ? null
      : el("p", { class: "sc-quiet-text" }, `Reviewed under rubric version ${item.rubric_version}.`),
  ].filter(Boolean);
}

function letterOf(k) {
  return String.fromCharCode(65 + k);
}

function differText(item, asked) {
  const titles = asked.filter((d) => item.differing.includes(d.name)).map((d) => d.title || d.name);
  return titles.length ? `differ in ${titles.join(", ")}` : "agree";
}

function buildVoteRow(item, dimension) {
  const differs = item.differing.includes(dimension.name);
  const shown = (value) => [value ?? ""].flat().map((one) => shownValue(String(one))).join(", ");
  return el("tr", { "data-differs": differs },
    el("th", { scope: "row" }, dimension.title || dimension.name,
      differs ? el("span", { class: "sc-differ", role: "img", "aria-label": "votes differ" }, "≠") : null),
    ...item.votes.map((vote) => el("td", {}, shown(vote.labels[dimension.name]) || "–")));
}

// Mark each value of the rubric with the letters of the reviewers who chose it.
export function markVotes(view, item) {
  for (const [name, field] of view.fields)
    for (const [value, button] of field.buttons) {
      const letters = item.votes.map((vote, k) => ([vote.labels[name]].flat().includes(value) ? letterOf(k) : "")).join("");
      if (letters) setAttr(button, "data-votes", letters);
      else button.removeAttribute("data-votes");
    }
}

function buildWords(view, item, vote, letter) {
  const words = [];
  if (vote.comment) words.push(el("p", { class: "sc-said" }, el("b", {}, letter), el("span", { class: "sc-text", dir: "auto" }, vote.comment)));
  if (vote.corrected_answer) {
    const diff = el("div", { class: "sc-diff", dir: "auto", role: "group", "aria-label": `Corrected answer of reviewer ${letter}` });
    showDiff(diff, answerText(item), vote.corrected_answer);
    const use = toolButton("Use this answer", firstCorrection(item) === vote ? "t" : "", () => view.act.adopt(vote.corrected_answer));
    words.push(el("div", { class: "sc-said" }, el("b", {}, letter), el("div", {}, diff, use)));
  }
  return words;
}

export function firstCorrection(item) {
  return item.votes.find((vote) => vote.corrected_answer);
}
