// A whole desk without a browser: it is mounted as Streamlit mounts it, keys arrive as events, frames are timers, and time
// passes when a test says so. Import it before the scripts of the desk, like fakes.mjs.

import { setMaxListeners } from "node:events";

import { FakeNode } from "./fakes.mjs";

setMaxListeners(0); // a desk has a dozen listeners under one signal
console.warn = () => undefined; // there is no IndexedDB here, which a desk warns about

const listeners = new Map(); // kind of event -> those who listen
const timers = new Map(); // id -> { at, action, every }
let [now, made] = [1_000_000, 0];

function timer(action, after = 0, every = null) {
  timers.set((made += 1), { at: now + after, action, every });
  return made;
}

// Let time pass, timers made meanwhile included. Promises that are kept run between two timers.
export async function pass(milliseconds) {
  const end = now + milliseconds;
  for (;;) {
    await null;
    const due = [...timers].filter(([, { at }]) => at <= end).sort(([a, one], [b, other]) => one.at - other.at || a - b);
    if (!due.length) break;
    const [[id, { at, action, every }]] = due;
    now = Math.max(now, at);
    if (every === null) timers.delete(id);
    else timers.get(id).at = now + every;
    action();
  }
  now = end;
}

export function stopTimers() {
  timers.clear();
}

class Observer { observe() {} disconnect() {} }

Object.assign(globalThis, {
  window: globalThis,
  addEventListener: (kind, listener, { signal } = {}) => {
    if (!listeners.has(kind)) listeners.set(kind, new Set());
    listeners.get(kind).add(listener);
    signal?.addEventListener("abort", () => listeners.get(kind).delete(listener));
  },
  matchMedia: () => ({ matches: false }),
  getComputedStyle: () => ({ fontSize: "16px" }),
  requestAnimationFrame: (action) => timer(action, 16),
  setTimeout: timer,
  setInterval: (action, every) => timer(action, every, every),
  clearTimeout: (id) => timers.delete(id),
  clearInterval: (id) => timers.delete(id),
  location: { href: "http://127.0.0.1/annotate?rater=ana" },
  history: { state: null, replaceState: (_state, _title, address) => (location.href = String(address)) },
  ResizeObserver: Observer,
  MutationObserver: Observer,
});
Date.now = () => now;
performance.now = () => now;
Object.assign(document, { body: new FakeNode("body"), documentElement: new FakeNode("html"), visibilityState: "visible",
  addEventListener: globalThis.addEventListener, getSelection: () => null });

function send(kind, key, fields) {
  const target = document.activeElement ?? document.body;
  const event = { key, code: /^\d$/.test(key) ? `Digit${key}` : "", target, timeStamp: now, defaultPrevented: false,
    preventDefault() { this.defaultPrevented = true; }, ...fields };
  for (const listener of [...(listeners.get(kind) ?? [])]) listener(event);
}

// Push a key down where the focus is.
export function hold(key, fields = {}) {
  send("keydown", key, fields);
}

export function release(key) {
  send("keyup", key, {});
}

// Press a key and let it go.
export function press(key, fields = {}) {
  hold(key, fields);
  release(key);
}

// The mouse goes down somewhere on the page.
export function point() {
  send("pointerdown", "", {});
}

export function leaveWindow() {
  send("blur", "", {});
}

// A server that keeps what it receives and answers when it is told to.
export class FakeServer {
  constructor(order, answerOf) {
    Object.assign(this, { order, answerOf, rows: new Map(), asked: [] });
  }
  hear(outbox) { this.asked.push(outbox); }
  answer() {
    const outbox = this.asked.pop(); // a newer state of the component replaces an older one that has not arrived
    this.asked = [];
    if (!outbox) return null;
    for (const { submission_id, assignment, labels } of outbox.entries) {
      if ([...this.rows.values()].some((row) => row.assignment === assignment && row.submission_id !== submission_id))
        throw new Error(`two rows for ${assignment}`);
      this.rows.set(submission_id, { submission_id, assignment, labels });
    }
    const done = [...this.rows.values()].map((row) => row.assignment);
    const open = this.order.filter((id) => !done.includes(id));
    const held = open.filter((id) => !outbox.have.includes(id)).slice(0, outbox.wants);
    return this.answerOf(open, { held, done, ack: outbox.entries.map((entry) => entry.submission_id), heard: outbox.sequence });
  }
}
