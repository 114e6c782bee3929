// What people can do at either desk. Every action changes the client first, then the screen, and then tells the server.

import { awaits, walkedBack, wantBack } from "./back.js";
import { say, showNotice } from "./bar.js";
import { setFlag } from "./dom.js";
import { answered, draftOf, isComplete, keepDraft, missingRequired, visibleDimensions } from "./drafts.js";
import { keepPlace } from "./memory.js";
import { isDone, nextOpen, openList, setAside } from "./model.js";
import { rubricOf } from "./pair.js";
import { compareNote, openNote, showNotes } from "./panels.js";
import { clearFilter, focusField, keepInside, showRubric } from "./rubric.js";
import { show, showState } from "./show.js";
import { askedFor, sendSoon } from "./sync.js";
import { arm, disarm, isEcho } from "./timer.js";
import { t } from "./words.js";

// Bind the actions to a view. Those on the open item do nothing while no item is open.
export function bindActions(view, onItem, always) {
  const { client } = view;
  const bound = (action) => (...given) => (client.current && client.items.has(client.current) ? action(view, ...given) : undefined);
  const shared = { choose, number: chooseNumber, enter: enterKey, note: noteOf, write, leave: leaveNote, steps: toggleSteps };
  const whole = { guidance: toggleGuidance, move, ...always };
  return {
    ...Object.fromEntries(Object.entries({ ...shared, ...onItem }).map(([name, action]) => [name, bound(action)])),
    ...Object.fromEntries(Object.entries(whole).map(([name, action]) => [name, (...given) => action(view, ...given)])),
  };
}

function noteOf(view, name) {
  disarm(view);
  openNote(view, name);
}

function choose(view, name, value) {
  const { client } = view;
  const { dimension } = view.fields.get(name);
  const draft = draftOf(client, client.current);
  const before = draft.labels[name];
  disarm(view);
  forgetMissed(view);
  client.undo.push({ what: "chosen", assignment: client.current, name, before });
  if (dimension.multiple) {
    const had = Array.isArray(before) ? before : [];
    const wanted = (one) => (one === value ? !had.includes(one) : had.includes(one));
    draft.labels[name] = dimension.values.map((v) => v.value).filter(wanted);
    clearFilter(view.fields.get(name));
  } else {
    draft.labels[name] = value;
    moveOn(view, name);
  }
  showRubric(view);
  showState(view);
  keepDraft(client, client.current);
}

function chooseNumber(view, name, text) {
  const value = text.trim().replace(",", ".");
  const draft = draftOf(view.client, view.client.current);
  if (value === (draft.labels[name] ?? "")) return;
  if (value === "") delete draft.labels[name];
  else if (Number.isFinite(Number(value))) return choose(view, name, value);
  else notice(view, t("“{text}” is not a number.", { text }));
}

// Move the keyboard focus after an answer, to what the desk still asks about this item.
function moveOn(view, name) {
  const { client } = view;
  const asked = visibleDimensions(rubricOf(client, client.current), draftOf(client, client.current).labels);
  const later = asked.slice(asked.findIndex((d) => d.name === name) + 1);
  const next = later.find((d) => client.desk.asks(client, client.current, d));
  const target = next ?? missingRequired(client, client.current)[0];
  clearFilter(view.fields.get(name));
  if (target) return focusField(view, target.name);
  focusField(view, name);
  view.root.focus({ preventScroll: true });
  if (!isDone(client, client.current)) arm(view);
}

function enterKey(view) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  const asked = visibleDimensions(rubricOf(client, client.current), draft.labels);
  const here = asked.findIndex((d) => d.name === view.focus);
  const passing = here >= 0 && (asked[here].multiple || !asked[here].required);
  const complete = !asked[here]?.required || answered(draft.labels[view.focus]);
  const next = asked.slice(here + 1).find((d) => client.desk.asks(client, client.current, d));
  if (passing && complete && next && !isComplete(client, client.current)) focusField(view, next.name);
  else view.act.submit();
}

