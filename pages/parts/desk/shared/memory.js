// What this browser keeps across reloads, under `spotcheck:<store>:<rater>`:
//   ...:out:<submission id>   one unacknowledged entry each, so that two tabs never overwrite each other's
//   ...:draft:<assignment>    labels and texts of an item that is open
//   ...:settings              how this person works
// Everything is kept twice: in localStorage, which is read and
// written at once but reaches the disk seconds later, and in the mirror (mirror.js), which confirms that it is on the disk.
// In a browser that refuses both, the outbox is in the page only, and the page says so.

import { mirrorOf, writeMirror } from "./mirror.js";

const SHARED_SETTINGS_KEY = "spotcheck:settings"; // earlier versions kept one choice for all people of a browser
const DEFAULT_SETTINGS = { advance: null }; // milliseconds before a completed item is submitted; null = only by Enter
const DRAFT_DAYS = 60; // drafts older than this are dropped: their week is long over
const DAY_MS = 86_400_000;

export function memoryOf(key) {
  const prefix = `spotcheck:${key}:`;
  return { prefix, works: true, count: 0, turns: new Map(), read: false, mirror: mirrorOf() };
}

export function withStorage(memory, action, otherwise) {
  try {
    return action(globalThis.localStorage);
  } catch (error) {
    if (memory) memory.works = false;
    console.warn("Spotcheck: this browser keeps no copy of unsaved work.", error);
    return otherwise;
  }
}

export function keep(memory, name, value) {
  const kept = { ...value, at: Date.now() };
  withStorage(memory, (storage) => storage.setItem(memory.prefix + name, JSON.stringify(kept)));
  writeMirror(memory.mirror, memory.prefix + name, kept);
}

export function forget(memory, name) {
  withStorage(memory, (storage) => storage.removeItem(memory.prefix + name));
  writeMirror(memory.mirror, memory.prefix + name, null);
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // something else wrote it: treat it as absent
  }
}

// Pairs of name and value of one kind, from localStorage or among ``kept`` pairs of full name and value.
export function recall(memory, kind, kept = stored(memory)) {
  const start = `${memory.prefix}${kind}:`;
  return kept
    .filter(([name, value]) => name.startsWith(start) && value !== null && typeof value === "object")
    .map(([name, value]) => [name.slice(start.length), value]);
}

export function stored(memory) {
  return withStorage(memory, (storage) => Object.keys(storage)
    .filter((name) => name.startsWith(memory.prefix))
    .map((name) => [name, parsed(storage.getItem(name))]), []);
}

export function keepEntry(memory, entry) {
  memory.count += 1;
  const n = Date.now() * 1000 + memory.count;
  memory.turns.set(entry.submission_id, n);
  keep(memory, `out:${entry.submission_id}`, { n, entry });
}

export function recallEntries(memory, kept = stored(memory)) {
  const found = recall(memory, "out", kept)
    .filter(([id, { entry }]) => entry && entry.submission_id === id && entry.assignment)
    .sort(([, a], [, b]) => a.n - b.n);
  for (const [id, { n }] of found) memory.turns.set(id, n);
  return found.map(([, { entry }]) => entry);
}

// Where unsent entries are kept: "disk" when they survive the browser and the machine, "soon" while they are being
// written, "page" when this browser keeps nothing.
export function keptWhere(memory) {
  if (memory.mirror.state === "off") return memory.works ? "soon" : "page";
  return memory.mirror.waiting.size || memory.mirror.writing || memory.mirror.state !== "open" ? "soon" : "disk";
}

// Names of drafts that are too old to keep, of all raters. Unsent entries are kept until they are sent.
export function dropOldDrafts(names) {
  const isOld = ([name, value]) => /^spotcheck:.*:draft:/.test(name) && value?.at < Date.now() - DRAFT_DAYS * DAY_MS;
  return names.filter(isOld).map(([name]) => name);
}

// The place in the queue belongs to the tab, not to the browser.
export function keepPlace(memory, assignment) {
  withStorage(null, () => globalThis.sessionStorage.setItem(`${memory.prefix}place`, assignment ?? ""));
}

export function recallPlace(memory) {
  return withStorage(null, () => globalThis.sessionStorage.getItem(`${memory.prefix}place`), null) || null;
}

export function readSettings(memory) {
  const kept = (name) => withStorage(null, (storage) => parsed(storage.getItem(name)), null);
  const settings = { ...DEFAULT_SETTINGS, ...(kept(`${memory.prefix}settings`) ?? kept(SHARED_SETTINGS_KEY)) };
  const sound = settings.advance === null || (settings.advance >= 0 && settings.advance <= 1000);
  return sound ? settings : { ...DEFAULT_SETTINGS };
}

export function writeSettings(memory, settings) {
  withStorage(null, (storage) => storage.setItem(`${memory.prefix}settings`, JSON.stringify(settings)));
}
