// The reviewer's desk: where annotating differs from adjudicating.

import { bindActions, goBackTo } from "../shared/actions.js";
import { progressNow } from "../shared/bar.js";
import { answerText } from "../shared/conversation.js";
import { el, plural, toolButton } from "../shared/dom.js";
import { answered, draftOf, isChanged, isComplete, mayFollow } from "../shared/drafts.js";
import { register } from "../shared/main.js";
import { doneList, isDone, isSkipped, openList, skippedList } from "../shared/model.js";
import { openFlag, openSkip, showReveal } from "./asking.js";
import { correctNotice, flag, onMeant, selectedText, skip, submit, undo } from "./submitting.js";

export const desk = {
  name: "annotator",
  label: "Annotate items by keyboard. Press ? for all keys.",
  advances: true,
  asksBack: true,
  foresees: true,
  texts: [
    { name: "comment", label: "Comment", rows: 3 },
    { name: "corrected_answer", label: "Corrected answer", rows: 7, start: answerText },
  ],
  help: [
    ["1 … 9", "choose a value and move on"],
    ["↑ ↓", "go to the dimension above or below"],
    ["Enter", "submit; after choosing several values, move on"],
    ["u", "undo the last choice, flag or submission"],
    ["s", "skip with a reason"],
    ["f", "flag the item, or the selected text"],
    ["c", "comment"],
    ["x", "corrected answer"],
    ["j  k", "next item, previous item"],
    ["e", "show or hide steps and tool output"],
    ["g", "show or hide guidance"],
    ["Esc", "leave a text, filter or dialog"],
    ["?", "this list"],
  ],
  commands: {
    u: (view) => view.act.undo(),
    s: (view) => onMeant(view, view.act.openSkip),
    f: (view) => onMeant(view, view.act.openFlag),
    c: (view) => onMeant(view, () => view.act.note("comment")),
    x: (view) => onMeant(view, () => view.act.note("corrected_answer")),
  },
  start: () => ({}),
  labelsOf: (submission) => submission.labels,
  // A fresh item asks for what is unanswered. In a reopened item everything is answered, so it asks for each dimension.
  asks: (client, assignment, dimension) => {
    const { labels, reopened } = draftOf(client, assignment);
    return reopened || !answered(labels[dimension.name]);
  },
  take: () => undefined,
  heard: correctNotice,
  changed: () => "",
  aside: (view) => [(view.revealNode = el("section", { class: "sc-reveal", hidden: true }))],
  footer: () => [],
  tools: (view) => [
    toolButton("Undo", "u", () => view.act.undo()),
    toolButton("Skip", "s", () => onMeant(view, view.act.openSkip)),
    toolButton("Flag", "f", () => onMeant(view, view.act.openFlag)),
    toolButton("Comment", "c", () => onMeant(view, () => view.act.note("comment"))),
    toolButton("Correct", "x", () => onMeant(view, () => view.act.note("corrected_answer"))),
  ],
  prepare: () => undefined,
  resized: () => undefined,
  show: showReveal,
  state: stateText,
  count: countText,
  said: (client) => (isDone(client, client.current) ? "Submitted item"
    : isSkipped(client, client.current) ? "Skipped item" : client.taken[client.current] ?? `Item, ${openList(client).length} left`),
  empty: emptyNodes,
  actions: (view) => bindActions(view,
    { submit, skip, flag, openSkip, openFlag: (v) => openFlag(v, selectedText(v)) }, { undo }),
};

const ELSEWHERE = {
  annotation: "You submitted this item in another tab. Submitting here replaces that answer.",
  skip: "You skipped this item in another tab. You can still answer it.",
};

function stateText({ client }) {
  const id = client.current;
  const done = isDone(client, id);
  const late = client.taken[id] ?? (client.week.closed ? "The week is closed. A submission now is kept as a late answer." : null);
  if (!done && late) return ["Submit late", late];
  if (isSkipped(client, id)) return ["Submit", skippedText(client.mine.get(id))];
  if (!done) return ["Submit", ELSEWHERE[client.elsewhere.get(id)] ?? waitsText(client, id)];
  if (!client.mine.has(id)) return ["Next", "Submitted in another tab. Loading your answer …"];
  return isChanged(client, id)
    ? ["Save the change", "Changed. Your earlier answer counts until you press Enter."]
    : ["Next", client.week.closed ? "Submitted. The week is closed." : "Submitted. Choose again to change it, or press u to take it back."];
}

// Why an answered item does not go by itself for somebody who chose that.
function waitsText(client, id) {
  const waits = client.settings.advance !== null && isComplete(client, id) && mayFollow(client, id);
  return waits ? "Anything to add? Press Enter to submit." : "";
}

function skippedText(skip) {
  return `Skipped${skip?.reason ? `: ${skip.reason}` : ""}. You can still answer it. Press u to take back the skip.`;
}

function countText({ client }) {
  const { done, left, minutes } = progressNow(client);
  const skipped = skippedList(client).length;
  return `${done} done · ${skipped ? `${skipped} skipped · ` : ""}${left} left${minutes ? ` · about ${minutes} min` : ""}`;
}

function emptyNodes(view) {
  const { client } = view;
  const done = doneList(client).length;
  const skipped = skippedList(client);
  const dealt = client.week.total > 0 || done > 0;
  return [
    el("h2", {}, dealt ? "Nothing left for you this week" : "Nothing for you yet this week"),
    el("p", {}, dealt ? `${plural(client.week.done + done - client.done.length, "item", "items")} reviewed. Thank you.`
      : "Items appear here once the week's draw is dealt to reviewers."),
    skipped.length ? el("p", {}, `You skipped ${plural(skipped.length, "item", "items")}. ${client.week.closed
      ? "The week is closed, so an answer now is kept as a late one." : `You can still answer ${skipped.length > 1 ? "them" : "it"} while the week is open.`}`) : null,
    skipped.length ? toolButton("Return to skipped items", "", () => goBackTo(view, skipped[0], 1)) : null,
    done ? el("p", {}, "What next? Press ", el("kbd", {}, "k"), " to look back; while the week is open you can change your answers. ",
      "The Week page shows what other reviewers still have to do.") : null,
    done ? toolButton("Look back", "k", () => view.act.move(-1)) : null,
  ];
}

export const component = register(desk);
