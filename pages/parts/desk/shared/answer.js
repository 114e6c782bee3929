// Takes the server's answer into the client.

import { wantBack } from "./back.js";
import { draftFrom, keepDraft } from "./drafts.js";
import { forget } from "./memory.js";
import { doneList, isSaid, openList, overlay, setAside, skippedList } from "./model.js";

const RECENT_DONE = 40;
export const CLOSED = "This week was closed while you had the item open. What you submit now is kept as a late answer and changes no figure.";

// Take the server's answer into the client.
export function takeAnswer(client, data) {
  for (const id of data.ack ?? []) acknowledge(client, id);
  for (const [id, why] of data.rejected ?? []) refuse(client, id, why);
  client.trouble = data.trouble ?? null;
  client.heard = data.heard ?? client.sequence;
  client.news = "";
  if (!data.order) return;
  if (client.week && viewName(client.week) !== viewName(data.week)) forgetWeek(client);
  rememberPlace(client, data.order);
  hearNews(client, data);
  client.order = data.order;
  client.done = data.done ?? [];
  client.skipped = data.skipped ?? [];
  client.rater = data.rater;
  client.week = data.week;
  // An answer tells of the items that were looked at last; what was told of the others still holds.
  Object.assign(client.reveals, data.reveals);
  Object.assign(client.findings, data.findings);
  if (data.rubric && client.rubric.version !== data.rubric.version) adoptRubric(client, data.rubric);
  for (const item of data.items ?? []) takeItem(client, item);
  for (const id of client.back) if (!isSaid(client, id)) client.back.delete(id);
  returnTo(client);
  forgetOld(client);
  if (!client.current || !(client.items.has(client.current) || client.order.includes(client.current) || client.back.has(client.current)))
    client.current = openList(client)[0] ?? null;
  wantBack(client, client.current, 0);
  client.desk.take(client, data);
}

// What happened to the open item while it was open: it was handed to somebody else, or its week was closed.
function hearNews(client, data) {
  const taken = data.taken ?? {};
  const { current, week } = client;
  if (taken[current] && !client.taken[current]) client.news = taken[current];
  else if (week && current && viewName(week) === viewName(data.week) && data.week.closed && !week.closed) client.news = CLOSED;
  client.taken = taken;
}

// What was open before the page was loaded anew, and was taken from the reviewer since.
function returnTo(client) {
  const { current, wanted } = client;
  if (!client.taken[wanted] || !client.items.has(wanted)) return;
  client.wanted = null;
  if (client.drafts.get(current)?.touched) return;
  client.left = { assignment: wanted, next: current };
  client.current = wanted;
  client.news = client.taken[wanted];
}

// Where to go on when the open item has left the list.
function rememberPlace(client, order) {
  const { current } = client;
  if (!client.order.includes(current) || order.includes(current)) return;
  const later = client.order.slice(client.order.indexOf(current) + 1);
  client.left = { assignment: current, next: later.find((id) => order.includes(id)) };
}

// An item comes again when it has changed; what was only filled in beforehand is filled in anew.
function takeItem(client, item) {
  const { assignment } = item;
  // What is shown already and comes again as it was is not shown anew: somebody may be writing beside it.
  const looks = (one) => JSON.stringify({ ...one, mine: null });
  if (looks(client.items.get(assignment)) !== looks(item) || item.state) client.items.set(assignment, item);
  if (overlay(client).has(assignment)) return;
  if (item.mine) client.mine.set(assignment, item.mine);
  else client.mine.delete(assignment);
  if (client.drafts.get(assignment)?.touched === false) client.drafts.delete(assignment);
}

// What is walked through: a week, or one kind of case in it.
export function viewName(week) {
  return week?.view ?? week?.name;
}

function acknowledge(client, id) {
  client.outbox.delete(id);
  client.sent.delete(id);
  forget(client.memory, `out:${id}`);
  client.sentAt = 0;
}

// A refused entry is not saved: its labels become the draft again and the server's sentence is shown.
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

// A new rubric version keeps the answers that still exist in it. Items of another version are not shown under it: the
// place is given up unless it is among what the server sent with this rubric, and so are steps to undo there.
function adoptRubric(client, rubric) {
  const known = client.rubric.version !== null;
  client.rubric = rubric;
  if (known) {
    client.undo = client.undo.filter(({ assignment }) => belongs(client, assignment));
    client.news = client.taken[client.current] ?? rubricNews(client);
    if (!belongs(client, client.current)) client.current = null;
  }
  const values = new Map(rubric.dimensions.map((d) => [d.name, new Set(d.values.map((v) => v.value))]));
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
  return `From here on you are asked under version ${client.rubric.version} of the rubric.${begun ? " What you began waits with its item." : ""}`;
}

function belongs(client, assignment) {
  return client.order.includes(assignment) || isSaid(client, assignment);
}

// Another week was chosen: its items replace the old ones; drafts and unsaved entries stay.
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
