// The right side: one field per dimension. It is built once per rubric version; showing an item only sets attributes.

import { el, setAttr, setFlag, setText } from "./dom.js";
import { answered, draftOf, isComplete, visibleDimensions } from "./drafts.js";
import { isPair, PREFERENCE, preference, rubricOf } from "./pair.js";
import { markChosen } from "./pair_view.js";
import { t } from "./words.js";

export const DIGITS = "1234567890"; // longer lists have no key per value and filter as one types

export function buildRubric(view) {
  const { dimensions } = view.client.rubric;
  const keys = dimensions.flatMap((d) => d.values.map((v) => v.key).filter(Boolean));
  view.keysDistinct = new Set(keys).size === keys.length;
  view.fields = new Map(dimensions.map((dimension) => [dimension.name, buildField(view, dimension)]));
  view.fieldsNode.replaceChildren(...[...view.fields.values()].map((field) => field.node));
}

// Most weeks have no pair, so the question about pairs gets its field with the first one.
function addPreference(view) {
  const field = buildField(view, preference());
  view.fields.set(PREFERENCE, field);
  view.fieldsNode.append(field.node);
}

function kindOf(dimension) {
  if (dimension.values.length === 0) return "number";
  const { length } = dimension.values;
  return length > DIGITS.length || (length === DIGITS.length && !dimension.values.every((v) => v.key)) ? "long" : "short";
}

function keyOf(dimension, value, k) {
  if (value.key) return value.key;
  return dimension.values.some((other) => other.key === DIGITS[k]) ? "" : (DIGITS[k] ?? "");
}

function buildField(view, dimension) {
  const field = { dimension, kind: kindOf(dimension), buttons: new Map(), keys: new Map(), filter: null };
  const title = `sc-title-${dimension.name}`;
  field.chosen = el("output", { class: "sc-chosen" });
  field.note = el("span", { class: "sc-needed" }, dimension.required ? "" : t("optional"));
  const hint = dimension.multiple ? el("span", { class: "sc-needed" }, t("several"), el("span", { class: "sc-by-key" }, t(", then Enter"))) : null;
  field.node = el(
    "section",
    { class: `sc-field sc-${field.kind}`, "data-field": dimension.name },
    el("h3", { id: title }, dimension.title || dimension.name, hint ?? field.note, field.chosen),
    dimension.guidance ? el("p", { class: "sc-guidance" }, dimension.guidance) : null,
  );
  if (field.kind === "number") field.node.append(buildNumber(view, field, title));
  else if (field.kind === "long") field.node.append(...buildLong(view, field, title));
  else field.node.append(buildShort(view, field, title));
  field.node.addEventListener("mousedown", () => focusField(view, dimension.name, { quietly: true }));
  return field;
}

function buildShort(view, field, title) {
  const { dimension } = field;
  const row = el("div", {
    class: "sc-values",
    role: dimension.multiple ? "group" : "radiogroup",
    "aria-labelledby": title,
    "data-many": dimension.values.length > 4,
    "aria-required": dimension.multiple ? null : dimension.required,
  });
  dimension.values.forEach((value, k) => {
    const key = keyOf(dimension, value, k);
    if (key) field.keys.set(key, value.value);
    row.append(buildValue(view, field, value, key, dimension.multiple ? "checkbox" : "radio"));
  });
  return row;
}

function buildValue(view, field, value, key, role) {
  const button = el(
    "button",
    {
      type: "button",
      class: "sc-value",
      role,
      tabindex: "-1",
      "data-dimension": field.dimension.name,
      "data-value": value.value,
      "aria-keyshortcuts": key || null,
      title: value.guidance || null,
      onclick: () => view.act.choose(field.dimension.name, value.value),
    },
    el("kbd", { "aria-hidden": "true" }, key),
    el("span", {}, value.shown ?? shownValue(value.value)),
    value.guidance ? el("small", { class: "sc-guidance" }, value.guidance) : null,
  );
  field.buttons.set(value.value, button);
  return button;
}

// order_status is shown as "order status". The stored value stays as declared.
export function shownValue(value) {
  return value.replaceAll("_", " ");
}

function buildLong(view, field, title) {
  const { dimension } = field;
  const id = `sc-list-${dimension.name}`;
  field.list = el("div", { class: "sc-list", role: "listbox", id, "aria-labelledby": title,
    "aria-multiselectable": dimension.multiple || null });
  dimension.values.forEach((value, k) => {
    const option = buildValue(view, field, value, "", "option");
    option.id = `${id}-${k}`;
  });
  field.filter = el("input", {
    type: "text", class: "sc-filter", role: "combobox", autocomplete: "off", spellcheck: "false",
    placeholder: t("type to filter {count}", { count: dimension.values.length }), "aria-labelledby": title, "aria-expanded": "true",
    "aria-controls": id, "aria-autocomplete": "list",
    oninput: () => rank(field),
    onfocus: () => focusField(view, dimension.name, { quietly: true }),
  });
  rank(field);
  return [field.filter, field.list];
}

