// Mounting, and taking the server's answers. Streamlit calls the component's function again with every answer and cleans up
// only when the component leaves the page. Therefore views are kept here by key, each with one AbortController for its
// listeners.

import { CLOSED, takeAnswer, viewName } from "./answer.js";
import { takeKeysAfter, takeKeysOnArrival } from "./back_to_desk.js";
import { say, showBar, showEmpty, showNotice } from "./bar.js";
import { setFlag, whenIdle } from "./dom.js";
import { keepDraft } from "./drafts.js";
import { buildFrame } from "./frame.js";
import { onKey } from "./keys.js";
import { parsed } from "./memory.js";
import { isDone, madeBy, newClient, nextOpen, RESEND_MS } from "./model.js";
import { penBack, penOf } from "./panels.js";
import { recover } from "./recover.js";
import { buildRubric, focusField, keepFocusInside } from "./rubric.js";
import { show, showState } from "./show.js";
import { dropSlot, prepare, scrollToTarget } from "./slots.js";
import { afterAnswer, connectionChanged, keepAsking, sendNow, sendSoon } from "./sync.js";
import { disarm, releaseAll, releaseKey, tick } from "./timer.js";
import { languageNow, t, useWords } from "./words.js";

const views = new Map();
const POINTED_MS = 5000;
const NARROW_REM = 40;

function newView(desk, { key, limits }) {
  const view = {
    desk,
    language: languageNow(),
    client: newClient(key, desk, limits),
    fields: new Map(), // dimension -> its field on the right side
    slots: new Map(), // assignment -> its laid-out conversation
    slot: null,
    tall: false, // the rubric does not fit and scrolls
    passed: null, // the previous slot, until a frame without it is painted
    focus: null,
    timer: null, // runs while an answered item waits for its delay
    finished: false, // an answered item waits: for its delay, or first for a key that is held down
    held: new Set(), // keys that are down
    pressedAt: 0,
    advanced: null, // { from, at }: the item that was submitted automatically last
    dialog: null,
    writing: null,
    notice: "",
    scrolled: false,
    shownAt: 0,
    shownFor: null,
    pointedAt: -POINTED_MS,
    seenAt: performance.now(),
    listening: null,
    lastData: null,
    setStateValue: null,
    answers: 0,
    answersAtSend: -1,
    answeredAt: Date.now(),
    patience: RESEND_MS,
    coarse: matchMedia("(pointer: coarse)").matches,
  };
  view.act = desk.actions(view);
  buildFrame(view);
  recover(view);
  return view;
}

// Show both sides next to each other while each has room for its text, however large the reader's letters are.
function setNarrow(view) {
  const letter = parseFloat(getComputedStyle(document.documentElement).fontSize);
  setFlag(view.root, "data-narrow", view.root.clientWidth < NARROW_REM * letter);
}

function listen(view) {
  view.listening?.abort();
  view.listening = new AbortController();
  const { signal } = view.listening;
  window.addEventListener("keydown", (event) => onKey(view, event), { capture: true, signal });
  window.addEventListener("keyup", (event) => releaseKey(view, event), { capture: true, signal });
  window.addEventListener("blur", () => releaseAll(view), { signal });
  window.addEventListener("pointerdown", (event) => onPointer(view, event), { capture: true, passive: true, signal });
  window.addEventListener("click", (event) => takeKeysAfter(view, event, signal), { signal });
  window.addEventListener("online", () => connectionChanged(view), { signal });
  window.addEventListener("offline", () => connectionChanged(view), { signal });
  window.addEventListener("pagehide", () => leavePage(view), { signal });
  view.scrollNode.addEventListener("scroll", () => (view.scrolled = true), { passive: true, signal });
  const sizes = new ResizeObserver(() => {
    setNarrow(view);
    view.desk.resized(view);
    view.slots.forEach((slot) => slot.inert && slot.isConnected && scrollToTarget(slot));
  });
  sizes.observe(view.paneNode);
  sizes.observe(view.root);
  signal.addEventListener("abort", () => sizes.disconnect());
  const heights = new ResizeObserver(() => {
    const tall = view.scrollNode.scrollHeight > view.scrollNode.clientHeight;
    if (tall && !view.tall && !view.writing) keepFocusInside(view);
    view.tall = tall;
  });
  for (const node of [view.scrollNode, ...view.scrollNode.children]) heights.observe(node);
  signal.addEventListener("abort", () => heights.disconnect());
  const app = document.querySelector("[data-testid=stApp]");
  const state = new MutationObserver(() => connectionChanged(view));
  if (app) state.observe(app, { attributeFilter: ["data-test-connection-state"] });
  signal.addEventListener("abort", () => state.disconnect());
  window.addEventListener("storage", (event) => hearOtherTab(view, event), { signal });
  keepAsking(view, signal);
  for (const sign of ["pointerdown", "pointermove", "wheel"])
    view.root.addEventListener(sign, () => tick(view), { passive: true, signal });
}

function onPointer(view, event) {
  view.pointedAt = performance.now();
  view.pressedAt = event.timeStamp || view.pointedAt;
  disarm(view);
}

