// Show the open item: on both sides at once, then what can wait until it is painted.

import { say, showBar, showEmpty, showNotice } from "./bar.js";
import { asText } from "./conversation.js";
import { afterFrame, setAttr, setFlag, setText, whenIdle } from "./dom.js";
import { draftOf, visibleDimensions } from "./drafts.js";
import { nextOpen } from "./model.js";
import { rubricOf } from "./pair.js";
import { showNotes } from "./panels.js";
import { clearFilter, focusField, showRubric } from "./rubric.js";
import { finishShowing, prepare, present, slotFor } from "./slots.js";
import { disarm } from "./timer.js";
import { t } from "./words.js";

export function show(view) {
  const { client } = view;
  const assignment = client.current;
  // An item that is only shown again, after an answer or from the mirror, keeps its timer.
  if (view.shownFor !== assignment) disarm(view);
  view.shownFor = assignment;
  view.painting = true;
  view.writing = null;
  const item = client.items.get(assignment);
  setFlag(view.root, "data-empty", !assignment);
  setFlag(view.root, "data-waiting", Boolean(assignment && !item));
  setFlag(view.emptyNode, "hidden", Boolean(assignment));
  if (item) showItem(view, assignment);
  else if (assignment) present(view, view.waitNode);
  else showEmpty(view);
  if (!item) view.root.focus({ preventScroll: true });
  showBar(view);
  showNotice(view);
  view.painting = false;
  view.shownAt = view.seenAt = performance.now();
  const { shownAt } = view;
  afterFrame(() => shownAt === view.shownAt && afterPaint(view));
}

function showItem(view, assignment) {
  const { client } = view;
  present(view, slotFor(view, assignment));
  view.desk.prepare(view, client.items.get(assignment));
  for (const field of view.fields.values()) clearFilter(field);
  const asked = visibleDimensions(rubricOf(client, assignment), draftOf(client, assignment).labels);
  const first = asked.find((d) => view.desk.asks(client, assignment, d)) ?? asked[0];
  showRubric(view);
  showNotes(view);
  showState(view);
  view.desk.show(view);
  if (first) focusField(view, first.name);
  if (view.scrolled) view.scrollNode.scrollTop = 0;
  view.scrolled = false;
}

export function showState(view) {
  const [button, text] = view.desk.state(view);
  setText(view.submitNode.firstChild, button);
  setText(view.stateNode, text);
  setFlag(view.stateNode, "hidden", !text);
}

// What can wait until the item is on the screen: announcing it to a screen reader, building the next one.
function afterPaint(view) {
  const { client } = view;
  finishShowing(view);
  setAttr(view.root, "data-assignment", client.current ?? "");
  const item = client.items.get(client.current);
  const asked = item && [...item.messages].reverse().find((m) => m.role === "user");
  const said = item
    ? `${view.notice} ${view.desk.said(client)}. ${asText(asked?.content).slice(0, 160)}`
    : client.current ? t("Loading …") : view.emptyNode.querySelector("h2")?.textContent ?? "";
  say(view, said.trim());
  whenIdle(() => prepare(view, nextOpen(client, client.current)));
}
