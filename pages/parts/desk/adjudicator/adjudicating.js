// The adjudicator's desk: where adjudicating differs from annotating.

import { bindActions, goTo, leaveText, move, notice, pointAtMissing, unchoose } from "../shared/actions.js";
import { progressNow } from "../shared/bar.js";
import { answerText } from "../shared/conversation.js";
import { afterFrame, el, toolButton } from "../shared/dom.js";
import { answered, draftOf, dropDraft, finalLabels, isChanged, isComplete, keepDraft } from "../shared/drafts.js";
import { register } from "../shared/main.js";
import { doneList, enter, nextOpen, openList } from "../shared/model.js";
import { buildRubric } from "../shared/rubric.js";
import { scrollToTarget } from "../shared/slots.js";
import { sendSoon } from "../shared/sync.js";
import { isEcho } from "../shared/timer.js";
import { showDiff } from "../shared/diff.js";
import { buildVotes, firstCorrection, fitVotes, markVotes, showPlaces } from "./votes.js";
import { N, plural, t } from "../shared/words.js";

const WHY = "adjudicate:why"; // the reason is asked like a dimension, so that digits choose it

export const desk = {
  name: "adjudicator",
  label: N("Settle cases by keyboard. Press ? for all keys."),
  advances: false,
  asksBack: false,
  texts: [
    { name: "rationale", label: N("Rationale"), rows: 3 },
    { name: "corrected_answer", label: N("Corrected answer"), rows: 7, start: answerText,
      compare: (node, item, text) => showDiff(node, answerText(item), text) },
    { name: "reference_sql", label: N("Reference SQL"), rows: 7, start: queryText,
      compare: (node, item, text) => showDiff(node, queryText(item), text) },
  ],
  help: [
    ["1 … 9", N("choose a value, then the reason")],
    ["↑ ↓", N("go to the dimension above or below")],
    ["Enter", N("settle and go on")],
    ["Shift + Enter", N("settle, approve as golden and go on")],
    ["c", N("rationale: why this label is right")],
    ["x", N("corrected answer")],
    ["t", N("use the first reviewer's corrected answer")],
    ["q", N("reference SQL")],
    ["u", N("undo the last choice, or go back to the last case")],
    ["j  k", N("next case, previous case")],
    ["e", N("show or hide steps and tool output")],
    ["g", N("show or hide guidance")],
    ["Ctrl + Enter", N("settle while writing a text")],
    ["Esc", N("leave a text, filter or dialog")],
    ["?", N("this list")],
  ],
  commands: {
    u: (view) => view.act.undo(),
    c: (view) => view.act.note("rationale"),
    x: (view) => view.act.note("corrected_answer"),
    t: (view) => view.act.adopt(),
    q: (view) => view.act.note("reference_sql"), // also for an item without a query or with a failed one
  },
  start: (client, id) => client.items.get(id)?.start ?? {},
  labelsOf: ({ labels, reason }) => ({ ...labels, ...(reason ? { [WHY]: reason } : {}) }),
  asks: (client, id, dimension) => {
    const { labels } = draftOf(client, id);
    const item = client.items.get(id);
    return !answered(labels[dimension.name]) || (!item.mine && item.differing.includes(dimension.name));
  },
  take: takeCases,
  heard: (view) => afterFrame(() => fitHeight(view)),
  changed: changedText,
  aside: (view) => [(view.votesNode = el("div", { class: "sc-votes" }))],
  footer: (view) => [(view.moreNode = el("button", { type: "button", class: "sc-more-submit",
    onmousedown: (event) => event.preventDefault(), onclick: () => view.act.more() },
    el("span", {}, t("Settle and approve")), el("kbd", { "aria-hidden": "true" }, "⇧ Enter")))],
  tools: (view) => [
    toolButton(t("Rationale"), "c", () => view.act.note("rationale")),
    toolButton(t("Correct"), "x", () => view.act.note("corrected_answer")),
    toolButton(t("SQL"), "q", () => view.act.note("reference_sql")),
    toolButton(t("Undo"), "u", () => view.act.undo()),
  ],
  prepare: showCase,
  resized: (view) => {
    fitHeight(view);
    fitVotes(view);
  },
  show: showPlaces,
  state: stateText,
  count: ({ client }) => (client.week.kind === "settled" ? t("{count} settled", { count: client.order.length })
    : [t("{count} settled", { count: progressNow(client).done }), t("{count} left", { count: progressNow(client).left })].join(" · ")),
  said: (client) => [caseText(client), t("{count} left", { count: openList(client).length })].join(", "),
  empty: emptyNodes,
  actions: (view) => bindActions(view,
    { submit: (v) => settle(v, false), more: (v) => settle(v, true), adopt }, { undo }),
};

function queryText(item) {
  return item.sql_written ?? item.sql ?? "";
}

// The server sends the reasons in English; these are their words for the catalogue.
const REASONS = [N("rubric unclear"), N("hard case"), N("slip"), N("missing context")];

// The rubric that a case was reviewed under. If its votes differ, it also asks why.
function rubricOf(client, item) {
  const differ = item.differing.length > 0;
  const version = `${item.rubric_version}${differ ? " differing" : ""}`;
  const { dimensions } = client.rubrics[item.rubric_version];
  const why = { name: WHY, title: t("Why did they differ"), scale: "nominal", required: true, unless: "rationale", multiple: false,
    guidance: t("Or write a rationale (c)."), shown_when: {},
    values: client.reasons.map((value, k) => ({ value, shown: REASONS.includes(value) ? t(value) : value, key: String(k + 1), guidance: "" })) };
  return { version, reveal: false, dimensions: differ ? [...dimensions, why] : dimensions };
}

