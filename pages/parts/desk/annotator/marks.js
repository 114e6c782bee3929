// Marks: what is wrong in the answer, word by word, and what proves it. They belong to the draft of their item and are sent
// with its labels.

import { notMeant, notice } from "../shared/actions.js";
import { answerText } from "../shared/conversation.js";
import { el, setFlag, toolButton } from "../shared/dom.js";
import { draftOf, keepDraft, saysWrong } from "../shared/drafts.js";
import { choiceRow, closeDialog, openDialog } from "../shared/panels.js";
import { paint, selectedPassage, selectedPlace, sentences, toPoints } from "../shared/places.js";
import { showState } from "../shared/show.js";
import { t } from "../shared/words.js";

const SHOWN = 160; // letters of a passage in the list

export function marksOf(client, assignment) {
  return draftOf(client, assignment).marks ?? [];
}

// The marks that a submission brings: none when its labels call the answer fine, and none whose words have gone.
export function marksToSend(client, assignment) {
  const marks = saysWrong(client, assignment) ? marksOf(client, assignment) : [];
  return structuredClone(marks.filter(({ start }) => start !== null));
}

// The list beside the rubric; it is built once.
export function buildMarks(view) {
  view.marksNode = el("section", { class: "sc-marks", hidden: true, "aria-label": t("What is wrong in the answer") });
  return view.marksNode;
}

export function showMarks(view) {
  const { client } = view;
  const item = client.items.get(client.current);
  if (!item) return;
  const marks = marksOf(client, client.current);
  const shown = marks.length > 0 && saysWrong(client, client.current);
  if (!shown && view.marksNode.hidden !== false && !view.slot?.painted) return;
  setFlag(view.marksNode, "hidden", !shown);
  view.marksNode.replaceChildren(...(shown ? [el("h3", {}, t("What is wrong in the answer")), el("ul", {}, ...marks.map((mark) => markRow(view, mark)))] : []));
  paint(view.slot, answerText(item), shown ? marks : []);
}

function markRow(view, mark) {
  const why = proofWords(mark);
  return el("li", {}, el("mark", { class: "sc-mark", dir: "auto" }, mark.quote), why ? el("small", { dir: "auto" }, why) : null,
    mark.start === null ? el("small", {}, t("(not in the answer any more)")) : null,
    el("span", { class: "sc-mark-tools" }, toolButton(why ? t("Change proof") : t("Add proof"), "", () => openProof(view, mark)),
      toolButton(t("Remove mark"), "", () => removeMark(view, mark))));
}

function proofWords({ proof, source, passage }) {
  const where = [passage === undefined ? "" : t("passage {number}", { number: passage + 1 }), source].filter(Boolean).join(", ");
  return [proof ? `“${proof}”` : "", where].filter(Boolean).join(" · ");
}

// Mark what is selected in the answer, or attach what is selected in a passage to the latest mark. Without a selection the
// sentences of the answer are listed, so that it works without a mouse.
export function openMark(view) {
  const { client } = view;
  const item = client.items.get(client.current);
  const text = answerText(item);
  if (item.pair || !text.trim()) return notMeant(view, t("This item has no answer to mark."));
  if (!saysWrong(client, client.current)) return notMeant(view, t("First choose a value that says that something is wrong. Then mark what is wrong."));
  const proof = selectedPassage(view.slot);
  if (proof) return attach(view, proof);
  const place = selectedPlace(view.slot, text);
  if (place) return addMark(view, place);
  return openSentences(view, text);
}

function attach(view, { passage, words }) {
  const latest = marksOf(view.client, view.client.current).at(-1);
  if (!latest) return notMeant(view, t("Mark what is wrong in the answer first. Then select what proves it."));
  changeMark(view, latest, { passage, proof: words.slice(0, view.client.limits.mark_proof) });
  return notice(view, t("The passage is attached to your mark."));
}

