// What the frame says: progress, saving, notices, the empty state and the live region.

import { el, setAttr, setFlag, setText } from "./dom.js";
import { keptWhere } from "./memory.js";
import { openList, overlay } from "./model.js";
import { languageNow, N, t } from "./words.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const QUIET_MS = 1000; // how long nothing must wait to be saved before a screen reader announces "all saved"
const SLOW_MS = 2500;
const OFFLINE = { disk: N("offline, {count} to save, kept here"), soon: N("offline, {count} to save"),
  page: N("offline, {count} to save, keep this tab open") };

function dueText(due) {
  const day = /^(\d{4})-(\d\d)-(\d\d)/.exec(due ?? "");
  if (!day) return "";
  const date = new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
  if (languageNow() === "en") return `due ${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return t("due {day}", { day: date.toLocaleDateString(languageNow(), { weekday: "short", day: "numeric", month: "short" }) });
}

export function weekText(name) {
  const number = /^\d{4}-W0?(\d+)$/.exec(name);
  return number ? t("Week {number}", { number: number[1] }) : name;
}

// The server's counts, adjusted by the entries that it has not acknowledged yet.
export function progressNow(client) {
  const { week } = client;
  const left = openList(client).length;
  const ahead = [...overlay(client)].reduce((sum, [id, made]) => {
    const counted = client.done.includes(id) && !client.order.includes(id);
    return sum + (made === "done" && !counted ? 1 : made !== "done" && counted ? -1 : 0);
  }, 0);
  const perItem = week.left > 0 && week.minutes_left !== null ? week.minutes_left / week.left : null;
  return { done: Math.max(0, week.done + ahead), left, minutes: perItem === null ? null : Math.ceil(perItem * left) };
}

export function showBar(view) {
  const { client } = view;
  if (!client.week) return;
  const { done, left } = progressNow(client);
  setText(view.weekNode, weekText(client.week.name));
  setText(view.dueNode, dueText(client.week.due));
  setText(view.whoNode, client.rater?.name ?? "");
  view.barNode.max = Math.max(1, done + left);
  view.barNode.value = done;
  setText(view.countNode, view.desk.count(view));
  showSaving(view);
}

export function showSaving(view) {
  const [state, text] = savingState(view.client);
  setAttr(view.root, "data-unsaved", view.client.memory.read ? view.client.outbox.size : view.client.outbox.size || "");
  setAttr(view.savingNode, "data-state", state);
  setText(view.savingNode, text);
  saySaving(view, state, text);
}

// A lost connection is announced at once, "all saved" only after a quiet moment: a fast reviewer would hear it at each item.
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

export function showNotice(view) {
  const { client } = view;
  const refused = client.refusals[client.refusals.length - 1];
  const text = refused
    ? t("Not saved: {why}", { why: t(refused.why) })
    : client.trouble ? t("Not saved yet, trying again: {why}", { why: t(client.trouble) }) : view.notice ?? "";
  const [words, button] = view.noticeNode.children;
  setText(words, text);
  setFlag(button, "hidden", !refused || refused.assignment === client.current || !client.items.has(refused.assignment));
  setFlag(view.noticeNode, "hidden", !text);
  setFlag(view.noticeNode, "data-bad", Boolean(refused || client.trouble));
}

export function say(view, text) {
  view.liveNode.textContent = text;
}

export function showEmpty(view) {
  const unsaved = view.client.outbox.size;
  setFlag(view.emptyNode, "hidden", false);
  view.emptyNode.replaceChildren(...[
    el("div", { class: "sc-tick", "aria-hidden": "true" }, "✓"),
    unsaved ? el("p", { class: "sc-error" }, t("{count} still to save. Keep this tab open until the bar says “all saved”.", { count: unsaved })) : null,
    ...view.desk.empty(view),
  ].filter(Boolean));
}

// Streamlit writes the state of its connection on the page. Without that sign the page counts as connected.
export function connected() {
  const app = document.querySelector("[data-testid=stApp]");
  return navigator.onLine && (app?.dataset.testConnectionState ?? "CONNECTED") === "CONNECTED";
}

export function savingState(client) {
  const count = client.outbox.size;
  const slow = client.sentAt && Date.now() - client.sentAt > SLOW_MS;
  const offline = !connected() || (count > 0 && slow);
  if (count === 0 && !client.memory.read) return ["saving", ""]; // entries of an earlier page may still be found
  if (count === 0) return offline ? ["offline", t("offline, all saved")] : ["saved", t("all saved")];
  return offline ? ["offline", t(OFFLINE[keptWhere(client.memory)], { count })] : ["saving", t("{count} to save", { count })];
}
