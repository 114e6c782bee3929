// The frame around both sides: the bar on top, the tools below, the empty state and the live region.

import { goTo, leaveText } from "./actions.js";
import { el, toolButton } from "./dom.js";
import { buildNotes, closeDialog, openHelp } from "./panels.js";
import { t } from "./words.js";

export function buildFrame(view) {
  view.root = el("div", { class: `sc-annotator sc-desk-${view.desk.name}`, "data-testid": view.desk.name, tabindex: "-1",
    role: "application", "aria-label": t(view.desk.label) });
  view.weekNode = el("strong", {});
  view.dueNode = el("span", { class: "sc-due" });
  view.barNode = el("progress", { max: 1, value: 0, "aria-label": t("Done this week") });
  view.countNode = el("span", { class: "sc-count" });
  view.savingNode = el("span", { class: "sc-saving" });
  view.whoNode = el("span", { class: "sc-who" });
  view.liveNode = el("div", { class: "sc-live", role: "status", "aria-live": "polite" });
  view.paneNode = el("div", { class: "sc-pane", role: "document", "aria-label": t("Conversation") });
  view.waitNode = el("div", { class: "sc-slot", inert: true }, el("p", { class: "sc-wait" }, t("Loading …")));
  view.stateNode = el("p", { class: "sc-state", hidden: true });
  view.noticeNode = el("p", { class: "sc-notice", hidden: true }, el("span", {}), toolButton(t("Show it"), "", () => showRefused(view)));
  view.fieldsNode = el("div", { class: "sc-fields" });
  view.notesNode = el("div", { class: "sc-notes" }, ...buildNotes(view));
  view.timerNode = el("div", { class: "sc-timer", "aria-hidden": "true" });
  view.dialogNode = el("div", { class: "sc-veil", hidden: true, onclick: (event) => {
    if (event.target === view.dialogNode) closeDialog(view);
  } });
  view.submitNode = el("button", { type: "button", class: "sc-submit", onmousedown: (event) => event.preventDefault(),
    onclick: () => view.act.submit() }, el("span", {}, t("Submit")), el("kbd", { "aria-hidden": "true" }, "Enter"));
  view.scrollNode = el("div", { class: "sc-scroll" }, view.stateNode, view.noticeNode, ...view.desk.aside(view),
    view.fieldsNode, view.notesNode);
  view.rubricNode = el("aside", { class: "sc-rubric", "aria-label": t("Rubric") }, view.scrollNode,
    el("footer", {}, view.timerNode, view.submitNode, ...view.desk.footer(view), buildTools(view)));
  view.emptyNode = el("section", { class: "sc-empty", hidden: true });
  view.root.append(
    el("header", { class: "sc-bar" }, view.weekNode, view.dueNode, view.barNode, view.countNode, view.savingNode,
      view.whoNode, toolButton(t("Keys"), "?", () => openHelp(view), { class: "sc-tool sc-help" })),
    el("div", { class: "sc-body" }, view.paneNode, view.rubricNode, view.emptyNode), view.dialogNode, view.liveNode);
}

function buildTools(view) {
  const { act } = view;
  view.toolsNode = el("div", { class: "sc-tools", role: "toolbar", "aria-label": t("Tools") },
    ...view.desk.tools(view),
    toolButton(t("Steps"), "e", () => act.steps()),
    toolButton(t("Guide"), "g", () => act.guidance()),
    toolButton(t("Back"), "k", () => act.move(-1)),
    toolButton(t("Next"), "j", () => act.move(1)),
    toolButton(t("Keys"), "?", () => openHelp(view), { class: "sc-tool sc-small-only" }));
  return view.toolsNode;
}

// Go to the item of the last refused entry. Its labels are the draft again.
function showRefused(view) {
  const { assignment } = view.client.refusals[view.client.refusals.length - 1];
  leaveText(view);
  goTo(view, assignment);
}
