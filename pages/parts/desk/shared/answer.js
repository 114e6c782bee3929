// What an answer of the server changes in the client. Nothing here draws.

import { wantBack } from "./back.js";
import { draftFrom, keepDraft } from "./drafts.js";
import { listsOf } from "./guess.js";
import { forget } from "./memory.js";
import { doneList, isSaid, openList, overlay, setAside, skippedList } from "./model.js";
import { unpacked } from "./packing.js";
import { askable } from "./pair.js";
import { N, t } from "./words.js";

const RECENT_DONE = 40;
export const CLOSED = N("The week was closed while you had this item open. A submission now is kept as a late answer and changes no figure.");

// Take the server's answer into the client.
export function takeAnswer(client, given) {
  // An answer that was foreseen leaves out what the client knows of its week.
  const data = given.same && given.week ? { ...given, week: { ...client.week, ...given.week } } : given;
  for (const id of data.ack ?? []) acknowledge(client, id);
  for (const [id, why] of data.rejected ?? []) refuse(client, id, why);
  client.trouble = data.trouble ?? null;
  client.heard = data.heard ?? client.sequence;
  client.news = "";
  const lists = listsOf(client, data);
  if (!lists) return;
  if (client.week && viewName(client.week) !== viewName(data.week)) forgetWeek(client);
  rememberPlace(client, lists.order);
  hearNews(client, data);
  Object.assign(client, lists);
  client.rater = data.rater ?? client.rater;
  client.limits = data.limits ?? client.limits;
  client.week = data.week;
  // An answer holds the verdicts of recent items only; those of other items still hold.
  Object.assign(client.reveals, data.reveals);
  Object.assign(client.findings, data.findings);
  if (data.rubric && client.rubric.version !== data.rubric.version) adoptRubric(client, data.rubric);
  for (const item of data.items ?? []) takeItem(client, unpacked(item));
  for (const id of client.back) if (!isSaid(client, id)) client.back.delete(id);
  returnTo(client);
  forgetOld(client);
  if (!client.current || !(client.items.has(client.current) || client.order.includes(client.current) || client.back.has(client.current)))
    client.current = openList(client)[0] ?? null;
  wantBack(client, client.current, 0);
  client.desk.take(client, data);
}

// Note what happened to the open item meanwhile: it was handed to somebody else, or its week was closed.
function hearNews(client, data) {
  const taken = data.unsure ? client.taken : data.taken ?? {};
  const { current, week } = client;
  if (taken[current] && !client.taken[current]) client.news = taken[current];
  else if (week && current && viewName(week) === viewName(data.week) && data.week.closed && !week.closed) client.news = CLOSED;
  client.taken = taken;
}

// Return to the item that was open before the page was reloaded, if it was taken from the reviewer since.
function returnTo(client) {
  const { current, wanted } = client;
  if (!client.taken[wanted] || !client.items.has(wanted)) return;
  client.wanted = null;
  if (client.drafts.get(current)?.touched) return;
  client.left = { assignment: wanted, next: current };
  client.current = wanted;
  client.news = client.taken[wanted];
}

// Remember where to go on when the open item has left the list.
function rememberPlace(client, order) {
  const { current } = client;
  if (!client.order.includes(current) || order.includes(current)) return;
  const later = client.order.slice(client.order.indexOf(current) + 1);
  client.left = { assignment: current, next: later.find((id) => order.includes(id)) };
}

// Take an item. It comes again when it has changed; a draft that nobody touched is then made again from it.
function takeItem(client, item) {
  const { assignment } = item;
  // An item that comes again unchanged keeps its object, so it is not drawn again while somebody writes beside it.
  const looks = (one) => JSON.stringify({ ...one, mine: null });
  if (looks(client.items.get(assignment)) !== looks(item) || item.state) client.items.set(assignment, item);
  if (overlay(client).has(assignment)) return;
  if (item.mine) client.mine.set(assignment, item.mine);
  else client.mine.delete(assignment);
  if (client.drafts.get(assignment)?.touched === false) client.drafts.delete(assignment);
}

// The name of the list that is walked through: a week, or one kind of case in it.
export function viewName(week) {
  return week?.view ?? week?.name;
}

function acknowledge(client, id) {
  client.outbox.delete(id);
  client.sent.delete(id);
  forget(client.memory, `out:${id}`);
  client.sentAt = 0;
}

// Take back a refused entry: its labels become the draft again and the server's sentence is kept for the notice.
function refuse(client, id, why) {
  const entry = client.outbox.get(id);
  acknowledge(client, id);
  if (!entry) return;
  client.undo = client.undo.filter(({ submission_id }) => submission_id !== id);
  client.refusals.push({ assignment: entry.assignment, why });
  if (client.mine.get(entry.assignment)?.submission_id !== id) return;
  const earlier = client.earlier.get(id);
  if (earlier) client.mine.set(entry.assignment, earlier);
  else client.mine.delete(entry.assignment);
  if (entry.labels) {
    client.drafts.set(entry.assignment, draftFrom(client, entry));
    keepDraft(client, entry.assignment);
  }
}

// Adopt a new rubric version. Drafts keep the values that exist in it. Items of another version are not shown under it:
// if the open item does not belong to this rubric, another is opened, and its undo steps are dropped.
function adoptRubric(client, rubric) {
  const known = client.rubric.version !== null;
  client.rubric = rubric;
  if (known) {
    client.undo = client.undo.filter(({ assignment }) => belongs(client, assignment));
    client.news = client.taken[client.current] ?? rubricNews(client);
    if (!belongs(client, client.current)) client.current = null;
  }
  const values = new Map(askable(client).map((d) => [d.name, new Set(d.values.map((v) => v.value))]));
  const exists = (name, value) => values.has(name) && (values.get(name).size === 0 || values.get(name).has(value));
  for (const [assignment, draft] of client.drafts) {
    if (!belongs(client, assignment)) continue;
    const kept = Object.entries(draft.labels ?? {}).filter(([name, value]) =>
      Array.isArray(value) ? value.every((one) => exists(name, one)) : exists(name, value),
    );
    draft.labels = Object.fromEntries(kept);
  }
}

function rubricNews(client) {
  const begun = client.current && !belongs(client, client.current) && client.drafts.get(client.current)?.touched;
  const news = t("Items now use version {version} of the rubric.", { version: client.rubric.version });
  return begun ? `${news} ${t("Your unfinished answer is kept with its item.")}` : news;
}

function belongs(client, assignment) {
  return client.order.includes(assignment) || isSaid(client, assignment);
}

// Forget a week after another was chosen. Drafts and unsaved entries stay.
function forgetWeek(client) {
  client.items.clear();
  client.elsewhere.clear();
  client.back.clear();
  client.undo = [];
  client.current = null;
}

function forgetOld(client) {
  const useful = new Set([...client.order, ...doneList(client).slice(-RECENT_DONE),
    ...skippedList(client).slice(-RECENT_DONE), ...setAside(client), ...client.back, client.current]);
  for (const id of client.outbox.values()) useful.add(id.assignment);
  for (const id of [...client.items.keys()]) if (!useful.has(id)) client.items.delete(id);
}
