// The desk of a reviewer: what annotating does that adjudicating does not.

const desk = {
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

const TAKEN_BACK = {
  open: "Taken back. It does not count until you submit it again.",
  done: "Taken back. Your earlier answer counts again.",
  skipped: "Taken back. It is skipped again.",
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

function enterAnnotation(client, assignment) {
  const draft = draftOf(client, assignment);
  const entry = enter(client, "annotation", assignment, {
    labels: structuredClone(finalLabels(client, assignment)),
    comment: draft.comment.trim(),
    corrected_answer: draft.corrected_answer.trim(),
    seconds: Math.round((draft.active_ms ?? 0) / 100) / 10,
    supersedes: client.mine.get(assignment)?.submission_id ?? null,
    rubric_version: client.rubric.version,
  });
  dropDraft(client, assignment);
  client.undo.push({ what: "submitted", assignment });
  return entry;
}

// Take back the submission that counts for an assignment; its labels become the draft again.
function enterWithdrawal(client, assignment) {
  const submission = client.mine.get(assignment);
  const earlier = client.earlier.get(submission.submission_id);
  const leaves = earlier ? MADE[earlier.kind] ?? "done" : "open";
  const entry = enter(client, "withdraw", assignment, { withdraws: submission.submission_id, leaves });
  if (submission.labels) client.drafts.set(assignment, draftFrom(submission)); // of a skip what was begun before it stays
  keepDraft(client, assignment);
  if (leaves === "done") return entry;
  delete client.reveals[assignment];
  delete client.findings[assignment];
  return entry;
}

function submit(view) {
  const { client } = view;
  const assignment = client.current;
  disarm(view);
  if (isDone(client, assignment) && !isChanged(client, assignment)) return move(view, 1);
  if (!isComplete(client, assignment)) return pointAtMissing(view);
  tick(view);
  leaveText(view);
  const another = isSkipped(client, assignment) ? skippedList(client).find((id) => id !== assignment) : null;
  enterAnnotation(client, assignment);
  view.notice = "";
  goBackTo(view, nextOpen(client, assignment) ?? another ?? null, 1);
  sendSoon(view);
}

function skip(view, reason) {
  const { client } = view;
  const assignment = client.current;
  if (isDone(client, assignment)) return notice(view, "This item is submitted already. Undo it first to skip it.");
  if (isSkipped(client, assignment)) return notice(view, "This item is skipped already: answer it, or go on.");
  disarm(view);
  enter(client, "skip", assignment, { reason });
  client.undo.push({ what: "submitted", assignment });
  view.notice = "Skipped. Undo brings it back.";
  goTo(view, nextOpen(client, assignment));
  sendSoon(view);
}

function flag(view, kind, span, comment) {
  const { client } = view;
  const item = client.items.get(client.current);
  const { submission_id } = enter(client, "flag", client.current, { flag: kind, span, comment });
  client.undo.push({ what: "flagged", assignment: client.current, submission_id, item });
  if (kind === "privacy" && span.length > 1) {
    const hidden = withoutSpan(item, span);
    if (item.sql !== hidden.sql) hidden.sql_tokens = [];
    showOtherwise(view, { ...hidden, assignment: item.assignment, item: item.item });
  }
  notice(view, span && kind === "privacy" ? "Flagged, and hidden here already." : "Flagged. Thank you.");
  showBar(view);
  sendSoon(view);
}

function showOtherwise(view, item) {
  view.client.items.set(item.assignment, item);
  if (item.assignment === view.client.current) view.slot.replaceChildren(buildConversation(item));
  else dropSlot(view, item.assignment);
}

function selectedText(view) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !view.slot.contains(selection.anchorNode)) return "";
  return selection.toString().trim().slice(0, 2000);
}

function undo(view) {
  const { client } = view;
  const armed = Boolean(view.timer);
  disarm(view);
  const last = client.undo[client.undo.length - 1];
  const flagged = last?.what === "flagged" && last.assignment === client.current;
  const chosen = last?.what === "chosen" && last.assignment === client.current;
  const said = isDone(client, client.current) || (isSkipped(client, client.current) && !chosen);
  if (!armed && !flagged && said) return takeBackShown(view);
  while (client.undo.length) {
    const step = client.undo.pop();
    if (step.what === "submitted" && client.mine.has(step.assignment)) return takeBack(view, step.assignment);
    if (step.what === "chosen" && step.assignment === client.current) return unchoose(view, step);
    if (step.what === "flagged") return unflag(view, step);
  }
  const latest = saidList(client).filter((id) => client.items.has(id) && client.mine.has(id)).pop();
  if (latest) takeBack(view, latest);
  else notice(view, "There is nothing to undo.");
}

// What is on the screen is taken back whenever it was submitted; its step is done with, and so are the choices made on
// top of it: undone later, one of these would choose anew.
function takeBackShown(view) {
  const { client } = view;
  const { current } = client;
  const last = client.undo.findLastIndex(({ what, assignment }) => what === "submitted" && assignment === current);
  if (last >= 0)
    client.undo = client.undo.filter(({ what, assignment }, k) => k < last || assignment !== current || what === "flagged");
  takeBack(view, current);
}

function takeBack(view, assignment) {
  const { client } = view;
  if (!isKnown(client, assignment)) return notice(view, "It is being fetched; then it can be taken back.");
  if (!client.mine.has(assignment)) return notice(view, "This one was submitted elsewhere; change it here instead.");
  if (client.week.closed) return notice(view, "The week is closed: what you said in it stands.");
  leaveText(view);
  const { leaves } = enterWithdrawal(client, assignment);
  view.notice = TAKEN_BACK[leaves];
  goTo(view, assignment);
  sendSoon(view);
}

// The words that were hidden here come back at once; whether they stay depends on what the server sends of the item.
function unflag(view, { assignment, submission_id, item }) {
  const { client } = view;
  enter(client, "withdraw", assignment, { withdraws: submission_id, leaves: null });
  if (item !== client.items.get(assignment) && client.items.has(assignment)) showOtherwise(view, item);
  if (assignment === client.current || !client.items.has(assignment)) notice(view, "Flag taken back.");
  else {
    view.notice = "Flag taken back.";
    goTo(view, assignment);
  }
  showBar(view);
  sendSoon(view);
}

// Whether an earlier answer counts again is known to this page only when it superseded it itself; else the server tells.
function correctNotice(view) {
  const { client } = view;
  if (view.notice !== TAKEN_BACK.open || !isDone(client, client.current)) return;
  if (client.refusals.some(({ assignment }) => assignment === client.current)) return;
  view.notice = TAKEN_BACK.done;
  say(view, view.notice);
}
