// The key n puts the caret into the field of the failure or group that is open, and sending its form with the button
// puts it back there. Streamlit leaves the focus on the button, and its shortcuts reach no field.

const TEXTS = "input, textarea, select, [contenteditable]";
const FORMS = [
  { button: ".st-key-failure_save button", field: ".st-key-failure_text input" },
  { button: ".st-key-failures_decide button", field: ".st-key-failures_cause input" },
];
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
  addEventListener("click", (event) => {
    const form = FORMS.find(({ button }) => event.target.closest?.(button));
    if (form) focusSoon(form, event.target.closest(form.button), performance.now() + PATIENCE_MS);
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
