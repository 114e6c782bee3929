// The keys come back to the desk after a click elsewhere on the page, without taking them from somebody who writes there.

import { isInteractive } from "./keys.js";

const PRESSED = "a, button, summary, [role=radio], [role=checkbox], [role=tab], [role=switch], input[type=checkbox], input[type=radio]";
const LIST = "[role=combobox]";
const OPEN = `[role=dialog], [role=menu], [role=listbox], [aria-expanded=true][aria-haspopup], ${LIST}[aria-expanded=true]`;
const ENDING = new Set(["Enter", "Escape", "Tab"]);

// Whether an element outside the desk needs no keys any more: it was only pressed, or it is a list that has closed again.
// Text fields, open lists, menus and dialogs keep them.
export function isDoneWithKeys(target) {
  if (target.closest(OPEN)) return false;
  return !isInteractive(target) || target.matches(LIST) || Boolean(target.closest(PRESSED));
}

// Give the desk the keys after a click elsewhere, or when the list that the click opened has closed. A press by keyboard
// leaves the focus where it is.
export function takeKeysAfter(view, event, signal) {
  if (event.detail === 0 || view.root.contains(event.target)) return;
  // One frame later, what the click opened is open.
  requestAnimationFrame(() => {
    const { activeElement } = document;
    if (activeElement?.matches(`${LIST}[aria-expanded=true]`)) whenClosed(activeElement, signal, () => takeKeys(view));
    else takeKeys(view);
  });
}

function takeKeys(view) {
  const { activeElement } = document;
  if (!view.root.isConnected || view.dialog || view.root.contains(activeElement)) return;
  if (!activeElement || isDoneWithKeys(activeElement)) view.root.focus({ preventScroll: true });
}

// Call once when a list closes. A list that closes over what is being typed, because nothing fits, is still in use.
function whenClosed(list, signal, call) {
  const typing = new AbortController();
  let last = null;
  list.addEventListener("keydown", (event) => (last = event.key), { capture: true, signal: typing.signal });
  const watch = new MutationObserver(() => {
    if (list.getAttribute("aria-expanded") === "true" || (last && !ENDING.has(last))) return;
    stop();
    call();
  });
  const stop = () => {
    watch.disconnect();
    typing.abort();
  };
  watch.observe(list, { attributeFilter: ["aria-expanded"] });
  list.addEventListener("blur", stop, { once: true, signal: typing.signal });
  signal.addEventListener("abort", stop, { once: true });
}

// Give the keys to a desk that appears: not from what somebody writes, nor from a control that they tabbed to. A link that
// led here and the list of names that was chosen from have done their work.
export function takeKeysOnArrival(view) {
  const { activeElement } = document;
  if (isInteractive(activeElement)) {
    const led = activeElement.matches(`a, ${LIST}`) || !activeElement.matches(":focus-visible");
    if (!led || !isDoneWithKeys(activeElement)) return false;
  }
  if (!view.root.contains(activeElement)) view.root.focus({ preventScroll: true });
  return true;
}
