// The left side: the conversation and the answer under review. It is built once per item, ahead of time.

import { el } from "./dom.js";
import { buildExecuted } from "./executed.js";
import { cellClass, isNumber } from "./tables.js";
import { N, plural, t } from "./words.js";

const ROLES = { user: N("User"), assistant: N("Assistant"), system: N("System"), tool: N("Tool"), developer: N("System") };
const SQL_KINDS = new Set(["keyword", "string", "number", "comment", "name", "other"]);
const ROWS_AT_FIRST = 12;

function targetIndex(item) {
  if (item.target_turn !== null && item.target_turn !== undefined) return item.target_turn;
  const spoken = item.messages.map((m, k) => (m.role === "assistant" && m.content ? k : -1)).filter((k) => k >= 0);
  return spoken.length ? spoken[spoken.length - 1] : -1;
}

export function answerText(item) {
  return asText(item.messages[targetIndex(item)]?.content ?? "");
}

export function asText(content) {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((part) => asText(part.text ?? part.content ?? part)).join("\n");
  return JSON.stringify(content, null, 2);
}

export function buildConversation(item) {
  const target = targetIndex(item);
  const turns = item.messages.map((message, k) => buildTurn(message, k === target, item));
  const node = el(
    "article",
    { class: "sc-item", "data-item": item.item },
    item.context?.length ? buildContext(item.context) : null,
    ...turns,
    item.steps?.length ? buildSteps(item.steps) : null,
    item.sql ? buildSql(item) : null,
    item.result ? buildResult(item.result) : null,
    item.executed ? buildExecuted(item) : null,
    item.error ? el("p", { class: "sc-error", dir: "auto" }, el("strong", {}, `${t("Error")} `), asText(item.error)) : null,
  );
  return node;
}

export function buildTurn(message, isTarget, item) {
  const role = ROLES[message.role] ? message.role : "other";
  const text = asText(message.content);
  if (role === "tool" || role === "system" || role === "developer") return buildQuietTurn(message, text);
  const unit = item.unit === "turn" ? t("answer under review") : t("last answer");
  return el(
    "section",
    { class: `sc-turn sc-${role}`, "data-target": isTarget },
    el(
      "header",
      {},
      el("span", { class: "sc-role" }, ROLES[message.role] ? t(ROLES[message.role]) : asText(message.role)),
      message.name ? el("span", { class: "sc-name" }, asText(message.name)) : null,
      isTarget && item.messages.length > 2 ? el("span", { class: "sc-badge" }, unit) : null,
    ),
    ...buildText(text, isTarget),
    ...(message.tool_calls ?? []).map(buildToolCall),
  );
}

// Show fenced blocks as code and everything else as plain text with its line breaks. With `places` each block says where in
// the text it begins.
export function buildText(text, places) {
  let next = 0;
  return text.split("```").flatMap((part, k) => {
    const [at, code] = [next, k % 2 === 1];
    next += part.length + 3;
    const left = code ? part.replace(/^[\w+-]*\n/, "") : part.replace(/^\n+/, "");
    const place = places ? at + part.length - left.length : null;
    if (code) return [el("pre", { class: "sc-code", "data-at": place }, left.trimEnd())];
    return left.trimEnd() ? [el("div", { class: "sc-text", dir: "auto", "data-at": place }, left.trimEnd())] : [];
  });
}

function buildQuietTurn(message, text) {
  const label = [t(ROLES[message.role]), message.name].filter(Boolean).join(" · ");
  const line = text.replace(/\s+/g, " ").slice(0, 160);
  return el(
    "details",
    { class: "sc-quiet", "data-fold": true },
    el("summary", {}, el("span", { class: "sc-role" }, label), el("code", {}, line)),
    el("pre", { dir: "auto" }, text),
  );
}

function buildToolCall(call) {
  const fn = call?.function ?? call ?? {};
  const given = fn.arguments ?? fn.input ?? {};
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return el("code", { class: "sc-call" }, `→ ${asText(fn.name ?? "tool")}(${text})`);
}

