// What the client knows: the server's last answer, and what this browser did since. Nothing here draws. Both desks share
// it; `client.desk` holds what differs.
// `order` and `done` come from the server. Entries that it has not acknowledged are laid over them, so the screen is always
// one step ahead and keeps its place when an answer arrives late.

import { newId } from "./dom.js";
import { keepEntry, memoryOf, readSettings, recall, recallEntries, recallPlace } from "./memory.js";

const LOW_WATER = 8; // ask for more when fewer open items are at hand
export const AT_HAND = 25; // how many open items should be at hand
export const SENT_AT_ONCE = 100;
export const RESEND_MS = 3000;
export const MADE = { annotation: "done", decision: "done", skip: "skipped" }; // what an entry does to its item

export function newClient(key, desk, limits = {}) {
  const memory = memoryOf(key);
  const client = {
    key,
    desk,
    limits, // field -> how many characters the server takes
    memory,
    settings: readSettings(memory),
    rater: null,
    week: null,
    rubric: { version: null, reveal: false, dimensions: [] },
    reveals: {},
    findings: {},
    order: [],
    done: [],
    skipped: [], // [assignment, how many of `done` came before it]
    items: new Map(), // assignment -> item as sent
    mine: new Map(), // assignment -> the submission that counts, as far as this browser knows
    earlier: new Map(), // submission id -> the submission that it replaced, which counts again after a withdrawal
    back: new Set(), // submitted assignments that the reviewer walked back to and the server should send
    drafts: new Map(), // assignment -> { labels, the desk's texts, active_ms, reopened, touched }
    outbox: new Map(), // submission id -> entry
    elsewhere: new Map(), // assignment -> the kind of entry that another tab made for it
    taken: {}, // assignment -> the server's sentence about an item that this rater no longer holds
    left: null, // { assignment, next }: where to go on after an item that has left the list
    named: null, // the assignment that the address opened
    wanted: null, // the assignment that was open before the page was reloaded, until its state is known
    news: "", // what the last answer says about the open item
    refusals: [], // { assignment, why }: entries that the server refused, with its sentence
    undo: [],
    current: null,
    sent: new Set(), // ids of submissions that were sent at least once
    sequence: 0,
    guesses: new Map(), // sequence -> the lists that this browser expected after it
    unsure: false, // the last guess was wrong, so the next outbox names everything
    heard: 0, // the sequence number that the last answer replies to
    asking: { sequence: 0, at: 0 }, // when items were last asked for
    asked: "",
    sentAt: 0,
  };
  for (const entry of recallEntries(client.memory)) {
    client.outbox.set(entry.submission_id, entry);
    remember(client, entry);
  }
  for (const [assignment, draft] of recall(client.memory, "draft")) client.drafts.set(assignment, draft);
  client.current = recallPlace(client.memory);
  return client;
}

export function remember(client, entry) {
  const { assignment } = entry;
  const before = client.mine.get(assignment);
  if (MADE[entry.kind]) {
    if (entry.supersedes && before?.submission_id === entry.supersedes) client.earlier.set(entry.submission_id, before);
    client.mine.set(assignment, entry);
  } else if (entry.kind === "withdraw" && before?.submission_id === entry.withdraws) {
    const earlier = client.earlier.get(entry.withdraws);
    if (earlier) client.mine.set(assignment, earlier);
    else client.mine.delete(assignment);
  }
}

// What an entry does to its item. A withdrawal says so itself: "open", or the state of an earlier entry that counts again.
export function madeBy(entry) {
  if (entry.kind !== "withdraw") return MADE[entry.kind];
  return entry.leaves === undefined ? "open" : entry.leaves;
}

// assignment -> "done", "skipped" or "open", by the unacknowledged entries
export function overlay(client) {
  const made = new Map();
  for (const entry of client.outbox.values()) if (madeBy(entry)) made.set(entry.assignment, madeBy(entry));
  return made;
}

export function openList(client) {
  const made = overlay(client);
  const reopened = [...made.keys()].filter((id) => made.get(id) === "open" && !client.order.includes(id));
  return [...reopened, ...client.order.filter((id) => (made.get(id) ?? "open") === "open")];
}

