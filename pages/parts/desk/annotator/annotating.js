// The desk of a reviewer: what annotating does that adjudicating does not.

import { bindActions, goBackTo } from "../shared/actions.js";
import { progressNow } from "../shared/bar.js";
import { answerText } from "../shared/conversation.js";
import { el, plural, toolButton } from "../shared/dom.js";
import { answered, draftOf, isChanged } from "../shared/drafts.js";
import { register } from "../shared/main.js";
import { doneList, isDone, isSkipped, openList, skippedList } from "../shared/model.js";
import { openFlag, openSkip, showReveal } from "./asking.js";
import { correctNotice, flag, selectedText, skip, submit, undo } from "./submitting.js";

export const desk = {
  name: "annotator",
  label: "Annotate: one item after another by keyboard; press ? for the keys",
  advances: true,
  asksBack: true,
  texts: [
    { name: "comment", label: "Comment", rows: 3, most: 10_000 },
    { name: "corrected_answer", label: "Corrected answer", rows: 7, most: 50_000, start: answerText },
  ],
  help: [
    ["1 … 9", "choose a value and move on"],
    ["↑ ↓", "the dimension above or below"],
    ["Enter", "submit; after several values, move on"],
    ["u", "undo: the last choice, flag or submission"],
    ["s", "skip, with a reason"],
    ["f", "flag; selected text goes with it"],
    ["c", "comment"],
    ["x", "corrected answer"],
    ["j  k", "next item, previous item"],
    ["e", "steps and tool output"],
    ["g", "guidance"],
    ["Esc", "leave a text, a filter, a dialog"],
    ["?", "this list"],
  ],
  commands: {
    u: (view) => view.act.undo(),
    s: (view) => view.act.openSkip(),
    f: (view) => view.act.openFlag(),
    c: (view) => view.act.note("comment"),
    x: (view) => view.act.note("corrected_answer"),
  },
  start: () => ({}),
  labelsOf: (submission) => submission.labels,
  // A fresh item asks for what is unanswered; a reopened one is walked through, since all of it is answered.
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
    toolButton("Skip", "s", () => view.act.openSkip()),
    toolButton("Flag", "f", () => view.act.openFlag()),
    toolButton("Comment", "c", () => view.act.note("comment")),
    toolButton("Correct", "x", () => view.act.note("corrected_answer")),
  ],
  prepare: () => undefined,
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
  annotation: "Submitted in another tab meanwhile. Submitting here replaces it.",
  skip: "Skipped in another tab meanwhile. You can still answer it.",
};

function stateText({ client }) {
  const id = client.current;
  const done = isDone(client, id);
  const late = client.taken[id] ?? (client.week.closed ? "The week is closed. What you submit now is kept as a late answer." : null);
  if (!done && late) return ["Submit late", late];
  if (isSkipped(client, id)) return ["Submit", skippedText(client.mine.get(id))];
  if (!done) return ["Submit", ELSEWHERE[client.elsewhere.get(id)] ?? ""];
  if (!client.mine.has(id)) return ["Next", "Submitted in another tab. Fetching what you said there …"];
  return isChanged(client, id)
    ? ["Save the change", "Changed. Your earlier answer counts until Enter saves the change."]
    : ["Next", client.week.closed ? "Submitted. The week is closed." : "Submitted. Choose again to change it, u takes it back."];
}

function skippedText(skip) {
  return `Skipped${skip?.reason ? `: ${skip.reason}` : ""}. Answer it after all, or go on; u takes the skip back.`;
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
      : "Items appear here as soon as the week's draw is dealt."),
    skipped.length ? el("p", {}, `You skipped ${plural(skipped.length, "item", "items")}. ${client.week.closed
      ? "The week is closed: an answer now is kept as a late one." : `You can still answer ${skipped.length > 1 ? "them" : "it"} while the week is open.`}`) : null,
    skipped.length ? toolButton("Take up what you skipped", "", () => goBackTo(view, skipped[0], 1)) : null,
    done ? el("p", {}, "What next: look back with ", el("kbd", {}, "k"),
      " and change your mind while the week is open, or see on the Week page what the others still have.") : null,
    done ? toolButton("Look back", "k", () => view.act.move(-1)) : null,
  ];
}

export const component = register(desk);
