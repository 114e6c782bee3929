// The frame around both sides: the bar on top, the tools below, the empty state, the live region.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function buildFrame(view) {
  view.root = el("div", { class: "sc-annotator", "data-testid": "annotator", tabindex: "-1", role: "application",
    "aria-label": "Annotate: one item after another by keyboard; press ? for the keys" });
  view.weekNode = el("strong", {});
  view.dueNode = el("span", { class: "sc-due" });
  view.barNode = el("progress", { max: 1, value: 0, "aria-label": "Done this week" });
  view.countNode = el("span", { class: "sc-count" });
  view.savingNode = el("span", { class: "sc-saving" });
  view.whoNode = el("span", { class: "sc-who" });
  view.liveNode = el("div", { class: "sc-live", role: "status", "aria-live": "polite" });
  view.paneNode = el("div", { class: "sc-pane", role: "document", "aria-label": "Conversation" });
  view.waitNode = el("div", { class: "sc-slot", inert: true }, el("p", { class: "sc-wait" }, "Fetching the next items …"));
  view.stateNode = el("p", { class: "sc-state", hidden: true });
  view.noticeNode = el("p", { class: "sc-notice", hidden: true });
  view.revealNode = el("section", { class: "sc-reveal", hidden: true });
  view.fieldsNode = el("div", { class: "sc-fields" });
  view.notesNode = el("div", { class: "sc-notes" }, ...buildNotes(view));
  view.timerNode = el("div", { class: "sc-timer", "aria-hidden": "true" });
  view.dialogNode = el("div", { class: "sc-veil", hidden: true, onclick: (event) => {
    if (event.target === view.dialogNode) closeDialog(view);
  } });
  view.submitNode = el("button", { type: "button", class: "sc-submit", onmousedown: (event) => event.preventDefault(),
    onclick: () => view.act.submit() }, el("span", {}, "Submit"), el("kbd", { "aria-hidden": "true" }, "Enter"));
  view.scrollNode = el("div", { class: "sc-scroll" }, view.stateNode, view.noticeNode, view.revealNode, view.fieldsNode,
    view.notesNode);
  view.rubricNode = el("aside", { class: "sc-rubric", "aria-label": "Rubric" }, view.scrollNode,
    el("footer", {}, view.timerNode, view.submitNode, buildTools(view)));
  view.emptyNode = el("section", { class: "sc-empty", hidden: true });
  view.root.append(
    el("header", { class: "sc-bar" }, view.weekNode, view.dueNode, view.barNode, view.countNode, view.savingNode,
      view.whoNode, toolButton("Keys", "?", () => openHelp(view), { class: "sc-tool sc-help" })),
    el("div", { class: "sc-body" }, view.paneNode, view.rubricNode, view.emptyNode), view.dialogNode, view.liveNode);
}

function buildTools(view) {
  const { act } = view;
  view.toolsNode = el("div", { class: "sc-tools", role: "toolbar", "aria-label": "Tools" },
    toolButton("Undo", "u", () => act.undo()),
    toolButton("Skip", "s", () => openSkip(view)),
    toolButton("Flag", "f", () => act.openFlag()),
    toolButton("Comment", "c", () => act.note("comment")),
    toolButton("Correct", "x", () => act.note("corrected_answer")),
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
  const { done, left, minutes } = progressNow(client);
  setText(view.weekNode, client.week.name.replace(/^\d{4}-W0?/, "Week "));
  setText(view.dueNode, dueText(client.week.due));
  setText(view.whoNode, client.rater?.name ?? "");
  view.barNode.max = Math.max(1, done + left);
  view.barNode.value = done;
  const time = minutes ? ` · about ${minutes} min` : "";
  setText(view.countNode, `${done} done · ${left} left${time}`);
  showSaving(view);
}

function showSaving(view) {
  const [state, text] = savingState(view.client);
  setAttr(view.root, "data-unsaved", view.client.outbox.size);
  setAttr(view.savingNode, "data-state", state);
  setText(view.savingNode, text);
  if (state === view.saidState) return;
  if (view.saidState && state !== "saving") say(view, text);
  if (state !== "saving") view.saidState = state;
}

function showNotice(view) {
  const { client } = view;
  const text = client.refusals.length
    ? `Not saved: ${client.refusals[client.refusals.length - 1]}`
    : client.trouble ? `Not saved yet, trying again: ${client.trouble}` : view.notice ?? "";
  setText(view.noticeNode, text);
  setFlag(view.noticeNode, "hidden", !text);
  setFlag(view.noticeNode, "data-bad", client.refusals.length > 0 || Boolean(client.trouble));
}

function say(view, text) {
  view.liveNode.textContent = text;
}

function showEmpty(view) {
  const { client } = view;
  const done = doneList(client).length;
  const unsaved = client.outbox.size;
  const dealt = client.week.total > 0 || done > 0;
  setFlag(view.emptyNode, "hidden", false);
  view.emptyNode.replaceChildren(...[
    el("div", { class: "sc-tick", "aria-hidden": "true" }, "✓"),
    el("h2", {}, dealt ? "Nothing left for you this week" : "Nothing for you yet this week"),
    el("p", {}, dealt ? `${plural(client.week.done + done - client.done.length, "item", "items")} reviewed. Thank you.`
      : "Items appear here as soon as the week's draw is dealt."),
    unsaved ? el("p", { class: "sc-error" }, `${unsaved} still to save. Keep this tab open until it says all saved.`) : null,
    done ? el("p", {}, "What next: look back with ", el("kbd", {}, "k"),
      " and change your mind while the week is open, or see on the Week page what the others still have.") : null,
    done ? toolButton("Look back", "k", () => view.act.move(-1)) : null,
  ].filter(Boolean));
}