// Leave the page. A finished item that only waits for its delay is submitted.
function leavePage(view) {
  if (view.finished) view.act.submit();
  if (view.client.current && view.client.drafts.has(view.client.current) && !isDone(view.client, view.client.current))
    keepDraft(view.client, view.client.current);
  if (view.client.outbox.size) sendNow(view);
}

function hearOtherTab(view, event) {
  const { client } = view;
  if (!event.key?.startsWith(`${client.memory.prefix}out:`) || !event.newValue) return;
  const entry = parsed(event.newValue)?.entry;
  if (entry?.kind === "withdraw" && madeBy(entry) === "open") client.elsewhere.delete(entry.assignment);
  else if (entry?.kind === "annotation" || entry?.kind === "skip") client.elsewhere.set(entry.assignment, entry.kind);
  if (client.current && client.items.has(client.current)) showState(view);
}

function applyAnswer(view, data) {
  const { client } = view;
  const [version, current, walk] = [client.rubric.version, client.current, viewName(client.week)];
  const [item, mine] = [client.items.get(current), client.mine.get(current)];
  const before = new Map(client.items);
  takeAnswer(client, data);
  if (client.rubric.version !== version) buildRubric(view);
  const turned = walk !== viewName(client.week);
  if (turned) {
    for (const slot of view.slots.values()) if (slot !== view.slot) slot.remove();
    view.slots.clear();
    view.notice = "";
  }
  if (client.news) view.notice = client.taken[client.current] || client.news === CLOSED ? "" : t(client.news);
  view.desk.heard(view);
  for (const { assignment } of data.items ?? []) if (client.items.get(assignment) !== before.get(assignment)) dropSlot(view, assignment);
  const stays = !turned && client.current === current && client.rubric.version === version;
  if (stays && client.items.get(current) === item && sameWords(client.mine.get(current), mine)) refresh(view);
  else if (stays && item) showAgain(view, item);
  else show(view);
  if (client.news) say(view, t(client.news));
  // After a click on another list its first item gets the keys; for those who use the keyboard the focus stays.
  if (turned && performance.now() - view.pointedAt < POINTED_MS) view.root.focus({ preventScroll: true });
  const next = nextOpen(client, client.current);
  if (!view.slots.has(next)) whenIdle(() => prepare(view, next));
  afterAnswer(view);
}

function sameWords(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

// Show the open item again after it has changed. A text that is being written keeps its place and caret.
function showAgain(view, before) {
  const pen = penOf(view);
  view.notice = view.desk.changed(before, view.client.items.get(view.client.current)) || view.notice;
  show(view);
  if (pen) penBack(view, pen);
}

function refresh(view) {
  showBar(view);
  showNotice(view);
  if (!view.client.current) return showEmpty(view);
  if (!view.client.items.has(view.client.current)) return undefined;
  showState(view);
  return view.desk.show(view);
}

// Take the view off the page. A finished item that only waits for its delay is submitted, as when the page is left: its
// next key may come when the view is back, and belongs to the next item. Unsaved entries stay in the outbox and are sent
// when the page is opened again.
function unmount(view) {
  if (view.finished) view.act.submit();
  view.listening?.abort();
  view.listening = null;
  view.setStateValue = null;
  clearTimeout(view.retry);
  disarm(view);
  view.root.remove();
}

// Take the language of the answer. The frame of another language is built anew; drafts and unsaved entries are kept.
function speak(data) {
  if (data.words) useWords(data.language, data.words);
  const view = views.get(data.key);
  if (!view || view.language === languageNow()) return;
  unmount(view);
  views.delete(data.key);
}

function mount(desk, { data, parentElement, setStateValue }) {
  speak(data);
  const view = views.get(data.key) ?? newView(desk, data);
  views.set(data.key, view);
  view.setStateValue = setStateValue;
  for (const other of views.values())
    if (other !== view && other.root.parentElement === parentElement) unmount(other);
  const moved = view.root.parentElement !== parentElement;
  if (moved) {
    parentElement.append(view.root);
    setNarrow(view);
    listen(view);
  }
  if (view.lastData !== data) {
    view.lastData = data;
    view.answers += 1;
    view.answeredAt = Date.now();
    applyAnswer(view, data);
  }
  if (moved) {
    if (takeKeysOnArrival(view)) focusField(view, view.focus);
    if (view.client.outbox.size) sendSoon(view);
  }
  return () => {
    if (view.root.parentElement === parentElement || !view.root.isConnected) unmount(view);
  };
}

// Make the desk known to the component inside the fragment, which waits for it. Return the component outside the fragment,
// which brings these scripts once and can rerun the whole page; see component.py.
export function register(desk) {
  (globalThis.spotcheckDesks ??= new Map()).set(desk.name, (given) => mount(desk, given));
  globalThis.dispatchEvent(new Event("spotcheck:desk"));
  return ({ setStateValue }) => {
    globalThis.spotcheckWake = () => setStateValue("woken", Date.now());
    return () => {
      delete globalThis.spotcheckWake;
    };
  };
}
