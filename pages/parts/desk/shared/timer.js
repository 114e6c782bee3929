// Time: the delay before an answered item is submitted automatically, and how long the reviewer worked on the item.

import { setFlag } from "./dom.js";
import { draftOf, mayFollow } from "./drafts.js";

// At most this much of a pause counts as time spent on the item. Reading a long conversation takes about a minute without a
// key press. If longer pauses counted nothing, a careful reader would look like the fastest; if they counted less, 61
// seconds of reading would look shorter than 59. Going away adds one minute at most, which hardly moves a median.
const IDLE_MS = 60_000;
const ECHO_MS = 400; // what is pressed this soon after an item appeared was meant for the previous one

// Submit the answered item after the reviewer's own delay, unless something more may be said about it. The delay begins
// when no key is held down.
export function arm(view) {
  const { client } = view;
  if (!view.desk.advances || client.settings.advance === null) return;
  if (view.dialog || view.writing || mayFollow(client, client.current)) return;
  view.finished = true;
  if (!view.held.size) start(view);
}

function start(view) {
  const { advance } = view.client.settings;
  clearTimeout(view.timer);
  view.timerNode.style.setProperty("--sc-delay", `${advance}ms`);
  setFlag(view.timerNode, "data-on", true);
  view.timer = setTimeout(() => submitByItself(view), advance);
}

export function submitByItself(view) {
  view.advanced = { from: view.client.current, at: performance.now() };
  view.act.submit();
}

export function disarm(view) {
  clearTimeout(view.timer);
  view.timer = null;
  view.finished = false;
  setFlag(view.timerNode, "data-on", false);
}

// A key goes down. Any key stops the delay, except a key that chooses (`ahead`) for somebody who chose no delay at all:
// they type ahead, and the key counts for the next item.
export function holdKey(view, event, ahead) {
  view.pressedAt = event.timeStamp || performance.now();
  if (!event.metaKey) view.held.add(event.code || event.key); // with Meta held down, macOS never says that a key is released
  if (view.finished && !event.repeat && !(ahead && view.client.settings.advance === 0)) disarm(view);
}

export function releaseKey(view, event) {
  if (event.key === "Meta") view.held.clear();
  view.held.delete(event.code || event.key);
  if (view.finished && !view.timer && !view.held.size) start(view);
}

// The window lost the keyboard, so nobody learns which keys are released.
export function releaseAll(view) {
  view.held.clear();
  disarm(view);
}

// The item that went by itself so recently that the last key or click was still meant for it; null without one.
export function meantItem(view) {
  const { advanced, client } = view;
  if (!advanced || view.pressedAt - advanced.at >= ECHO_MS) return null;
  return client.current === null || !draftOf(client, client.current).touched ? advanced.from : null;
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
