// The key n puts the caret into the field of the failure or group that is open, and sending its form with the button
// puts it back there. Streamlit leaves the focus on the button, and its shortcuts reach no field. Sent from another field,
// or from a form that is gone afterwards, it goes to the first field of the next group.

const TEXTS = "input, textarea, select, [contenteditable]";
// A field that was refused has a number at the end of its key.
const FORMS = [
  { button: ".st-key-failure_save button", field: ".st-key-failure_text input, [class*='st-key-failure_text_'] input" },
  { button: ".st-key-failures_decide button", field: ".st-key-failures_cause input, [class*='st-key-failures_cause_'] input" },
];
const FORM = "[data-testid=stForm]";
// This key names the group of a form, so the next group is there once the key is gone.
const GROUP = "[class*='st-key-failures_group_'], [class*='st-key-proposed_name_']";
const PATIENCE_MS = 5000;

export const component = () => {
  if (globalThis.spotcheckNoteField) return;
  globalThis.spotcheckNoteField = true;
  addEventListener("keydown", (event) => {
    if (event.repeat || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key !== "n" || event.composedPath()[0]?.closest?.(TEXTS) || document.querySelector("[role=dialog]")) return;
    const field = FORMS.map((form) => document.querySelector(form.field)).find(Boolean);
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
  // Streamlit takes Enter for itself, so this listens before it does.
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.repeat && event.target.matches?.("input")) followSent(event.target);
  }, { capture: true });
  addEventListener("click", (event) => {
    const form = FORMS.find(({ button }) => event.target.closest?.(button));
    if (form) focusSoon(form, event.target.closest(form.button), performance.now() + PATIENCE_MS);
    else if (event.target.closest?.("[class*='st-key-proposed_'] button")) followSent(event.target.closest("button"));
  });
};

// The next failure may be drawn with a field of its own: the focus follows until the visitor moves it elsewhere.
function focusSoon(form, button, until) {
  const field = document.querySelector(form.field);
  const { activeElement } = document;
  const free = [document.body, button, field, document.querySelector(form.button)].includes(activeElement);
  if (!free || performance.now() > until) return;
  if (field && activeElement !== field) field.focus();
  requestAnimationFrame(() => focusSoon(form, button, until));
}

function followSent(from) {
  const own = from.closest(FORM)?.querySelector(GROUP);
  if (!own) return;
  const at = [...document.querySelectorAll(GROUP)].indexOf(own);
  followSoon({ held: from, key: keyOf(own), at, until: performance.now() + PATIENCE_MS });
}

// Drawing again may replace a field more than once: the focus follows until the visitor moves it elsewhere. A form that
// was refused stays, and so does the focus.
function followSoon(sent) {
  if (![document.body, sent.held].includes(document.activeElement) || performance.now() > sent.until) return;
  const groups = [...document.querySelectorAll(GROUP)];
  if (!groups.some((group) => keyOf(group) === sent.key)) {
    const next = groups[Math.min(sent.at, groups.length - 1)]?.closest(FORM)?.querySelector("input");
    if (next && next !== sent.held) {
      sent.held = next;
      next.focus();
    }
  }
  requestAnimationFrame(() => followSoon(sent));
}

function keyOf(group) {
  return [...group.classList].find((name) => name.startsWith("st-key-"));
}
