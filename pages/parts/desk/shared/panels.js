// The text fields next to the labels, and the dialogs. The help is on both desks; each desk adds dialogs of its own.

import { el, setFlag, setText, toolButton } from "./dom.js";
import { draftOf } from "./drafts.js";
import { writeSettings } from "./memory.js";
import { focusField, rank } from "./rubric.js";
import { disarm } from "./timer.js";
import { t } from "./words.js";

const USUAL_DELAY_MS = 400;

export function buildNotes(view) {
  view.notes = Object.fromEntries(view.desk.texts.map((text) => [text.name, buildNote(view, text)]));
  return Object.values(view.notes).map((note) => note.node);
}

function buildNote(view, { name, label, rows, compare }) {
  const area = el("textarea", {
    rows, maxlength: view.client.limits[name], "aria-label": t(label), "data-note": name, dir: "auto",
    oninput: () => view.act.write(name, area.value),
    onblur: () => view.act.leave(name, area.value),
  });
  const below = compare ? el("div", { class: "sc-diff", dir: "auto", role: "group", "aria-label": t("{label}: what changes", { label: t(label) }) }) : null;
  return { area, below, node: el("div", { class: "sc-note", hidden: true }, el("label", {}, el("span", {}, t(label)), area), below) };
}

export function showNotes(view) {
  const draft = draftOf(view.client, view.client.current);
  for (const [name, note] of Object.entries(view.notes)) {
    const text = draft[name] ?? "";
    if (note.area.value !== text) note.area.value = text;
    setFlag(note.node, "hidden", !text && view.writing !== name);
    compareNote(view, name);
  }
}

export function compareNote(view, name) {
  const { area, below, node } = view.notes[name];
  if (below && !node.hidden) view.desk.texts.find((text) => text.name === name).compare(below, view.client.items.get(view.client.current), area.value);
}

export function openNote(view, name) {
  const { client } = view;
  const { start } = view.desk.texts.find((text) => text.name === name);
  view.writing = name;
  showNotes(view);
  const { area } = view.notes[name];
  if (start && !draftOf(client, client.current)[name]) area.value = start(client.items.get(client.current));
  compareNote(view, name);
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  view.notes[name].node.scrollIntoView({ block: "nearest" });
}

// Where somebody is writing: the text field or filter, its text, and the caret.
export function penOf(view) {
  const node = document.activeElement;
  const field = [...view.fields.values()].find((one) => one.filter === node);
  if (!field && !view.notesNode.contains(node)) return null;
  return { note: node.dataset.note, field: field?.dimension.name, text: node.value, caret: [node.selectionStart, node.selectionEnd] };
}

export function penBack(view, { note, field, text, caret }) {
  if (note) openNote(view, note);
  else if (!view.fields.get(field)?.filter) return;
  else focusField(view, field);
  const node = note ? view.notes[note].area : view.fields.get(field).filter;
  if (document.activeElement !== node) return;
  if (field && node.value !== text) {
    node.value = text;
    if (view.fields.get(field).kind === "long") rank(view.fields.get(field));
  }
  node.setSelectionRange(...caret);
}

export function openDialog(view, title, ...content) {
  disarm(view); // a finished item must not be submitted behind a dialog about it
  view.dialog = { choices: new Map(), confirm: null };
  const close = toolButton(t("Close"), "Esc", () => closeDialog(view));
  const box = el(
    "div",
    { class: "sc-dialog", role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" },
    el("header", {}, el("h3", {}, title), close),
    ...content,
  );
  view.dialogNode.replaceChildren(box);
  setFlag(view.dialogNode, "hidden", false);
  box.focus({ preventScroll: true });
}

export function closeDialog(view) {
  view.dialog = null;
  setFlag(view.dialogNode, "hidden", true);
  view.dialogNode.replaceChildren();
  view.root.focus({ preventScroll: true });
}

export function choiceRow(key, label, action, pressed) {
  return el(
    "button",
    { type: "button", class: "sc-choice", onclick: action, "aria-pressed": pressed },
    el("kbd", { "aria-hidden": "true" }, key),
    el("span", {}, label),
  );
}

export function openHelp(view) {
  openDialog(view, t("Keys"),
    el("dl", { class: "sc-keys" }, ...view.desk.help.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(what))])),
    view.desk.advances ? buildDelay(view.client) : null,
    view.client.memory.works ? null
      : el("p", { class: "sc-error" }, t("This browser keeps no copy of unsaved work. Close this tab only once everything is saved.")));
}

// The setting for how long an answered item waits before it is submitted automatically.
function buildDelay({ settings, memory }) {
  const label = () => (settings.advance === null ? t("off, Enter submits") : settings.advance === 0 ? t("at once") : `${settings.advance} ms`);
  const shown = el("output", {}, label());
  const change = (advance) => {
    settings.advance = advance;
    writeSettings(memory, settings);
    setText(shown, label());
  };
  const range = el("input", { type: "range", min: 0, max: 1000, step: 50, value: settings.advance ?? USUAL_DELAY_MS,
    "aria-label": t("Delay before an answered item is submitted"), oninput: () => { box.checked = true; change(Number(range.value)); } });
  const box = el("input", { type: "checkbox", checked: settings.advance !== null,
    onchange: () => change(box.checked ? Number(range.value) : null) });
  return el("fieldset", { class: "sc-settings" },
    el("label", {}, box, ` ${t("Submit automatically when everything is answered")}`), range, shown,
    el("p", { class: "sc-quiet-text" }, t("Any key stops it. An answer that is not fine waits for Enter, and so does one with a comment or a correction.")));
}
