// What a reviewer can do. Every action changes the client first, then the screen, and lets the server know afterwards.

const IDLE_MS = 60_000; // a longer pause is not time spent on the item
const ECHO_MS = 400; // an Enter this soon after an item appeared was meant for the one before

function buildActions(view) {
  const { client } = view;
  const bound = (action) => (...given) => (client.current && client.items.has(client.current) ? action(view, ...given) : undefined);
  return {
    choose: bound(choose),
    number: bound(chooseNumber),
    enter: bound(enterKey),
    submit: bound(submit),
    skip: bound(skip),
    flag: bound(flag),
    openFlag: bound((v) => openFlag(v, selectedText(v))),
    note: bound((v, name) => disarm(v) || openNote(v, name)),
    write: bound(write),
    leave: bound(leaveNote),
    steps: bound(toggleSteps),
    guidance: () => toggleGuidance(view),
    undo: () => undo(view),
    move: (by) => move(view, by),
  };
}

function choose(view, name, value) {
  const { client } = view;
  const { dimension } = view.fields.get(name);
  const draft = draftOf(client, client.current);
  const before = draft.labels[name];
  disarm(view);
  client.undo.push({ what: "chosen", assignment: client.current, name, before });
  if (dimension.multiple) {
    const had = Array.isArray(before) ? before : [];
    const wanted = (one) => (one === value ? !had.includes(one) : had.includes(one));
    draft.labels[name] = dimension.values.map((v) => v.value).filter(wanted);
    clearFilter(view.fields.get(name));
  } else {
    draft.labels[name] = value;
    moveOn(view, name);
  }
  showRubric(view);
  showState(view);
  keepDraft(client, client.current);
}

function chooseNumber(view, name, text) {
  const value = text.trim().replace(",", ".");
  const draft = draftOf(view.client, view.client.current);
  if (value === (draft.labels[name] ?? "")) return;
  if (value === "") delete draft.labels[name];
  else if (Number.isFinite(Number(value))) return choose(view, name, value);
  else notice(view, `“${text}” is not a number.`);
}

// Where the keys go after an answer. A fresh item asks for what is unanswered; a reopened one is walked through, since
// all of it is answered.
function moveOn(view, name) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  const asked = visibleDimensions(client.rubric, draft.labels);
  const later = asked.slice(asked.findIndex((d) => d.name === name) + 1);
  const next = draft.reopened ? later[0] : later.find((d) => !answered(draft.labels[d.name]));
  const target = next ?? missingRequired(client, client.current)[0];
  clearFilter(view.fields.get(name));
  if (target) return focusField(view, target.name);
  focusField(view, name);
  view.root.focus({ preventScroll: true });
  if (!isDone(client, client.current)) arm(view);
}

function arm(view) {
  const { advance } = view.client.settings;
  if (advance === null) return;
  view.timerNode.style.setProperty("--sc-delay", `${advance}ms`);
  setFlag(view.timerNode, "data-on", true);
  view.timer = setTimeout(() => view.act.submit(), advance);
}

function disarm(view) {
  clearTimeout(view.timer);
  view.timer = null;
  setFlag(view.timerNode, "data-on", false);
}

function enterKey(view) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  const asked = visibleDimensions(client.rubric, draft.labels);
  const here = asked.findIndex((d) => d.name === view.focus);
  const passing = here >= 0 && (asked[here].multiple || !asked[here].required) && !view.timer;
  const complete = !asked[here]?.required || answered(draft.labels[view.focus]);
  const next = asked.slice(here + 1).find((d) => draft.reopened || !answered(draft.labels[d.name]));
  if (passing && complete && next && !isComplete(client, client.current)) focusField(view, next.name);
  else submit(view);
}

function submit(view) {
  const { client } = view;
  const assignment = client.current;
  disarm(view);
  if (isDone(client, assignment) && !isChanged(client, assignment)) return move(view, 1);
  if (!isComplete(client, assignment)) return pointAtMissing(view);
  tick(view);
  leaveText(view);
  enterAnnotation(client, assignment);
  view.notice = "";
  goTo(view, nextOpen(client, assignment));
  sendSoon(view);
}

function pointAtMissing(view) {
  if (performance.now() - view.shownAt < ECHO_MS) return;
  const missing = missingRequired(view.client, view.client.current);
  if (!missing.length) return;
  focusField(view, missing[0].name);
  const { node } = view.fields.get(missing[0].name);
  node.classList.remove("sc-ask");
  requestAnimationFrame(() => node.classList.add("sc-ask"));
  say(view, `${missing.map((d) => d.title || d.name).join(", ")}: still missing.`);
}

