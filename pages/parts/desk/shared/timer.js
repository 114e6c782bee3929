// Time: the delay before an answered item is submitted automatically, and how long the reviewer worked on the item.

import { setFlag } from "./dom.js";
import { draftOf } from "./drafts.js";

// At most this much of a pause counts as time spent on the item. Reading a long conversation takes about a minute without a
// key press. If longer pauses counted nothing, a careful reader would look like the fastest; if they counted less, 61
// seconds of reading would look shorter than 59. Going away adds one minute at most, which hardly moves a median.
const IDLE_MS = 60_000;
const ECHO_MS = 400; // an Enter this soon after an item appeared was meant for the previous one

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

// Whether a key press was probably meant for the previous item: this one has only just appeared and has no answer yet.
export function isEcho(view) {
  return !draftOf(view.client, view.client.current).touched && performance.now() - view.shownAt < ECHO_MS;
}

// Add to the active time: the gap since the last key or movement, at most IDLE_MS.
export function tick(view) {
  const now = performance.now();
  const gap = Math.min(now - view.seenAt, IDLE_MS);
  view.seenAt = now;
  if (!view.client.current || !view.client.items.has(view.client.current)) return;
  draftOf(view.client, view.client.current).active_ms += gap;
}
