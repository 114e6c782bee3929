// The keyboard. Letters are commands only where no text is being written. A key that is held down acts once.

import { notMeant } from "./actions.js";
import { answered, draftOf, visibleDimensions } from "./drafts.js";
import { rubricOf } from "./pair.js";
import { closeDialog, openHelp } from "./panels.js";
import { clearFilter, DIGITS, focusField, isText, moveTop } from "./rubric.js";
import { disarm, holdKey, submitByItself, tick } from "./timer.js";
import { t } from "./words.js";

// The commands of both desks; each desk adds its own.
const COMMANDS = {
  j: (view) => view.act.move(1),
  k: (view) => view.act.move(-1),
  e: (view) => view.act.steps(),
  g: (view) => view.act.guidance(),
  "?": (view) => openHelp(view),
};
const SCROLLS = { PageDown: 0.85, PageUp: -0.85, " ": 0.85 };

export function onKey(view, event) {
  if (!view.root.isConnected) return;
  holdKey(view, event, choosesValue(view, event));
  if (event.defaultPrevented || event.isComposing) return;
  const { target } = event;
  const inside = view.root.contains(target);
  if (!inside && isInteractive(target)) return; // somebody tabbed there; after a click, the desk has the focus again
  tick(view);
  if (view.dialog) return dialogKey(view, event);
  if (target instanceof HTMLTextAreaElement) return noteKey(view, event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof HTMLInputElement) return filterKey(view, event);
  if (event.repeat && !(event.key in SCROLLS)) return event.key === "Tab" ? undefined : event.preventDefault();
  commandKey(view, event, inside);
}

// Whether a key would choose a value, here or on the next item.
function choosesValue(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLTextAreaElement) return false;
  const key = keyOrName(view, event);
  return /^\d$/.test(key) || Boolean(fieldOfKey(view, key));
}

export function isInteractive(target) {
  return target instanceof Element && Boolean(
    target.closest("a, button, input, textarea, select, summary, [contenteditable=true], [role=dialog], [role=menu], [role=option]"));
}

