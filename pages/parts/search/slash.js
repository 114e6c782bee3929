// The keys / and Ctrl+K open the search, and the caret goes into it. Streamlit's own shortcuts know no punctuation, and
// its dialogs take the focus themselves. This script is on every page, so it also keeps the place in refused forms.

import { keepPlace } from "../shared/kept_place.js";

const TEXTS = "input, textarea, select, [contenteditable]";
const BUTTON = ".st-key-search_open button";
const FIELD = "[role=dialog] .st-key-search_text input";
const PATIENCE_MS = 5000;

export const component = () => {
  if (globalThis.spotcheckSlash) return;
  globalThis.spotcheckSlash = true;
  keepPlace();
  addEventListener("keydown", (event) => {
    if (event.repeat || event.defaultPrevented || event.altKey || document.querySelector("[role=dialog]")) return;
    const command = event.ctrlKey || event.metaKey;
    const typing = event.composedPath()[0]?.closest?.(TEXTS);
    if (!(command ? event.key.toLowerCase() === "k" : event.key === "/" && !typing)) return;
    const button = document.querySelector(BUTTON);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  addEventListener("click", (event) => {
    if (event.target.closest?.(BUTTON)) focusSoon(performance.now() + PATIENCE_MS);
  });
};

function focusSoon(until) {
  const field = document.querySelector(FIELD);
  if (field && document.activeElement !== field) field.focus();
  else if (field) return;
  if (performance.now() < until) requestAnimationFrame(() => focusSoon(until));
}