function openSentences(view, text) {
  const { client } = view;
  const marks = marksOf(client, client.current);
  const places = sentences(text).map(({ start, end }) => ({ start: toPoints(text, start), end: toPoints(text, end) }));
  const others = places.filter((place) => !marks.some((mark) => sameMark(mark, place)));
  const rows = [...marks.map((mark) => [mark.quote, () => openProof(view, mark), true]),
    ...others.map((place) => [quoteAt(text, place), () => { closeDialog(view); addMark(view, place); }, false])];
  openDialog(view, t("Which sentence is wrong?"),
    el("p", { class: "sc-quiet-text" }, t("Or select words of the answer, then press q. A marked one opens its proof.")),
    el("div", { class: "sc-choices" }, ...rows.map(([quote, action, marked], k) => choiceRow(k < 9 ? String(k + 1) : "", quote, action, marked))));
  rows.slice(0, 9).forEach(([, action], k) => view.dialog.choices.set(String(k + 1), action));
  if (rows.length === 1) view.dialog.confirm = rows[0][1]; // Enter takes the only sentence
}

function quoteAt(text, { start, end }) {
  return [...text].slice(start, end).join("");
}

function sameMark(one, other) {
  return one.start === other.start && one.end === other.end;
}

function addMark(view, place) {
  const { client } = view;
  const { limits } = client;
  const text = answerText(client.items.get(client.current));
  const mark = { ...place, quote: quoteAt(text, place) };
  const marks = marksOf(client, client.current);
  if (marks.some((one) => sameMark(one, mark))) return notice(view, t("These words are marked already."));
  if (marks.length >= limits.marks) return notice(view, t("An answer has at most {count} marks. Remove one first.", { count: limits.marks }));
  if (place.end - place.start > limits.mark_quote) return notice(view, t("Select at most {count} letters.", { count: limits.mark_quote }));
  setMarks(view, client.current, [...marks, mark]);
  document.getSelection()?.removeAllRanges();
  return notice(view, t("Marked. Press q again to say what proves it."));
}

function removeMark(view, mark) {
  setMarks(view, view.client.current, marksOf(view.client, view.client.current).filter((one) => !sameMark(one, mark)));
  notice(view, t("Mark removed. Undo brings it back."));
}

function changeMark(view, mark, fields, assignment = view.client.current) {
  const change = (one) => (sameMark(one, mark) ? withoutEmpty({ ...one, ...fields }) : one);
  setMarks(view, assignment, marksOf(view.client, assignment).map(change), { undo: false });
}

function withoutEmpty(mark) {
  return Object.fromEntries(Object.entries(mark).filter(([, value]) => value !== "" && value !== null && value !== undefined));
}

function setMarks(view, assignment, marks, { undo = true } = {}) {
  const { client } = view;
  const before = marksOf(client, assignment);
  if (undo) client.undo.push({ what: "marked", assignment, before });
  draftOf(client, assignment).marks = marks;
  keepDraft(client, assignment);
  if (assignment !== client.current) return;
  showState(view);
}

export function unmark(view, { assignment, before }) {
  setMarks(view, assignment, before, { undo: false });
}

// Ask what proves a mark. What is typed is kept at once, with the item and the mark for which the dialog was opened.
function openProof(view, mark) {
  const { client } = view;
  const assignment = client.current;
  const { context } = client.items.get(assignment);
  const now = () => marksOf(client, assignment).find((one) => sameMark(one, mark)) ?? mark;
  const set = (fields) => changeMark(view, mark, fields, assignment);
  const field = (name, label, longest) => el("input", { type: "text", class: "sc-filter", maxlength: longest, dir: "auto", value: now()[name] ?? "",
    placeholder: label, "aria-label": label, oninput: (event) => set({ [name]: event.target.value }) });
  const rows = (context ?? []).slice(0, 9).map((passage, k) => choiceRow(String(k + 1), `${t("passage {number}", { number: k + 1 })}: ${passage.replace(/\s+/g, " ").slice(0, SHOWN)}`,
    () => pick(k), now().passage === k));
  const pick = (k) => {
    set({ passage: now().passage === k ? null : k });
    rows.forEach((row, place) => row.setAttribute("aria-pressed", String(now().passage === place)));
  };
  openDialog(view, t("What proves it?"), el("blockquote", { dir: "auto" }, mark.quote),
    rows.length ? el("div", { class: "sc-choices" }, ...rows) : null,
    field("proof", t("words that prove it (optional)"), client.limits.mark_proof),
    field("source", t("address or document (optional)"), client.limits.mark_source),
    toolButton(t("Done"), "Enter", () => view.dialog?.confirm()));
  rows.forEach((_, k) => view.dialog.choices.set(String(k + 1), () => pick(k)));
  view.dialog.confirm = () => {
    closeDialog(view);
    notice(view, proofWords(now()) ? t("The proof is kept with your mark.") : "");
  };
}
