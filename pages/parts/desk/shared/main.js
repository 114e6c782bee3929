// Mounting and showing. Streamlit calls the default function again with every answer and cleans up only when the
// component leaves the page, so the views live here by key and their listeners hang on one AbortController each.

const views = new Map();
const POINTED_MS = 5000;
const NARROW_REM = 40;

function newView(key) {
  const view = {
    client: newClient(key),
    fields: new Map(), // dimension -> its field in the rubric
    slots: new Map(), // assignment -> its laid-out conversation
    slot: null,
    tall: false, // the rubric does not fit and scrolls
    passed: null, // the slot before, until the frame without it is painted
    focus: null,
    timer: null,
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

function show(view) {
  const { client } = view;
  const assignment = client.current;
  // Shown anew, because an answer or the mirror came in between, a finished item still goes by itself.
  if (view.shownFor !== assignment) disarm(view);
  view.shownFor = assignment;
  view.painting = true;
  view.writing = null;
  const item = client.items.get(assignment);
  setFlag(view.root, "data-empty", !assignment);
  setFlag(view.root, "data-waiting", Boolean(assignment && !item));
  setFlag(view.emptyNode, "hidden", Boolean(assignment));
  if (item) showItem(view, assignment);
  else if (assignment) present(view, view.waitNode);
  else showEmpty(view);
  if (!item) view.root.focus({ preventScroll: true });
  showBar(view);
  showNotice(view);
  view.painting = false;
  view.shownAt = view.seenAt = performance.now();
  const { shownAt } = view;
  afterFrame(() => shownAt === view.shownAt && afterPaint(view));
}

function showItem(view, assignment) {
  const { client } = view;
  present(view, slotFor(view, assignment));
  desk.prepare(view, client.items.get(assignment));
  for (const field of view.fields.values()) clearFilter(field);
  const asked = visibleDimensions(client.rubric, draftOf(client, assignment).labels);
  const first = asked.find((d) => desk.asks(client, assignment, d)) ?? asked[0];
  showRubric(view);
  showNotes(view);
  showState(view);
  desk.show(view);
  if (first) focusField(view, first.name);
  if (view.scrolled) view.scrollNode.scrollTop = 0;
  view.scrolled = false;
}

function showState(view) {
  const [button, text] = desk.state(view);
  setText(view.submitNode.firstChild, button);
  setText(view.stateNode, text);
  setFlag(view.stateNode, "hidden", !text);
}

// What can wait until the item is on the screen: telling it to a screen reader, building the next ones.
function afterPaint(view) {
  const { client } = view;
  finishShowing(view);
  setAttr(view.root, "data-assignment", client.current ?? "");
  const item = client.items.get(client.current);
  const asked = item && [...item.messages].reverse().find((m) => m.role === "user");
  const said = item
    ? `${view.notice} ${desk.said(client)}. ${asText(asked?.content).slice(0, 160)}`
    : client.current ? "Fetching" : view.emptyNode.querySelector("h2")?.textContent ?? "";
  say(view, said.trim());
  whenIdle(() => prepare(view, nextOpen(client, client.current)));
}

// Both sides stand beside each other while each has room for its words, however large the reader's letters are.
function setNarrow(view) {
  const letter = parseFloat(getComputedStyle(document.documentElement).fontSize);
  setFlag(view.root, "data-narrow", view.root.clientWidth < NARROW_REM * letter);
}

function listen(view) {
  view.listening?.abort();
  view.listening = new AbortController();
  const { signal } = view.listening;
  window.addEventListener("keydown", (event) => onKey(view, event), { capture: true, signal });
  window.addEventListener("pointerdown", () => (view.pointedAt = performance.now()), { capture: true, passive: true, signal });
  window.addEventListener("online", () => connectionChanged(view), { signal });
  window.addEventListener("offline", () => connectionChanged(view), { signal });
  window.addEventListener("pagehide", () => leavePage(view), { signal });
  view.scrollNode.addEventListener("scroll", () => (view.scrolled = true), { passive: true, signal });
  const sizes = new ResizeObserver(() => {
    setNarrow(view);
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

// An item that was answered in full and only waited for its delay counts as submitted.
function leavePage(view) {
  if (view.timer) view.act.submit();
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
  takeAnswer(client, data);
  if (client.rubric.version !== version) buildRubric(view);
  const turned = walk !== viewName(client.week);
  if (turned) {
    for (const slot of view.slots.values()) if (slot !== view.slot) slot.remove();
    view.slots.clear();
    view.notice = "";
  }
  if (client.news) view.notice = client.taken[client.current] || client.news === CLOSED ? "" : client.news;
  desk.heard(view);
  for (const item of data.items ?? []) if (client.items.get(item.assignment) === item) dropSlot(view, item.assignment);
  const stays = !turned && client.current === current && client.rubric.version === version;
  if (stays && client.items.get(current) === item && sameWords(client.mine.get(current), mine)) refresh(view);
  else if (stays && item) showAgain(view, item);
  else show(view);
  if (client.news) say(view, client.news);
  // Whoever pointed at another list wants its first item under the keys; whoever walks by keyboard stays where they are.
  if (turned && performance.now() - view.pointedAt < POINTED_MS) view.root.focus({ preventScroll: true });
  const next = nextOpen(client, client.current);
  if (!view.slots.has(next)) whenIdle(() => prepare(view, next));
  afterAnswer(view);
}

function sameWords(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

// The open item has changed under somebody's hands; what they are writing goes on where it was.
function showAgain(view, before) {
  const pen = penOf(view);
  view.notice = desk.changed(before, view.client.items.get(view.client.current)) || view.notice;
  show(view);
  if (pen) penBack(view, pen);
}

function refresh(view) {
  showBar(view);
  showNotice(view);
  if (!view.client.current) return showEmpty(view);
  if (!view.client.items.has(view.client.current)) return undefined;
  showState(view);
  return desk.show(view);
}

// Off the page nothing can be sent; what is unsaved stays in the outbox and goes up when the page is opened again.
function unmount(view) {
  view.listening?.abort();
  view.listening = null;
  view.setStateValue = null;
  clearTimeout(view.retry);
  disarm(view);
  view.root.remove();
}

function mount({ data, parentElement, setStateValue }) {
  const view = views.get(data.key) ?? newView(data.key);
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
    if (!isInteractive(document.activeElement)) focusField(view, view.focus);
    if (view.client.outbox.size) sendSoon(view);
  }
  return () => {
    if (view.root.parentElement === parentElement || !view.root.isConnected) unmount(view);
  };
}
