// The votes without names: side by side where every word fits, one column per reviewer and one row per dimension; else by
// value, with the letters of those who chose it. Their texts stand below, and then similar cases that were settled before.

import { weekText } from "../shared/bar.js";
import { answerText } from "../shared/conversation.js";
import { el, setAttr, setFlag, toolButton } from "../shared/dom.js";
import { answered } from "../shared/drafts.js";
import { paint } from "../shared/places.js";
import { shownValue } from "../shared/rubric.js";
import { showDiff } from "../shared/diff.js";
import { plural, t } from "../shared/words.js";

export function buildVotes(view, item) {
  const { dimensions } = view.client.rubric;
  const asked = dimensions.filter((d) => item.votes.some((vote) => answered(vote.labels[d.name])));
  const names = item.votes.map((_, k) => t("Reviewer {letter}", { letter: letterOf(k) }));
  const single = item.votes.length === 1;
  const head = el("tr", {}, el("td"),
    ...names.map((name, k) => el("th", { scope: "col", "aria-label": name }, letterOf(k))));
  const table = el("table", {}, el("thead", {}, head), el("tbody", {}, ...asked.map((d) => buildVoteRow(item, d))));
  const groups = el("dl", { class: "sc-groups", hidden: true }, ...asked.flatMap((d) => buildGroups(item, d)));
  return [
    el("h3", {}, plural(item.votes.length, "vote", "votes"), " ", el("small", {}, single ? t("only one reviewer") : differText(item, asked)),
      item.golden ? el("span", { class: "sc-badge" }, t("in golden")) : null),
    el("div", { class: "sc-table", tabindex: "0", role: "region", "aria-label": t("Votes") }, table, groups),
    ...item.votes.flatMap((vote, k) => buildWords(view, item, vote, letterOf(k))),
    item.rubric_version === view.client.week.rubric_version ? null
      : el("p", { class: "sc-quiet-text" }, t("Reviewed under rubric version {version}.", { version: item.rubric_version })),
    buildSimilar(view, item),
  ].filter(Boolean);
}

function letterOf(k) {
  return String.fromCharCode(65 + k);
}

function differText(item, asked) {
  const titles = asked.filter((d) => item.differing.includes(d.name)).map((d) => d.title || d.name);
  return titles.length ? t("differ in {titles}", { titles: titles.join(", ") }) : t("agree");
}

function buildVoteRow(item, dimension) {
  const differs = item.differing.includes(dimension.name);
  return el("tr", { "data-differs": differs },
    el("th", { scope: "row" }, dimension.title || dimension.name,
      differs ? el("span", { class: "sc-differ", role: "img", "aria-label": t("votes differ") }, "≠") : null),
    ...item.votes.map((vote) => el("td", {}, shownVote(vote.labels[dimension.name]) || "–")));
}

function shownVote(value) {
  return [value ?? ""].flat().map((one) => shownValue(String(one))).join(", ");
}

// One dimension by value: who said what, in the order of the rubric.
function buildGroups(item, dimension) {
  const said = item.votes.map((vote) => shownVote(vote.labels[dimension.name]) || "–");
  const groups = [...new Set(said)].map((words) => {
    const letters = item.votes.map((_, k) => (said[k] === words ? letterOf(k) : "")).join(" ").replace(/ +/g, " ").trim();
    return el("span", {}, words, " ", el("b", { class: "sc-letters" }, letters));
  });
  return [el("dt", { "data-differs": item.differing.includes(dimension.name) }, dimension.title || dimension.name),
    el("dd", { "data-differs": item.differing.includes(dimension.name) }, ...groups)];
}

// Show the votes side by side if no word has to break and no column is hidden, else by value.
export function fitVotes(view) {
  const box = view.votesNode.querySelector(".sc-table");
  if (!box) return;
  const [table, groups] = box.children;
  setFlag(table, "hidden", false);
  setFlag(groups, "hidden", true);
  const tight = table.scrollWidth > box.clientWidth || box.scrollWidth > box.clientWidth;
  setFlag(table, "hidden", tight);
  setFlag(groups, "hidden", !tight);
}

// Earlier decisions on similar cases, so that the same question is not decided in two ways.
function buildSimilar(view, item) {
  if (!item.similar?.length) return null;
  const titles = new Map(view.client.rubric.dimensions.map((d) => [d.name, d.title || d.name]));
  const rows = item.similar.map(({ question, labels, reason, rationale, week }) => el("li", {},
    el("p", { class: "sc-text", dir: "auto" }, question),
    el("p", {}, ...Object.entries(labels).map(([name, value]) =>
      el("span", {}, `${titles.get(name) ?? shownValue(name)}: `, el("b", {}, shownVote(value)))),
      el("small", {}, [t(reason), weekText(week)].filter(Boolean).join(" · "))),
    rationale ? el("p", { class: "sc-why", dir: "auto" }, rationale) : null));
  return el("details", { class: "sc-similar", open: !view.root.hasAttribute("data-narrow") },
    el("summary", {}, t("Similar cases settled before ({count})", { count: rows.length })), el("ul", {}, ...rows));
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
    const diff = el("div", { class: "sc-diff", dir: "auto", role: "group", "aria-label": t("Corrected answer of reviewer {letter}", { letter }) });
    showDiff(diff, answerText(item), vote.corrected_answer);
    const use = toolButton(t("Use this answer"), firstCorrection(item) === vote ? "t" : "", () => view.act.adopt(vote.corrected_answer));
    words.push(el("div", { class: "sc-said" }, el("b", {}, letter), el("div", {}, diff, use)));
  }
  for (const mark of vote.marks ?? []) words.push(el("p", { class: "sc-said" }, el("b", {}, letter), el("span", {}, ...markWords(mark))));
  return words;
}

// What a reviewer marked as wrong, and what proves it.
function markWords({ start, quote, proof, source, passage }) {
  const where = [passage === undefined ? "" : t("passage {number}", { number: passage + 1 }), source].filter(Boolean).join(", ");
  return [el("mark", { class: "sc-mark", dir: "auto" }, quote), start === null ? el("small", {}, ` ${t("(not in the answer any more)")}`) : null,
    proof || where ? el("span", { class: "sc-proof", dir: "auto" }, ` ${t("proof:")} ${[proof ? `“${proof}”` : "", where].filter(Boolean).join(" · ")}`) : null];
}

// Show in the answer what each reviewer marked, with their letters.
export function showPlaces(view) {
  const item = view.client.items.get(view.client.current);
  if (!item) return;
  paint(view.slot, answerText(item), item.votes.flatMap((vote, k) => (vote.marks ?? []).map(({ start, end }) => ({ start, end, name: letterOf(k) }))));
}

export function firstCorrection(item) {
  return item.votes.find((vote) => vote.corrected_answer);
}