function buildNumber(view, field, title) {
  field.filter = el("input", {
    type: "text", inputmode: "decimal", class: "sc-filter", autocomplete: "off", "aria-labelledby": title,
    placeholder: t("a number"), "data-dimension": field.dimension.name,
    onfocus: () => focusField(view, field.dimension.name, { quietly: true }),
    onchange: () => view.act.number(field.dimension.name, field.filter.value),
  });
  return field.filter;
}

// Order the options by how well they match the filter. The best ten get digits, except digits that continue the filter.
export function rank(field) {
  const fits = fitting(field, field.filter.value);
  field.hits = fits.map((one) => one.value);
  field.digits = [...DIGITS].map((digit) => (isText(field, digit) ? "" : digit));
  field.top = 0;
  field.list.replaceChildren(...fits.map((one) => field.buttons.get(one.value)));
  if (!fits.length) field.list.append(el("p", { class: "sc-none" }, t("no match")));
  field.list.scrollTop = 0;
  markTop(field);
}

function fitting(field, text) {
  const typed = shownValue(text.trim().toLowerCase());
  return field.dimension.values
    .map((value, k) => ({ value: value.value, k, fit: fitOf(shownValue(value.value).toLowerCase(), typed) }))
    .filter((one) => one.fit < 9)
    .sort((a, b) => a.fit - b.fit || a.k - b.k);
}

// Whether a digit continues the text in the filter, as the 3 of intent_31 does. Otherwise it picks a hit.
export function isText(field, digit) {
  const typed = field.filter.value;
  return typed.trim() !== "" && fitting(field, typed + digit).length > 0;
}

function fitOf(value, typed) {
  if (!typed || value === typed) return 0;
  if (value.startsWith(typed)) return 1;
  if (value.split(/[\s_/.-]+/).some((word) => word.startsWith(typed))) return 2;
  if (value.includes(typed)) return 3;
  const words = typed.split(/\s+/);
  return words.length > 1 && words.every((word) => value.includes(word)) ? 4 : 9;
}

function markTop(field) {
  field.hits.forEach((value, k) => {
    const button = field.buttons.get(value);
    setText(button.firstChild, field.digits[k] ?? "");
    setFlag(button, "data-top", k === field.top);
  });
  const top = field.buttons.get(field.hits[field.top]);
  setAttr(field.filter, "aria-activedescendant", top ? top.id : "");
  if (top && top.offsetParent) keepInside(field.list, top);
}

export function keepInside(box, node) {
  const [outer, inner] = [box.getBoundingClientRect(), node.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) box.scrollTop += Math.min(inner.bottom - outer.bottom, inner.top - outer.top);
}

export function moveTop(field, by) {
  if (!field.hits.length) return;
  field.top = (field.top + by + field.hits.length) % field.hits.length;
  markTop(field);
}

export function clearFilter(field) {
  if (!field.filter || field.kind !== "long" || !field.filter.value) return;
  field.filter.value = "";
  rank(field);
}

// Show the draft of the open item: what is asked, what is chosen, and which dimension has the keys.
export function showRubric(view) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  if (isPair(client, client.current) && !view.fields.has(PREFERENCE)) addPreference(view);
  const asked = new Set(visibleDimensions(rubricOf(client, client.current), draft.labels).map((d) => d.name));
  for (const [name, field] of view.fields) {
    setFlag(field.node, "hidden", !asked.has(name));
    setFlag(field.node, "data-focus", view.focus === name);
    showValues(field, draft.labels[name], view.focus === name);
  }
  setFlag(view.rubricNode, "data-complete", isComplete(client, client.current));
  markChosen(view);
}

function showValues(field, chosen, focused) {
  const values = Array.isArray(chosen) ? chosen : answered(chosen) ? [chosen] : [];
  setFlag(field.node, "data-answered", values.length > 0);
  if (field.kind === "number") {
    if (document.activeElement !== field.filter) field.filter.value = values[0] ?? "";
    return;
  }
  const marks = JSON.stringify(values);
  setFlag(field.node, "data-focus", focused);
  if (field.marks === marks) return;
  field.marks = marks;
  const state = field.kind === "long" ? "aria-selected" : "aria-checked";
  const first = values[0] ?? field.dimension.values[0].value;
  for (const [value, button] of field.buttons) {
    setAttr(button, state, values.includes(value));
    setAttr(button, "tabindex", field.kind === "short" && (value === first || field.dimension.multiple) ? 0 : -1);
  }
  setText(field.chosen, field.kind === "long" ? values.map(shownValue).join(", ") : "");
}

// Give the keys to a dimension. A long list also takes the caret, so that typing filters, except where that would open an
// on-screen keyboard.
export function focusField(view, name, { quietly = false } = {}) {
  view.focus = name;
  for (const [other, field] of view.fields) setFlag(field.node, "data-focus", other === name);
  if (quietly) return;
  const field = view.fields.get(name);
  if (field?.filter && !view.coarse) field.filter.focus({ preventScroll: true });
  else if (document.activeElement !== view.root && (view.root.contains(document.activeElement) || document.activeElement === document.body))
    view.root.focus({ preventScroll: true });
  // The frame does the layout anyway; asking for it here would do it twice.
  if (!view.painting && view.tall) requestAnimationFrame(() => keepFocusInside(view));
}

export function keepFocusInside(view) {
  const field = view.fields.get(view.focus);
  if (field) keepInside(view.scrollNode, field.node);
}