export function pointAtMissing(view) {
  if (isEcho(view)) return;
  const missing = missingRequired(view.client, view.client.current);
  if (!missing.length) return;
  focusField(view, missing[0].name);
  const { node } = view.fields.get(missing[0].name);
  node.classList.remove("sc-ask");
  requestAnimationFrame(() => node.classList.add("sc-ask"));
  notMeant(view, missingText(missing));
}

// Say why a key did nothing. The sentence goes with the next choice or word.
export function notMeant(view, text) {
  view.missed = text;
  notice(view, text);
}

// What is still to be chosen, and what may be written instead.
function missingText(missing) {
  const titles = missing.map((d) => d.title || d.name).join(", ");
  const other = missing.find((d) => d.unless);
  return [t("Still missing: {titles}.", { titles }), other?.guidance].filter(Boolean).join(" ");
}

function forgetMissed(view) {
  if (!view.missed || view.notice !== view.missed) return;
  view.notice = view.missed = "";
  showNotice(view);
}

export function unchoose(view, { assignment, name, before }) {
  const { labels } = draftOf(view.client, assignment);
  if (before === undefined) delete labels[name];
  else labels[name] = before;
  keepDraft(view.client, assignment);
  focusField(view, name);
  showRubric(view);
  showState(view);
}

export function move(view, by) {
  const { client } = view;
  const list = [...walkedBack(client), ...setAside(client), ...openList(client)];
  const here = list.indexOf(client.current);
  const gone = client.left?.assignment === client.current && by > 0;
  const beside = here < 0 ? (by < 0 ? list[list.length - 1] : list[0]) : list[here + by];
  const target = gone ? nextOpen(client, client.current) : beside;
  if (!target || target === client.current) return notice(view, by < 0 ? t("This is the first one.") : t("This is the last one."));
  leaveText(view);
  view.notice = "";
  goBackTo(view, target, by);
}

// Go to an item that the server may have to send first.
export function goBackTo(view, assignment, by) {
  wantBack(view.client, assignment, by);
  goTo(view, assignment);
}

export function goTo(view, assignment) {
  view.client.current = assignment;
  keepPlace(view.client.memory, assignment);
  show(view);
  if (awaits(view.client) && view.client.asked !== askedFor(view.client)) sendSoon(view);
}

function write(view, name, text) {
  const draft = draftOf(view.client, view.client.current);
  draft[name] = text;
  forgetMissed(view);
  keepDraft(view.client, view.client.current);
  compareNote(view, name);
  if (view.notes[name].below) view.notes[name].node.scrollIntoView({ block: "nearest" });
  showState(view);
}

// Leave a text field. A correction that equals the original is dropped.
function leaveNote(view, name, text) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  if (view.writing === name) view.writing = null;
  const { start } = view.desk.texts.find((one) => one.name === name);
  if (start && text === start(client.items.get(client.current))) draft[name] = "";
  showNotes(view);
  showState(view);
}

export function leaveText(view) {
  if (view.notesNode.contains(document.activeElement)) view.root.focus({ preventScroll: true });
}

function toggleSteps(view) {
  const folds = [...view.slot.querySelectorAll("[data-fold]")];
  if (!folds.length) return notMeant(view, t("This item has no steps or tool output."));
  const open = folds.some((fold) => !fold.open);
  for (const fold of folds) fold.open = open;
  if (open) view.slot.querySelector("[data-steps]")?.scrollIntoView({ block: "nearest" });
  return undefined;
}

function toggleGuidance(view) {
  setFlag(view.root, "data-guidance", !view.root.hasAttribute("data-guidance"));
  const field = view.fields.get(view.focus);
  if (field) keepInside(view.scrollNode, field.node);
}

export function notice(view, text) {
  view.notice = text;
  showNotice(view);
  say(view, text);
}
