// The dialogs for skipping and flagging, and what the judges said and the checks found.

import { asText } from "../shared/conversation.js";
import { el, setAttr, setFlag, toolButton } from "../shared/dom.js";
import { isDone } from "../shared/model.js";
import { choiceRow, closeDialog, openDialog } from "../shared/panels.js";
import { N, t } from "../shared/words.js";

const SKIP_REASONS = [
  N("Not enough context to judge"),
  N("Outside my field"),
  N("A language I do not read"),
  N("Broken or empty"),
];
const SKIP_WORDS = { [SKIP_REASONS[1]]: N("Outside my field (it goes to somebody whose field it is)") };
const FLAGS = [
  ["privacy", N("Personal data that slipped through")],
  ["unclear", N("The guidance does not cover this case")],
  ["other", N("Something else")],
];

export function openSkip(view) {
  const text = el("input", { type: "text", class: "sc-filter", maxlength: view.client.limits.skip_reason, dir: "auto", placeholder: t("or write another reason"),
    "aria-label": t("Another reason") });
  const give = (reason) => {
    closeDialog(view);
    view.act.skip(reason);
  };
  const other = String(SKIP_REASONS.length + 1);
  const rows = SKIP_REASONS.map((reason, k) => choiceRow(String(k + 1), t(SKIP_WORDS[reason] ?? reason), () => give(reason)));
  openDialog(view, t("Why do you skip this item?"), el("div", { class: "sc-choices" }, ...rows), text,
    toolButton(t("Skip with this reason"), "Enter", () => view.dialog?.confirm()));
  SKIP_REASONS.forEach((reason, k) => view.dialog.choices.set(String(k + 1), () => give(reason)));
  view.dialog.choices.set(other, () => text.focus());
  view.dialog.confirm = () => (text.value.trim() ? give(text.value.trim()) : text.focus());
}

export function openFlag(view, span) {
  let chosen = span ? "privacy" : null;
  const text = el("input", { type: "text", class: "sc-filter", maxlength: view.client.limits.flag_comment, dir: "auto", placeholder: t("comment (optional)"),
    "aria-label": t("Comment on the flag") });
  const rows = FLAGS.map(([name, label], k) => choiceRow(String(k + 1), t(label), () => pick(name), chosen === name));
  const pick = (name) => {
    chosen = name;
    rows.forEach((row, k) => setAttr(row, "aria-pressed", FLAGS[k][0] === name));
  };
  openDialog(view, t("Flag this item"),
    span ? el("blockquote", { dir: "auto" }, span) : el("p", { class: "sc-quiet-text" }, t("Tip: to flag certain words, select them first.")),
    el("div", { class: "sc-choices" }, ...rows), text,
    toolButton(t("Send flag"), "Enter", () => view.dialog?.confirm()));
  FLAGS.forEach(([name], k) => view.dialog.choices.set(String(k + 1), () => pick(name)));
  view.dialog.confirm = () => {
    if (!chosen) return rows[0].focus();
    closeDialog(view);
    view.act.flag(chosen, span, text.value.trim());
  };
}

// Show what the judges said and the checks found. The server sends it only after submission, if the rubric reveals it.
export function showReveal(view) {
  const { client } = view;
  const done = isDone(client, client.current);
  const revealed = (done && client.reveals[client.current]) || {};
  const found = (done && client.findings[client.current]) || [];
  setFlag(view.revealNode, "hidden", !Object.keys(revealed).length && !found.length);
  view.revealNode.replaceChildren();
  const lines = Object.entries(revealed).flatMap(([judge, said]) =>
    Object.entries(said && typeof said === "object" ? said : { "": said }).map(([dimension, value]) =>
      [`${judge}${dimension ? ` · ${dimension}` : ""}`, value === null ? t("no verdict") : asText(value)]),
  );
  if (lines.length) view.revealNode.append(el("h3", {}, t("Judges said")),
    el("dl", {}, ...lines.flatMap(([who, what]) => [el("dt", {}, who), el("dd", {}, what)])));
  const quiet = found.filter((one) => !one.flagged).map(({ check, said }) => `${check}: ${said}`);
  if (found.length) view.revealNode.append(el("h3", {}, t("Checks found")),
    el("dl", {}, ...found.filter((one) => one.flagged).flatMap(buildFinding)), el("p", { class: "sc-quiet-text" }, quiet.join(" · ")));
}

// One finding: what the check says, and its evidence marked between the words around it.
function buildFinding({ check, said, evidence }) {
  return [
    el("dt", {}, check),
    el("dd", { "data-flagged": true }, said, ...evidence.map(({ before, marked, after }) =>
      el("q", { dir: "auto" }, before, el("mark", {}, marked), after))),
  ];
}
