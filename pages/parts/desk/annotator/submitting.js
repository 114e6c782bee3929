// What a reviewer does with an item: submit, skip, flag and take back.

import { goBackTo, goTo, leaveText, move, notice, pointAtMissing, unchoose } from "../shared/actions.js";
import { marksToSend, showMarks, unmark } from "./marks.js";
import { isKnown } from "../shared/back.js";
import { say, showBar } from "../shared/bar.js";
import { withoutSpan } from "../shared/conversation.js";
import { draftFrom, draftOf, dropDraft, finalLabels, isChanged, isComplete, keepDraft } from "../shared/drafts.js";
import { enter, isDone, isSkipped, MADE, nextOpen, saidList, skippedList } from "../shared/model.js";
import { buildItem } from "../shared/pair_view.js";
import { dropSlot } from "../shared/slots.js";
import { sendSoon } from "../shared/sync.js";
import { disarm, meantItem, tick } from "../shared/timer.js";
import { N, t } from "../shared/words.js";

const TAKEN_BACK = {
  open: N("Taken back. It does not count until you submit it again."),
  done: N("Taken back. Your earlier answer counts again."),
  skipped: N("Taken back. It is skipped again."),
};

function enterAnnotation(client, assignment) {
  const draft = draftOf(client, assignment);
  const marks = marksToSend(client, assignment);
  const entry = enter(client, "annotation", assignment, {
    labels: structuredClone(finalLabels(client, assignment)),
    comment: draft.comment.trim(),
    corrected_answer: draft.corrected_answer.trim(),
    seconds: Math.round((draft.active_ms ?? 0) / 100) / 10,
    supersedes: client.mine.get(assignment)?.submission_id ?? null,
    rubric_version: client.rubric.version,
    ...(marks.length ? { marks } : {}),
  });
  dropDraft(client, assignment);
  client.undo.push({ what: "submitted", assignment });
  return entry;
}

// Withdraw the submission that counts for an assignment. Its labels become the draft again.
function enterWithdrawal(client, assignment) {
  const submission = client.mine.get(assignment);
  const earlier = client.earlier.get(submission.submission_id);
  const leaves = earlier ? MADE[earlier.kind] ?? "done" : "open";
  const entry = enter(client, "withdraw", assignment, { withdraws: submission.submission_id, leaves });
  if (submission.labels) client.drafts.set(assignment, draftFrom(client, submission)); // a skip has no labels: the draft from before it stays
  keepDraft(client, assignment);
  if (leaves === "done") return entry;
  delete client.reveals[assignment];
  delete client.findings[assignment];
  return entry;
}

export function submit(view) {
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

export function skip(view, reason) {
  const { client } = view;
  const assignment = client.current;
  if (isDone(client, assignment)) return notice(view, t("You already submitted this item. Undo the submission before you skip it."));
  if (isSkipped(client, assignment)) return notice(view, t("You already skipped this item. Answer it or go on."));
  disarm(view);
  enter(client, "skip", assignment, { reason });
  client.undo.push({ what: "submitted", assignment });
  view.notice = t("Skipped. Undo takes it back.");
  goTo(view, nextOpen(client, assignment));
  sendSoon(view);
}

export function flag(view, kind, span, comment) {
  const { client } = view;
  const item = client.items.get(client.current);
  const { submission_id } = enter(client, "flag", client.current, { flag: kind, span, comment });
  client.undo.push({ what: "flagged", assignment: client.current, submission_id, item });
  if (kind === "privacy" && span.length > 1) {
    const hidden = withoutSpan(item, span);
    if (item.sql !== hidden.sql) [hidden.sql_tokens, hidden.sql_written] = [[], null];
    showOtherwise(view, { ...hidden, assignment: item.assignment, item: item.item });
  }
  notice(view, span && kind === "privacy" ? t("Flagged. The selected text is hidden.") : t("Flagged. Thank you."));
  showBar(view);
  sendSoon(view);
}

function showOtherwise(view, item) {
  view.client.items.set(item.assignment, item);
  if (item.assignment !== view.client.current) return dropSlot(view, item.assignment);
  view.slot.replaceChildren(buildItem(item));
  view.slot.painted = "";
  return showMarks(view);
}

export function selectedText(view) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !view.slot.contains(selection.anchorNode)) return "";
  return selection.toString().trim().slice(0, view.client.limits.flag_span);
}