function buildContext(texts) {
  const passages = plural(texts.length, "passage", "passages");
  return el(
    "details",
    { class: "sc-fold", "data-fold": true },
    el("summary", {}, t("Retrieved: {passages}", { passages })),
    el("ol", {}, ...texts.map((passage, k) => el("li", { class: "sc-text", dir: "auto", "data-passage": k }, asText(passage)))),
  );
}

function buildSteps(steps) {
  return el(
    "details",
    { class: "sc-fold", "data-fold": true, "data-steps": true },
    el("summary", {}, plural(steps.length, "step", "steps"), el("kbd", { "aria-hidden": "true" }, "e")),
    el("ol", {}, ...steps.map(buildStep)),
  );
}

function buildStep(step) {
  if (step === null || typeof step !== "object" || Array.isArray(step)) return el("li", {}, el("pre", {}, asText(step)));
  const { name, tool, step: title, ...rest } = step;
  const heading = asText(name ?? title ?? tool ?? "");
  const lines = Object.entries(rest).map(([key, value]) => `${key}: ${asText(value)}`);
  return el("li", {}, heading ? el("strong", {}, heading) : null, el("pre", { dir: "auto" }, lines.join("\n")));
}

function buildSql(item) {
  const laidOut = el("code", {});
  for (const [kind, text] of item.sql_tokens ?? []) {
    if (kind === "other") laidOut.append(text);
    else laidOut.append(el("span", { class: SQL_KINDS.has(kind) ? `sc-sql-${kind}` : "sc-sql-other" }, text));
  }
  if (!laidOut.hasChildNodes()) laidOut.append(item.sql);
  const box = el("pre", { class: "sc-code", tabindex: "-1" }, laidOut);
  return el("section", { class: "sc-block" }, el("h3", {}, "SQL ", item.sql_written ? buildWritten(item, box, laidOut) : null), box);
}

// The parser laid the query out; this shows it as it was written, and back.
function buildWritten(item, box, laidOut) {
  const written = el("code", {}, item.sql_written);
  const button = el("button", { type: "button", class: "sc-written", "aria-pressed": false, onclick: () => {
    const on = !written.isConnected;
    box.replaceChildren(on ? written : laidOut);
    button.setAttribute("aria-pressed", String(on));
  } }, t("As written"));
  return button;
}

function buildResult(result) {
  if (!result.columns) {
    return el("section", { class: "sc-block" }, el("h3", {}, t("Result")), el("pre", { class: "sc-code" }, asText(result.text)));
  }
  const { columns, rows } = result;
  const total = Math.max(result.total ?? 0, rows.length);
  const grouped = total.toLocaleString("en");
  const body = el("tbody", {}, ...rows.slice(0, ROWS_AT_FIRST).map(buildRow));
  const shown = rows.length < total ? t("first {count} of {total} rows", { count: rows.length, total: grouped }) : plural(grouped, "row", "rows");
  const more = el(
    "button",
    { type: "button", class: "sc-more", onclick: () => more.remove(body.append(...rows.slice(ROWS_AT_FIRST).map(buildRow))) },
    t("Show all {count} rows", { count: rows.length }),
  );
  const table = el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...columns.map((column, k) =>
      el("th", { scope: "col", dir: "auto", class: cellClass(asText(column), isNumber(rows.find((row) => row[k] !== null)?.[k])) }, asText(column))))),
    body,
  );
  return el(
    "section",
    { class: "sc-block" },
    el("h3", {}, `${t("Result")} `, el("small", {}, shown)),
    el("div", { class: "sc-table", tabindex: "0", role: "region", "aria-label": t("Result, {shown}", { shown }) }, table),
    rows.length > ROWS_AT_FIRST ? more : null,
  );
}

function buildRow(row) {
  return el("tr", {}, ...row.map((cell) => {
    if (cell === null) return el("td", { class: "sc-null" }, "null");
    const text = asText(cell);
    return el("td", { class: cellClass(text, isNumber(cell)), dir: "auto" }, text);
  }));
}

// Hide a span that the reviewer flagged as personal data at once; the server then hides it everywhere.
export function withoutSpan(value, span) {
  if (typeof value === "string") return value.replaceAll(span, "[hidden]");
  if (Array.isArray(value)) return value.map((one) => withoutSpan(one, span));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutSpan(one, span)]));
}