// The name of a key. The unshifted digit row of an AZERTY keyboard gives signs, but its keys still count as digits. On a
// keyboard of another script a letter key counts by its place.
export function keyName(event) {
  const byCode = /^Digit(\d)$/.exec(event.code ?? "");
  if (byCode && !event.shiftKey && !/^[0-9a-z]$/i.test(event.key)) return byCode[1];
  const letter = /^Key([A-Z])$/.exec(event.code ?? "");
  if (letter && /^\p{L}$/u.test(event.key) && !/\p{Script=Latin}/u.test(event.key)) return letter[1].toLowerCase();
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

// A key that the rubric declares for a value means that value, in whatever script.
function keyOrName(view, event) {
  const typed = event.key.toLowerCase();
  return fieldOfKey(view, typed) ? typed : keyName(event);
}

function take(event, action) {
  event.preventDefault();
  action();
}

function commandKey(view, event, inside) {
  const key = keyOrName(view, event);
  const field = view.fields.get(view.focus);
  const onButton = inside && event.target.matches("button:not(.sc-value), summary");
  if (key === "Enter") return onButton ? undefined : take(event, () => enterOr(view, event));
  if (key === " " && inside && event.target.matches("button, summary")) return undefined;
  if (key in SCROLLS) return take(event, () => scrollPage(view, SCROLLS[key] * (event.shiftKey ? -1 : 1)));
  if (key === "ArrowDown" || key === "ArrowUp") return take(event, () => stepField(view, key === "ArrowDown" ? 1 : -1));
  if (key === "ArrowLeft" || key === "ArrowRight") return stepValue(view, event, key === "ArrowRight" ? 1 : -1);
  if (key === "Escape") return take(event, () => { disarm(view); view.root.focus({ preventScroll: true }); });
  if (field?.kind === "short" && field.keys.has(key)) return take(event, () => chooseByKey(view, key));
  if (/^\d$/.test(key)) return digit(view, event, key);
  const command = view.desk.commands[key] ?? COMMANDS[key];
  return command && take(event, () => command(view));
}

// Enter goes on or submits. With Shift a desk may do more.
function enterOr(view, event) {
  if (event.shiftKey && view.act.more) view.act.more();
  else view.act.enter();
}

function scrollPage(view, share) {
  view.slot?.scrollBy({ top: share * view.slot.clientHeight });
}

// Choose the value of a key. If a finished item still waits, the reviewer has typed ahead: that item is submitted at once
// and the key counts for the next one.
function chooseByKey(view, key) {
  if (view.finished) submitByItself(view);
  const field = view.fields.get(view.focus);
  const wanted = field?.keys.has(key) ? field : view.keysDistinct && fieldOfKey(view, key);
  if (wanted) view.act.choose(wanted.dimension.name, wanted.keys.get(key));
  else if (field?.kind === "long") pickHit(view, field, DIGITS.indexOf(key));
  else if (field) notMeant(view, t("{title} has no value with the key {key}.", { title: field.dimension.title || field.dimension.name, key }));
}

function fieldOfKey(view, key) {
  return [...view.fields.values()].find((field) => !field.node.hidden && field.keys.has(key));
}

function digit(view, event, key) {
  const field = view.fields.get(view.focus);
  const typed = field?.kind === "number" || (field?.kind === "long" && isText(field, event.key));
  if (typed && !view.finished) return field.filter.focus();
  return take(event, () => chooseByKey(view, key));
}

function stepField(view, by) {
  const { client } = view;
  if (!client.current) return;
  const asked = visibleDimensions(rubricOf(client, client.current), draftOf(client, client.current).labels).map((d) => d.name);
  const here = asked.indexOf(view.focus);
  focusField(view, asked[Math.min(asked.length - 1, Math.max(0, here + by))]);
}

function stepValue(view, event, by) {
  const field = view.fields.get(view.focus);
  if (!field || field.kind !== "short") return;
  const buttons = [...field.buttons.values()];
  const here = buttons.indexOf(document.activeElement);
  const from = here >= 0 ? here : by > 0 ? -1 : buttons.length;
  take(event, () => buttons[(from + by + buttons.length) % buttons.length].focus());
}

function filterKey(view, event) {
  const field = [...view.fields.values()].find((one) => one.filter === event.target);
  if (!field) return;
  const key = keyName(event);
  if (event.repeat && (key === "Enter" || /^\d$/.test(key))) return event.preventDefault();
  if (key === "Escape") return take(event, () => (field.kind === "long" && field.filter.value ? clearFilter(field) : view.root.focus({ preventScroll: true })));
  if (field.kind === "number" && !event.shiftKey) return key === "Enter" ? take(event, () => numberDone(view, field)) : undefined;
  if (key === "ArrowDown" || key === "ArrowUp") return take(event, () => { moveTop(field, key === "ArrowDown" ? 1 : -1); field.moved = true; });
  if (/^\d$/.test(key)) return isText(field, event.key) ? undefined : take(event, () => pickHit(view, field, DIGITS.indexOf(key)));
  if (key !== "Enter") return;
  if (event.shiftKey && view.act.more) return take(event, view.act.more);
  const meant = field.filter.value.trim() || field.moved;
  take(event, () => (meant ? pickHit(view, field, field.top) : view.act.enter()));
}

function pickHit(view, field, k) {
  field.moved = false;
  if (field.hits[k] !== undefined) view.act.choose(field.dimension.name, field.hits[k]);
}

// Leaving the field takes its number. Enter in a field that has an answer already submits.
function numberDone(view, field) {
  const before = draftOf(view.client, view.client.current).labels[field.dimension.name];
  const same = answered(before) && field.filter.value.trim() === before;
  view.root.focus({ preventScroll: true });
  if (same) view.act.enter();
}

function noteKey(view, event) {
  if (event.key === "Escape") return take(event, () => view.root.focus({ preventScroll: true }));
  const submits = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat;
  if (!submits) return undefined;
  const action = (event.shiftKey && view.act.more) || view.act.submit;
  return take(event, () => { view.root.focus({ preventScroll: true }); action(); });
}

function dialogKey(view, event) {
  const key = keyName(event);
  const writing = event.target instanceof HTMLInputElement && event.target.type === "text";
  if (key === "Escape") return take(event, () => closeDialog(view));
  if (key === "Tab") return holdFocus(view, event);
  if (event.repeat && key === "Enter") return event.preventDefault();
  if (key === "Enter") return event.target.matches("button") ? undefined : take(event, () => view.dialog.confirm?.());
  if (!writing && view.dialog.choices.has(key)) return take(event, view.dialog.choices.get(key));
  return undefined;
}

function holdFocus(view, event) {
  const stops = [...view.dialogNode.querySelectorAll("button, input")];
  const here = stops.indexOf(document.activeElement);
  const next = (here + (event.shiftKey ? -1 : 1) + stops.length) % stops.length;
  take(event, () => stops[next].focus());
}