export function doneList(client) {
  const made = overlay(client);
  const before = client.done.filter((id) => (made.get(id) ?? "done") === "done");
  return [...before, ...[...made.keys()].filter((id) => made.get(id) === "done" && !client.done.includes(id))];
}

// All items that this reviewer answered or skipped, in the order of time.
export function saidList(client) {
  const made = overlay(client);
  const before = [...client.done];
  for (const [id, at] of [...client.skipped].reverse()) before.splice(at, 0, id);
  const now = [...made.keys()].filter((id) => !before.includes(id));
  return [...before, ...now].filter((id) => made.get(id) !== "open");
}

export function skippedList(client) {
  const made = overlay(client);
  const before = client.skipped.map(([id]) => id);
  const now = [...made.keys()].filter((id) => made.get(id) === "skipped" && !before.includes(id));
  return [...before.filter((id) => (made.get(id) ?? "skipped") === "skipped"), ...now];
}

// Items that were begun and then taken from this rater. They can still be submitted.
export function setAside(client) {
  return Object.keys(client.taken).filter((id) => client.items.has(id) && client.drafts.get(id)?.touched && !isDone(client, id));
}

export function isDone(client, assignment) {
  const made = overlay(client).get(assignment);
  return made ? made === "done" : client.done.includes(assignment) && !client.order.includes(assignment);
}

export function isSkipped(client, assignment) {
  const made = overlay(client).get(assignment);
  return made ? made === "skipped" : client.skipped.some(([id]) => id === assignment);
}

// Whether the server has an answer or a skip for it.
export function isSaid(client, assignment) {
  return client.done.includes(assignment) || client.skipped.some(([id]) => id === assignment);
}

export function nextOpen(client, after) {
  const open = openList(client);
  const start = client.left?.assignment === after ? client.order.indexOf(client.left.next) : client.order.indexOf(after) + 1;
  const isOpen = new Set(open);
  const later = client.order.slice(Math.max(0, start)).filter((id) => isOpen.has(id));
  const candidates = [...later, ...open].filter((id) => id !== after);
  return candidates.find((id) => !client.elsewhere.has(id)) ?? candidates[0] ?? null;
}

// Put one entry into the outbox. Its submission id is made here once and stays the same however often it is sent.
export function enter(client, kind, assignment, fields) {
  if (client.elsewhere.has(assignment)) takeAlong(client, assignment);
  const entry = { submission_id: newId(), kind, assignment, at: new Date().toISOString(), ...fields };
  client.outbox.set(entry.submission_id, entry);
  client.refusals = client.refusals.filter((refused) => refused.assignment !== assignment);
  remember(client, entry);
  keepEntry(client.memory, entry);
  return entry;
}

// Two tabs have two ways to the server, and of two answers the one that arrives last counts. So what another tab said about
// an item and has not saved yet goes along, in front; the server takes each submission id once.
function takeAlong(client, assignment) {
  for (const entry of recallEntries(client.memory)) {
    if (entry.assignment !== assignment || client.outbox.has(entry.submission_id)) continue;
    client.outbox.set(entry.submission_id, entry);
    remember(client, entry);
  }
}

// The open items from the one on the screen on: a reviewer who only looks ahead must not run out of items either.
function ahead(client) {
  const open = openList(client);
  return open.slice(Math.max(0, open.indexOf(client.current)));
}

function heldAhead(client) {
  return ahead(client).filter((id) => client.items.has(id)).length;
}

export function runsLow(client) {
  const held = heldAhead(client);
  return held < LOW_WATER && held < ahead(client).length;
}

// How many more items the next answer should bring: only as many as are needed soon, and none while others are on their
// way, because the server would send the same ones again.
export function askForMore(client) {
  const { asking } = client;
  if (asking.sequence > client.heard && Date.now() - asking.at < RESEND_MS) return 0;
  const wants = Math.max(0, AT_HAND - heldAhead(client));
  if (wants) client.asking = { sequence: client.sequence, at: Date.now() };
  return wants;
}
