// Text beside the labels, and the three small dialogs: skip, flag, help.

const SKIP_REASONS = [
  "Not enough context to judge",
  "Outside my field",
  "A language I do not read",
  "Broken or empty",
];
const FLAGS = [
  ["privacy", "Personal data that slipped through"],
  ["unclear", "The guidance does not decide this case"],
  ["other", "Something else"],
];
const HELP = [
  ["1 … 9", "choose a value and move on"],
  ["↑ ↓", "the dimension above or below"],
  ["Enter", "submit; after several values, move on"],
  ["u", "undo: the last choice, then the last submission"],
  ["s", "skip, with a reason"],
  ["f", "flag; selected text goes with it"],
  ["c", "comment"],
  ["x", "corrected answer"],
  ["j  k", "next item, previous item"],
  ["e", "steps and tool output"],
  ["g", "guidance"],
  ["Esc", "leave a text, a filter, a dialog"],
  ["?", "this list"],
];

function buildNotes(view) {
  view.notes = {
    comment: buildNote(view, "comment", "Comment", 3, 10_000),
    corrected_answer: buildNote(view, "corrected_answer", "Corrected answer", 7, 50_000),
  };
  return Object.values(view.notes).map((note) => note.node);
}

function buildNote(view, name, label, rows, most) {
  const area = el("textarea", {
    rows, maxlength: most, "aria-label": label, "data-note": name,
    oninput: () => view.act.write(name, area.value),
    onblur: () => view.act.leave(name, area.value),
  });
  return { area, node: el("label", { class: "sc-note", hidden: true }, el("span", {}, label), area) };
}

function showNotes(view) {
  const draft = draftOf(view.client, view.client.current);
  for (const [name, note] of Object.entries(view.notes)) {
    const text = draft[name] ?? "";
    if (note.area.value !== text) note.area.value = text;
    setFlag(note.node, "hidden", !text && view.writing !== name);
  }
}

function openNote(view, name) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  view.writing = name;
  showNotes(view);
  const { area } = view.notes[name];
  if (name === "corrected_answer" && !draft.corrected_answer) area.value = answerText(client.items.get(client.current));
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  area.scrollIntoView({ block: "nearest" });
}

function openDialog(view, title, ...content) {
  view.dialog = { choices: new Map(), confirm: null };
  const close = toolButton("Close", "Esc", () => closeDialog(view));
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

function closeDialog(view) {
  view.dialog = null;
  setFlag(view.dialogNode, "hidden", true);
  view.dialogNode.replaceChildren();
  view.root.focus({ preventScroll: true });
}

function choiceRow(key, label, action, pressed) {
  return el(
    "button",
    { type: "button", class: "sc-choice", onclick: action, "aria-pressed": pressed },
    el("kbd", { "aria-hidden": "true" }, key),
    el("span", {}, label),
  );
}

function openSkip(view) {
  const text = el("input", { type: "text", class: "sc-filter", maxlength: 500, placeholder: "or write why",
    "aria-label": "Another reason" });
  const give = (reason) => {
    closeDialog(view);
    view.act.skip(reason);
  };
  const other = String(SKIP_REASONS.length + 1);
  const rows = SKIP_REASONS.map((reason, k) => choiceRow(String(k + 1), reason, () => give(reason)));
  openDialog(view, "Skip this item, because …", el("div", { class: "sc-choices" }, ...rows), text,
    toolButton("Skip with this reason", "Enter", () => view.dialog?.confirm()));
  SKIP_REASONS.forEach((reason, k) => view.dialog.choices.set(String(k + 1), () => give(reason)));
  view.dialog.choices.set(other, () => text.focus());
  view.dialog.confirm = () => (text.value.trim() ? give(text.value.trim()) : text.focus());
}

function openFlag(view, span) {
  let chosen = span ? "privacy" : null;
  const text = el("input", { type: "text", class: "sc-filter", maxlength: 1000, placeholder: "a word about it (optional)",
    "aria-label": "Comment on the flag" });
  const rows = FLAGS.map(([name, label], k) => choiceRow(String(k + 1), label, () => pick(name), chosen === name));
  const pick = (name) => {
    chosen = name;
    rows.forEach((row, k) => setAttr(row, "aria-pressed", FLAGS[k][0] === name));
  };
  openDialog(view, "Flag this item",
    span ? el("blockquote", {}, span) : el("p", { class: "sc-quiet-text" }, "Tip: select the words first to flag exactly these."),
    el("div", { class: "sc-choices" }, ...rows), text,
    toolButton("Send the flag", "Enter", () => view.dialog?.confirm()));
  FLAGS.forEach(([name], k) => view.dialog.choices.set(String(k + 1), () => pick(name)));
  view.dialog.confirm = () => {
    if (!chosen) return rows[0].focus();
    closeDialog(view);
    view.act.flag(chosen, span, text.value.trim());
  };
}

function openHelp(view) {
  const { settings } = view.client;
  const label = () => (settings.advance === null ? "off, Enter submits" : `${settings.advance} ms`);
  const shown = el("output", {}, label());
  const change = (advance) => {
    settings.advance = advance;
    writeSettings(settings);
    setText(shown, label());
  };
  const range = el("input", { type: "range", min: 0, max: 1000, step: 50, value: settings.advance ?? 250,
    "aria-label": "Delay before an answered item is submitted", oninput: () => { box.checked = true; change(Number(range.value)); } });
  const box = el("input", { type: "checkbox", checked: settings.advance !== null,
    onchange: () => change(box.checked ? Number(range.value) : null) });
  openDialog(view, "Keys",
    el("dl", { class: "sc-keys" }, ...HELP.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)])),
    el("fieldset", { class: "sc-settings" },
      el("label", {}, box, " Submit by itself when everything is answered"), range, shown),
    view.client.memory.works ? null
      : el("p", { class: "sc-error" }, "This browser keeps no copy of unsaved work. Close the tab only when all is saved."));
}

// What the judges said, after submission and only if the rubric reveals it.
function showReveal(view) {
  const { client } = view;
  const revealed = isDone(client, client.current) ? client.reveals[client.current] : null;
  setFlag(view.revealNode, "hidden", !revealed);
  view.revealNode.replaceChildren();
  if (!revealed) return;
  const lines = Object.entries(revealed).flatMap(([judge, said]) =>
    Object.entries(said && typeof said === "object" ? said : { "": said }).map(([dimension, value]) =>
      [`${judge}${dimension ? ` · ${dimension}` : ""}`, value === null ? "no verdict" : asText(value)]),
  );
  view.revealNode.append(el("h3", {}, "Judges said"),
    el("dl", {}, ...lines.flatMap(([who, what]) => [el("dt", {}, who), el("dd", {}, what)])));
}
