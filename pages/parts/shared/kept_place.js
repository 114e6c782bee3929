// A form that was refused is made anew, and the browser then forgets where the visitor was. The caret goes back into the
// field from which the form was sent, unless the visitor or another script has moved it.

const FORM = "[data-testid=stForm]";
const PATIENCE_MS = 5000;

export function keepPlace() {
  // Streamlit takes Enter for itself, so this listens before it does.
  addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.repeat || !field.matches?.(`${FORM} input`)) return;
    const at = [...document.querySelectorAll(FORM)].indexOf(field.closest(FORM));
    backSoon({ field, at, label: field.getAttribute("aria-label") ?? "", until: performance.now() + PATIENCE_MS });
  }, { capture: true });
}

function backSoon(sent) {
  const { field, at, label, until } = sent;
  const { activeElement } = document;
  if (activeElement !== document.body && activeElement !== field) return;
  if (performance.now() > until) return;
  const form = label && !field.isConnected && document.querySelectorAll(FORM)[at];
  const anew = form && form.querySelector(`[aria-label=${CSS.escape(label)}]`);
  if (anew) {
    sent.field = anew;
    anew.focus();
  }
  requestAnimationFrame(() => backSoon(sent));
}