function takeCases(client, data) {
  client.rubrics = data.rubrics;
  client.reasons = data.reasons;
  const [wanted, time] = data.open ?? [];
  if (!wanted || client.opened === time || !data.order.includes(wanted)) return;
  client.opened = time;
  client.current = wanted;
}

// The lines above the desk differ from week to week; the desk takes the rest of the window, so its keys stay in sight.
function fitHeight(view) {
  const above = Math.max(0, view.root.getBoundingClientRect().top);
  view.root.style.setProperty("--sc-above", `${Math.round(above)}px`);
}

function showCase(view, item) {
  const rubric = rubricOf(view.client, item);
  if (view.client.rubric.version !== rubric.version) {
    view.client.rubric = rubric;
    buildRubric(view);
  }
  view.votesNode.replaceChildren(...buildVotes(view, item));
  markVotes(view, item);
  view.scrolled = true; // a case is read from the top, where its votes are
  // On a small screen the votes take room from the conversation, so it is scrolled after they are laid out.
  queueMicrotask(() => {
    fitVotes(view);
    if (view.slot) scrollToTarget(view.slot);
  });
}

// What happened to a case that changed while it was open.
function changedText(before, item) {
  if (before.state === item.state) return "";
  if (item.mine?.by_you === false && !before.mine) return t("Somebody else has settled this case.");
  return item.votes.length > before.votes.length ? t("Another vote has come in.") : t("The reviews of this case have changed.");
}

function caseText(client) {
  const item = client.items.get(client.current);
  const titles = item.differing.map((name) => client.rubric.dimensions.find((d) => d.name === name)?.title ?? name);
  const votes = plural(item.votes.length, "vote", "votes");
  return titles.length ? t("Case with {votes} that differ in {titles}", { votes, titles: titles.join(", ") }) : t("Case with {votes}", { votes });
}

function stateText({ client }) {
  const id = client.current;
  const item = client.items.get(id);
  const mine = client.mine.get(id);
  if (item.barred && !mine) return [t("Settle"), t("You reviewed this item yourself, so somebody else has to settle it.")];
  if (!mine) return [t("Settle"), ""];
  if (isChanged(client, id)) return [t("Settle again"), t("Changed. Settling again replaces the earlier decision, which stays on record.")];
  const others = mine.by_you === false;
  const said = mine.approve ? (others ? t("Settled by somebody else and approved.") : t("Settled by you and approved."))
    : others ? t("Settled by somebody else.") : t("Settled by you.");
  return [t("Next"), `${said} ${t("Choose again to change it.")}`];
}

function settle(view, approve) {
  const { client } = view;
  const id = client.current;
  const item = client.items.get(id);
  const mine = client.mine.get(id);
  if (isEcho(view)) return undefined;
  if (item.barred) return notice(view, t("You reviewed this item yourself, so somebody else has to settle it."));
  leaveText(view);
  if (mine && !isChanged(client, id) && (!approve || mine.approve || item.golden)) return move(view, 1);
  if (!isComplete(client, id)) return pointAtMissing(view);
  const { [WHY]: reason = "", ...labels } = finalLabels(client, id);
  const texts = Object.fromEntries(client.desk.texts.map(({ name }) => [name, draftOf(client, id)[name].trim()]));
  enter(client, "decision", id, { labels, reason, ...texts, approve, state: item.state });
  dropDraft(client, id);
  client.undo.push({ what: "settled", assignment: id });
  view.notice = approve ? t("Settled and approved.") : t("Settled.");
  goTo(view, nextCase(client, id));
  return sendSoon(view);
}

// The case to show after settling. In the list of settled cases a case keeps its place; elsewhere it leaves the list.
function nextCase(client, id) {
  if (client.week.kind !== "settled") return nextOpen(client, id);
  return client.order[client.order.indexOf(id) + 1] ?? id;
}

function adopt(view, text = firstCorrection(view.client.items.get(view.client.current))?.corrected_answer) {
  if (!text) return notice(view, t("No reviewer gave a corrected answer here."));
  draftOf(view.client, view.client.current).corrected_answer = text;
  keepDraft(view.client, view.client.current);
  return view.act.note("corrected_answer");
}

// A decision cannot be taken back, only replaced. Undo goes to the case.
function undo(view) {
  const { client } = view;
  leaveText(view);
  while (client.undo.length) {
    const step = client.undo.pop();
    if (step.what === "chosen" && step.assignment === client.current) return unchoose(view, step);
    if (step.what !== "settled" || !client.items.has(step.assignment)) continue;
    view.notice = t("Already settled. Choose again and settle again to replace the decision.");
    return goTo(view, step.assignment);
  }
  return notice(view, t("There is nothing to undo."));
}

const EMPTY = {
  disputed: [N("No disagreement is open"), N("You can approve unanimous items together. Once everything is reviewed and settled, the week can close.")],
  single: [N("No item has just one vote"), N("Items that only one person reviewed appear here.")],
  unanimous: [N("No unanimous item is open"), N("Go back to the list to approve the others together.")],
  settled: [N("Nothing is settled yet"), N("Start with the disagreements.")],
};

function emptyNodes(view) {
  const { client } = view;
  const [title, next] = EMPTY[client.week.kind];
  const { waiting } = client.week;
  const cases = plural(waiting, "case is", "cases are");
  const done = doneList(client).some((id) => client.items.has(id));
  return [
    el("h2", {}, t(title)),
    el("p", {}, waiting ? t("{cases} hidden until you have reviewed the items yourself on the Annotate page. Nobody sees votes before voting.", { cases }) : t(next)),
    done ? toolButton(t("Look back"), "k", () => view.act.move(-1)) : null,
  ];
}

export const component = register(desk);
