// The timer that submits an answered item by itself.

import { setFlag } from "./dom.js";
import { draftOf } from "./drafts.js";

// As much of a pause counts as time spent on the item. A minute is what reading a long conversation takes without a key;
// counting nothing of a longer pause would call a careful reader the fastest, counting less would say that reading 61
// seconds took less than reading 59. Whoever goes away adds a minute at most, which a median does not notice.
const IDLE_MS = 60_000;
const ECHO_MS = 400; // an Enter this soon after an item appeared was meant for the one before

export function arm(view) {
  const { advance } = view.client.settings;
  if (!view.desk.advances || advance === null) return;
  view.timerNode.style.setProperty("--sc-delay", `${advance}ms`);
  setFlag(view.timerNode, "data-on", true);
  view.timer = setTimeout(() => view.act.submit(), advance);
}

export function disarm(view) {
  clearTimeout(view.timer);
  view.timer = null;
  setFlag(view.timerNode, "data-on", false);
}

// Nothing was said about this item yet and it has only just appeared.
export function isEcho(view) {
  return !draftOf(view.client, view.client.current).touched && performance.now() - view.shownAt < ECHO_MS;
}

// Active time: the gaps between signs of life, of each no more than IDLE_MS.
export function tick(view) {
  const now = performance.now();
  const gap = Math.min(now - view.seenAt, IDLE_MS);
  view.seenAt = now;
  if (!view.client.current || !view.client.items.has(view.client.current)) return;
  draftOf(view.client, view.client.current).active_ms += gap;
}