export function undo(view) {
  const { client } = view;
  disarm(view);
  const last = client.undo[client.undo.length - 1];
  const flagged = last?.what === "flagged" && last.assignment === client.current;
  const chosen = ["chosen", "marked"].includes(last?.what) && last.assignment === client.current;
  const said = isDone(client, client.current) || (isSkipped(client, client.current) && !chosen);
  if (!flagged && said) return takeBackShown(view);
  while (client.undo.length) {
    const step = client.undo.pop();
    if (step.what === "submitted" && client.mine.has(step.assignment)) return takeBack(view, step.assignment);
    if (step.what === "chosen" && step.assignment === client.current) return unchoose(view, step);
    if (step.what === "marked" && step.assignment === client.current) return unmark(view, step);
    if (step.what === "flagged") return unflag(view, step);
  }
  const latest = saidList(client).filter((id) => client.items.has(id) && client.mine.has(id)).pop();
  if (latest) takeBack(view, latest);
  else notice(view, t("There is nothing to undo."));
}

// Take back the submission on the screen, whenever it was made. Its step leaves the undo list, and so do the choices made
// after it: undoing one of these later would choose a value again.
function takeBackShown(view, current = view.client.current) {
  const { client } = view;
  const last = client.undo.findLastIndex(({ what, assignment }) => what === "submitted" && assignment === current);
  if (last >= 0)
    client.undo = client.undo.filter(({ what, assignment }, k) => k < last || assignment !== current || what === "flagged");
  takeBack(view, current);
}

// Do what was asked for about an item. If the item on the screen only just took the place of one that went by itself, that
// one is meant and comes back first, so nothing written for it can land on another.
export function onMeant(view, action) {
  const meant = meantItem(view);
  if (!meant) return action();
  takeBackShown(view, meant);
  return view.client.current === meant ? action() : undefined;
}

function takeBack(view, assignment) {
  const { client } = view;
  if (!isKnown(client, assignment)) return notice(view, t("This item is still loading. Try again in a moment."));
  if (!client.mine.has(assignment)) return notice(view, t("You submitted this item elsewhere. Change your answer here instead."));
  if (client.week.closed) return notice(view, t("The week is closed. Answers and skips can no longer be taken back."));
  leaveText(view);
  const { leaves } = enterWithdrawal(client, assignment);
  view.notice = t(TAKEN_BACK[leaves]);
  goTo(view, assignment);
  sendSoon(view);
}

// Show the words that the flag had hidden. Whether they stay visible depends on the item that the server sends next.
function unflag(view, { assignment, submission_id, item }) {
  const { client } = view;
  enter(client, "withdraw", assignment, { withdraws: submission_id, leaves: null });
  if (item !== client.items.get(assignment) && client.items.has(assignment)) showOtherwise(view, item);
  if (assignment === client.current || !client.items.has(assignment)) notice(view, t("Flag taken back."));
  else {
    view.notice = t("Flag taken back.");
    goTo(view, assignment);
  }
  showBar(view);
  sendSoon(view);
}

// This page knows that an earlier answer counts again only if it made the later one. Otherwise the server's answer says
// so, and the notice is corrected.
export function correctNotice(view) {
  const { client } = view;
  if (view.notice !== t(TAKEN_BACK.open) || !isDone(client, client.current)) return;
  if (client.refusals.some(({ assignment }) => assignment === client.current)) return;
  view.notice = t(TAKEN_BACK.done);
  say(view, view.notice);
}
