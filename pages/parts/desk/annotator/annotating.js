// The reviewer's desk: where annotating differs from adjudicating.

import { bindActions, goBackTo } from "../shared/actions.js";
import { progressNow } from "../shared/bar.js";
import { answerText } from "../shared/conversation.js";
import { el, toolButton } from "../shared/dom.js";
import { answered, draftOf, isChanged, isComplete, mayFollow } from "../shared/drafts.js";
import { register } from "../shared/main.js";
import { doneList, isDone, isSkipped, openList, skippedList } from "../shared/model.js";
import { nameInAddress, takeOpened } from "./address.js";
import { openFlag, openSkip, showReveal } from "./asking.js";
import { buildMarks, openMark, showMarks } from "./marks.js";
import { correctNotice, flag, onMeant, selectedText, skip, submit, undo } from "./submitting.js";
import { N, plural, t } from "../shared/words.js";

export const desk = {
  name: "annotator",
  label: N("Annotate items by keyboard. Press ? for all keys."),
  advances: true,
  asksBack: true,
  foresees: true,
  texts: [
    { name: "comment", label: N("Comment"), rows: 3 },
    { name: "corrected_answer", label: N("Corrected answer"), rows: 7, start: answerText },
  ],
  lists: ["marks"],
  help: [
    ["1 … 9", N("choose a value and move on")],
    ["↑ ↓", N("go to the dimension above or below")],
    ["Enter", N("submit; after choosing several values, move on")],
    ["u", N("undo the last choice, flag or submission")],
    ["s", N("skip with a reason")],
    ["f", N("flag the item, or the selected text")],
    ["c", N("comment")],
    ["x", N("corrected answer")],
    ["q", N("mark what is wrong in the answer, and what proves it")],
    ["j  k", N("next item, previous item")],
    ["e", N("show or hide steps and tool output")],
    ["g", N("show or hide guidance")],
    ["Esc", N("leave a text, filter or dialog")],
    ["?", N("this list")],
  ],
  commands: {
    u: (view) => view.act.undo(),
    s: (view) => onMeant(view, view.act.openSkip),
    f: (view) => onMeant(view, view.act.openFlag),
    c: (view) => onMeant(view, () => view.act.note("comment")),
    x: (view) => onMeant(view, () => view.act.note("corrected_answer")),
    q: (view) => onMeant(view, view.act.openMark),
  },
  start: () => ({}),
  labelsOf: (submission) => submission.labels,
  // A fresh item asks for what is unanswered. In a reopened item everything is answered, so it asks for each dimension.
  asks: (client, assignment, dimension) => {
    const { labels, reopened } = draftOf(client, assignment);
    return reopened || !answered(labels[dimension.name]);
  },
  take: takeOpened,
  heard: correctNotice,
  changed: () => "",
  aside: (view) => {
    view.notesNode.append(buildMarks(view));
    return [(view.revealNode = el("section", { class: "sc-reveal", hidden: true }))];
  },
  footer: () => [],
  tools: (view) => [
    toolButton(t("Undo"), "u", () => view.act.undo()),
    toolButton(t("Skip"), "s", () => onMeant(view, view.act.openSkip)),
    toolButton(t("Flag"), "f", () => onMeant(view, view.act.openFlag)),
    toolButton(t("Comment"), "c", () => onMeant(view, () => view.act.note("comment"))),
    toolButton(t("Correct"), "x", () => onMeant(view, () => view.act.note("corrected_answer"))),
    toolButton(t("Mark"), "q", () => onMeant(view, view.act.openMark)),
  ],
  prepare: () => undefined,
  resized: () => undefined,
  show: (view) => {
    showReveal(view);
    nameInAddress(view);
  },
  state: (view) => {
    showMarks(view); // a label decides whether there is anything to mark
    return stateText(view);
  },
  count: countText,
  said: (client) => (isDone(client, client.current) ? t("Submitted item")
    : isSkipped(client, client.current) ? t("Skipped item") : client.taken[client.current] ?? t("Item, {left} left", { left: openList(client).length })),
  empty: emptyNodes,
  actions: (view) => bindActions(view,
    { submit, skip, flag, openSkip, openFlag: (v) => openFlag(v, selectedText(v)), openMark }, { undo }),
};

const ELSEWHERE = {
  annotation: N("You submitted this item in another tab. Submitting here replaces that answer."),
  skip: N("You skipped this item in another tab. You can still answer it."),
};

function stateText({ client }) {
  const id = client.current;
  const done = isDone(client, id);
  const elsewhere = ELSEWHERE[client.elsewhere.get(id)];
  const late = client.taken[id] ?? (client.week.closed ? t("The week is closed. A submission now is kept as a late answer.") : null);
  if (!done && late) return [t("Submit late"), t(late)];
  if (isSkipped(client, id)) return [t("Submit"), skippedText(client.mine.get(id))];
  if (!done) return [t("Submit"), elsewhere ? t(elsewhere) : waitsText(client, id)];
  if (!client.mine.has(id)) return [t("Next"), t("Submitted in another tab. Loading your answer …")];
  return isChanged(client, id)
    ? [t("Save the change"), t("Changed. Your earlier answer counts until you press Enter.")]
    : [t("Next"), client.week.closed ? t("Submitted. The week is closed.") : t("Submitted. Choose again to change it, or press u to take it back.")];
}

// Why an answered item does not go by itself for somebody who chose that.
function waitsText(client, id) {
  const waits = client.settings.advance !== null && isComplete(client, id) && mayFollow(client, id);
  return waits ? t("Anything to add? Press Enter to submit.") : "";
}

function skippedText(skip) {
  const skipped = skip?.reason ? t("Skipped: {reason}.", { reason: t(skip.reason) }) : t("Skipped.");
  return `${skipped} ${t("You can still answer it. Press u to take back the skip.")}`;
}

function countText({ client }) {
  const { done, left, minutes } = progressNow(client);
  const skipped = skippedList(client).length;
  return [t("{count} done", { count: done }), skipped ? t("{count} skipped", { count: skipped }) : "",
    t("{count} left", { count: left }), minutes ? t("about {count} min", { count: minutes }) : ""].filter(Boolean).join(" · ");
}

function againText(client, count) {
  if (client.week.closed) return t("The week is closed, so an answer now is kept as a late one.");
  return count > 1 ? t("You can still answer them while the week is open.") : t("You can still answer it while the week is open.");
}

function emptyNodes(view) {
  const { client } = view;
  nameInAddress(view);
  const done = doneList(client).length;
  const skipped = skippedList(client);
  const dealt = client.week.total > 0 || done > 0;
  const reviewed = plural(client.week.done + done - client.done.length, "item", "items");
  const passed = plural(skipped.length, "item", "items");
  return [
    el("h2", {}, dealt ? t("Nothing left for you this week") : t("Nothing for you yet this week")),
    el("p", {}, dealt ? t("{items} reviewed. Thank you.", { items: reviewed })
      : t("Items appear here once the week's draw is dealt to reviewers.")),
    skipped.length ? el("p", {}, t("You skipped {items}.", { items: passed }), " ", againText(client, skipped.length)) : null,
    skipped.length ? toolButton(t("Return to skipped items"), "", () => goBackTo(view, skipped[0], 1)) : null,
    done ? el("p", {}, t("What next? Press k to look back; while the week is open you can change your answers."), " ",
      t("The Week page shows what other reviewers still have to do.")) : null,
    done ? toolButton(t("Look back"), "k", () => view.act.move(-1)) : null,
  ];
}

export const component = register(desk);
