// The frame around both sides: the bar on top, the tools below, the empty state, the live region.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const QUIET_MS = 1000; // so long nothing waits to be saved before a screen reader hears that all is
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function buildFrame(view) {
  view.root = el("div", { class: `sc-annotator sc-desk-${desk.name}`, "data-testid": desk.name, tabindex: "-1",
    role: "application", "aria-label": desk.label });
  view.weekNode = el("strong", {});
  view.dueNode = el("span", { class: "sc-due" });
  view.barNode = el("progress", { max: 1, value: 0, "aria-label": "Done this week" });
  view.countNode = el("span", { class: "sc-count" });
  view.savingNode = el("span", { class: "sc-saving" });
  view.whoNode = el("span", { class: "sc-who" });
  view.liveNode = el("div", { class: "sc-live", role: "status", "aria-live": "polite" });
  view.paneNode = el("div", { class: "sc-pane", role: "document", "aria-label": "Conversation" });
  view.waitNode = el("div", { class: "sc-slot", inert: true }, el("p", { class: "sc-wait" }, "Fetching …"));
  view.stateNode = el("p", { class: "sc-state", hidden: true });
  view.noticeNode = el("p", { class: "sc-notice", hidden: true }, el("span", {}), toolButton("Show it", "", () => showRefused(view)));
  view.fieldsNode = el("div", { class: "sc-fields" });
  view.notesNode = el("div", { class: "sc-notes" }, ...buildNotes(view));
  view.timerNode = el("div", { class: "sc-timer", "aria-hidden": "true" });
  view.dialogNode = el("div", { class: "sc-veil", hidden: true, onclick: (event) => {
    if (event.target === view.dialogNode) closeDialog(view);
  } });
  view.submitNode = el("button", { type: "button", class: "sc-submit", onmousedown: (event) => event.preventDefault(),
    onclick: () => view.act.submit() }, el("span", {}, "Submit"), el("kbd", { "aria-hidden": "true" }, "Enter"));
  view.scrollNode = el("div", { class: "sc-scroll" }, view.stateNode, view.noticeNode, ...desk.aside(view),
    view.fieldsNode, view.notesNode);
  view.rubricNode = el("aside", { class: "sc-rubric", "aria-label": "Rubric" }, view.scrollNode,
    el("footer", {}, view.timerNode, view.submitNode, ...desk.footer(view), buildTools(view)));
  view.emptyNode = el("section", { class: "sc-empty", hidden: true });
  view.root.append(
    el("header", { class: "sc-bar" }, view.weekNode, view.dueNode, view.barNode, view.countNode, view.savingNode,
      view.whoNode, toolButton("Keys", "?", () => openHelp(view), { class: "sc-tool sc-help" })),
    el("div", { class: "sc-body" }, view.paneNode, view.rubricNode, view.emptyNode), view.dialogNode, view.liveNode);
}

function buildTools(view) {
  const { act } = view;
  view.toolsNode = el("div", { class: "sc-tools", role: "toolbar", "aria-label": "Tools" },
    ...desk.tools(view),
    toolButton("Steps", "e", () => act.steps()),
    toolButton("Guide", "g", () => act.guidance()),
    toolButton("Back", "k", () => act.move(-1)),
    toolButton("Next", "j", () => act.move(1)),
    toolButton("Keys", "?", () => openHelp(view), { class: "sc-tool sc-small-only" }));
  return view.toolsNode;
}

function dueText(due) {
  const day = /^(\d{4})-(\d\d)-(\d\d)/.exec(due ?? "");
  if (!day) return "";
  const date = new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
  return `due ${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

// The server's counts, moved on by what it has not acknowledged yet.
function progressNow(client) {
  const { week } = client;
  const left = openList(client).length;
  const ahead = [...overlay(client)].reduce((sum, [id, made]) => {
    const counted = client.done.includes(id) && !client.order.includes(id);
    return sum + (made === "done" && !counted ? 1 : made !== "done" && counted ? -1 : 0);
  }, 0);
  const perItem = week.left > 0 && week.minutes_left !== null ? week.minutes_left / week.left : null;
  return { done: Math.max(0, week.done + ahead), left, minutes: perItem === null ? null : Math.ceil(perItem * left) };
}

function showBar(view) {
  const { client } = view;
  if (!client.week) return;
  const { done, left } = progressNow(client);
  setText(view.weekNode, client.week.name.replace(/^\d{4}-W0?/, "Week "));
  setText(view.dueNode, dueText(client.week.due));
  setText(view.whoNode, client.rater?.name ?? "");
  view.barNode.max = Math.max(1, done + left);
  view.barNode.value = done;
  setText(view.countNode, desk.count(view));
  showSaving(view);
}

function showSaving(view) {
  const [state, text] = savingState(view.client);
  setAttr(view.root, "data-unsaved", view.client.memory.read ? view.client.outbox.size : view.client.outbox.size || "");
  setAttr(view.savingNode, "data-state", state);
  setText(view.savingNode, text);
  saySaving(view, state, text);
}

// A lost connection is said at once, that all is saved after a moment of quiet: not for each item of a fast reviewer.
function saySaving(view, state, text) {
  if (state !== "saved") {
    clearTimeout(view.savedSoon);
    view.savedSoon = null;
    view.unsaid ||= text !== "";
  }
  if (state === "offline" && view.saidState !== "offline") say(view, text);
  if (state !== "saving") view.saidState = state;
  if (state !== "saved" || !view.unsaid || view.savedSoon) return;
  view.savedSoon = setTimeout(() => {
    view.savedSoon = null;
    view.unsaid = false;
    say(view, text);
  }, QUIET_MS);
}

function showNotice(view) {
  const { client } = view;
  const refused = client.refusals[client.refusals.length - 1];
  const text = refused
    ? `Not saved: ${refused.why}`
    : client.trouble ? `Not saved yet, trying again: ${client.trouble}` : view.notice ?? "";
  const [words, button] = view.noticeNode.children;
  setText(words, text);
  setFlag(button, "hidden", !refused || refused.assignment === client.current || !client.items.has(refused.assignment));
  setFlag(view.noticeNode, "hidden", !text);
  setFlag(view.noticeNode, "data-bad", Boolean(refused || client.trouble));
}

// Go to what the server refused last: its labels are the draft again.
function showRefused(view) {
  const { assignment } = view.client.refusals[view.client.refusals.length - 1];
  leaveText(view);
  goTo(view, assignment);
}

function say(view, text) {
  view.liveNode.textContent = text;
}

function showEmpty(view) {
  const unsaved = view.client.outbox.size;
  setFlag(view.emptyNode, "hidden", false);
  view.emptyNode.replaceChildren(...[
    el("div", { class: "sc-tick", "aria-hidden": "true" }, "✓"),
    unsaved ? el("p", { class: "sc-error" }, `${unsaved} still to save. Keep this tab open until it says all saved.`) : null,
    ...desk.empty(view),
  ].filter(Boolean));
}
