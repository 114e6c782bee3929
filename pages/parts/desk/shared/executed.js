// What the execution of a query found beside its reference: the outcome in words, both results with the cells that differ,
// and what changes from the reference to the query. The server sends it only to people who no longer owe the item.

import { showDiff } from "./diff.js";
import { el } from "./dom.js";
import { cellClass, isNumber } from "./tables.js";
import { N, plural, t } from "./words.js";

const OUTCOMES = {
  equal: N("The result is that of the reference."),
  equal_permuted: N("The result is that of the reference, with its columns in another order."),
  extra_columns: N("The result has the rows of the reference, and columns that the reference does not have."),
  missing_columns: N("The result lacks columns of the reference."),
  rounding_only: N("The result is that of the reference but for rounding."),
  both_empty: N("Neither result has rows, so execution says nothing of this answer."),
  different: N("The result differs from that of the reference."),
  generated_failed: N("The query failed or was refused."),
  reference_failed: N("The reference failed, so execution says nothing of this answer."),
  timed_out: N("The query took too long."),
  truncated: N("A result reached the limit of rows, so nothing is certain."),
  unavailable: N("The database did not answer, so execution says nothing of this answer."),
};
const RIGHT = ["equal", "equal_permuted", "rounding_only"];
const SILENT = ["both_empty", "reference_failed", "truncated", "unavailable"];
const SEVERITIES = { error: N("Error"), warning: N("Warning"), note: N("Note") };

export function buildExecuted(item) {
  const found = item.executed;
  const said = SILENT.includes(found.outcome) ? "silent" : RIGHT.includes(found.outcome) ? "right" : "wrong";
  return el("section", { class: "sc-block sc-executed" },
    el("h3", {}, `${t("Execution")} `, el("small", {}, t("reference: {source}", { source: found.reference_from }))),
    el("p", { class: "sc-outcome", "data-said": said }, el("strong", {}, t(OUTCOMES[found.outcome] ?? found.outcome)),
      found.reason ? ` ${found.reason}` : ""),
    found.findings.length ? el("ul", { class: "sc-proof-list" }, ...found.findings.map(({ severity, message }) =>
      el("li", { "data-severity": severity }, el("b", {}, `${t(SEVERITIES[severity] ?? severity)}: `), message))) : null,
    el("div", { class: "sc-beside" }, buildSide(t("Result of the query"), found.answer), buildSide(t("Result of the reference"), found.reference)),
    buildQueries(item, found));
}

function buildSide(title, side) {
  if (side.error) return el("div", {}, el("h4", {}, title), el("p", { class: "sc-error", dir: "auto" }, side.error));
  const rows = side.rows.length;
  const shown = rows < side.total ? t("{count} of {total} rows", { count: rows, total: side.total.toLocaleString("en") }) : plural(rows, "row", "rows");
  const marks = new Set(side.marks.map(([row, column]) => `${row} ${column}`));
  const head = side.columns.map((column, k) => el("th", { scope: "col", dir: "auto", "data-differs": side.alone.includes(k),
    title: side.alone.includes(k) ? t("only in this result") : null }, column));
  const body = side.rows.map((row, at) => el("tr", {}, el("th", { scope: "row", class: "sc-place" }, side.numbers[at]),
    ...row.map((cell, k) => buildCell(cell, marks.has(`${at} ${k}`)))));
  return el("div", {}, el("h4", {}, `${title} `, el("small", {}, shown)),
    el("div", { class: "sc-table", tabindex: "0", role: "region", "aria-label": title },
      el("table", {}, el("thead", {}, el("tr", {}, el("td", { class: "sc-place" }), ...head)), el("tbody", {}, ...body))));
}

function buildCell(cell, differs) {
  const text = cell === null ? "null" : cell;
  const kind = cell === null ? "sc-null" : cellClass(text, isNumber(text));
  return el("td", { class: kind, dir: "auto", "data-differs": differs }, differs ? el("mark", { title: t("differs") }, text) : text);
}

function buildQueries(item, found) {
  const diff = el("div", { class: "sc-diff sc-mono", dir: "auto", role: "group", "aria-label": t("From the reference to the query") });
  showDiff(diff, found.reference_sql, item.sql ?? "");
  return el("details", { class: "sc-fold", "data-fold": true, open: true },
    el("summary", {}, t("From the reference to the query")), diff);
}