function skip(view, reason) {
  const { client } = view;
  const assignment = client.current;
  if (isDone(client, assignment)) return notice(view, "This item is submitted already. Undo it first to skip it.");
  disarm(view);
  enter(client, "skip", assignment, { reason });
  dropDraft(client, assignment);
  client.undo.push({ what: "submitted", assignment });
  view.notice = "Skipped. Undo brings it back.";
  goTo(view, nextOpen(client, assignment));
  sendSoon(view);
}

function flag(view, kind, span, comment) {
  const { client } = view;
  const item = client.items.get(client.current);
  enter(client, "flag", client.current, { flag: kind, span, comment });
  if (kind === "privacy" && span.length > 1) {
    const hidden = withoutSpan(item, span);
    if (item.sql !== hidden.sql) hidden.sql_tokens = [];
    client.items.set(client.current, { ...hidden, assignment: item.assignment, item: item.item });
    view.slot.replaceChildren(buildConversation(client.items.get(client.current)));
  }
  notice(view, span && kind === "privacy" ? "Flagged, and hidden here already." : "Flagged. Thank you.");
  showBar(view);
  sendSoon(view);
}

function selectedText(view) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !view.slot.contains(selection.anchorNode)) return "";
  return selection.toString().trim().slice(0, 2000);
}

function undo(view) {
  const { client } = view;
  const armed = Boolean(view.timer);
  disarm(view);
  if (!armed && isDone(client, client.current)) return takeBack(view, client.current);
  while (client.undo.length) {
    const step = client.undo.pop();
    if (step.what === "submitted" && client.mine.has(step.assignment)) return takeBack(view, step.assignment);
    if (step.what === "chosen" && step.assignment === client.current) return unchoose(view, step);
  }
  const last = doneList(client).filter((id) => client.items.has(id) && client.mine.has(id)).pop();
  if (last) takeBack(view, last);
  else notice(view, "There is nothing to undo.");
}

function unchoose(view, { assignment, name, before }) {
  const { labels } = draftOf(view.client, assignment);
  if (before === undefined) delete labels[name];
  else labels[name] = before;
  keepDraft(view.client, assignment);
  focusField(view, name);
  showRubric(view);
  showState(view);
}

function takeBack(view, assignment) {
  const { client } = view;
  if (!client.mine.has(assignment)) return notice(view, "This one was submitted elsewhere; change it here instead.");
  leaveText(view);
  enterWithdrawal(client, assignment);
  client.undo = client.undo.filter((step) => step.assignment !== assignment || step.what === "chosen");
  view.notice = "Taken back. It counts again when you submit it.";
  goTo(view, assignment);
  sendSoon(view);
}

function move(view, by) {
  const { client } = view;
  if (view.timer && by > 0) return submit(view);
  const list = [...doneList(client).filter((id) => client.items.has(id)), ...openList(client)];
  const here = list.indexOf(client.current);
  const target = here < 0 ? (by < 0 ? list[list.length - 1] : list[0]) : list[here + by];
  if (!target || target === client.current) return notice(view, by < 0 ? "This is the first one kept here." : "This is the last one.");
  leaveText(view);
  view.notice = "";
  goTo(view, target);
}

function goTo(view, assignment) {
  view.client.current = assignment;
  keepPlace(view.client.memory, assignment);
  show(view);
}

function write(view, name, text) {
  const draft = draftOf(view.client, view.client.current);
  draft[name] = text;
  keepDraft(view.client, view.client.current);
  showState(view);
}

// A corrected answer that equals the answer corrects nothing.
function leaveNote(view, name, text) {
  const { client } = view;
  const draft = draftOf(client, client.current);
  if (view.writing === name) view.writing = null;
  if (name === "corrected_answer" && text === answerText(client.items.get(client.current))) draft[name] = "";
  showNotes(view);
  showState(view);
}

function leaveText(view) {
  if (view.notesNode.contains(document.activeElement)) view.root.focus({ preventScroll: true });
}

function toggleSteps(view) {
  const folds = [...view.slot.querySelectorAll("[data-fold]")];
  const open = folds.some((fold) => !fold.open);
  for (const fold of folds) fold.open = open;
  if (open) view.slot.querySelector("[data-steps]")?.scrollIntoView({ block: "nearest" });
}

function toggleGuidance(view) {
  setFlag(view.root, "data-guidance", !view.root.hasAttribute("data-guidance"));
  const field = view.fields.get(view.focus);
  if (field) keepInside(view.scrollNode, field.node);
}

function notice(view, text) {
  view.notice = text;
  showNotice(view);
  say(view, text);
}

// Active time: the gaps between signs of life, except those longer than a minute.
function tick(view) {
  const now = performance.now();
  const gap = now - view.seenAt;
  view.seenAt = now;
  if (gap > IDLE_MS || !view.client.current || !view.client.items.has(view.client.current)) return;
  draftOf(view.client, view.client.current).active_ms += gap;
}
