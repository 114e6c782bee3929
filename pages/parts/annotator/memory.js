// What this browser keeps across reloads, in localStorage under `spotcheck:<store>:<rater>`:
//   ...:out:<submission id>   one unacknowledged entry each, so that two tabs never overwrite each other's
//   ...:draft:<assignment>    labels and texts of an item that is open
// and, shared by all raters of this browser, the reviewer's settings. A browser that refuses storage still works;
// it then holds the outbox in the page alone and says so.

const SETTINGS_KEY = "spotcheck:settings";
const DEFAULT_SETTINGS = { advance: 250 }; // milliseconds before a completed item is submitted; null = only by Enter

function memoryOf(key) {
  return { prefix: `spotcheck:${key}:`, works: true, count: 0 };
}

function withStorage(memory, action, otherwise) {
  try {
    return action(globalThis.localStorage);
  } catch (error) {
    if (memory) memory.works = false;
    console.warn("Spotcheck: this browser keeps no copy of unsaved work.", error);
    return otherwise;
  }
}

function keep(memory, name, value) {
  withStorage(memory, (storage) => storage.setItem(memory.prefix + name, JSON.stringify(value)));
}

function forget(memory, name) {
  withStorage(memory, (storage) => storage.removeItem(memory.prefix + name));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // written by something else; as good as absent
  }
}

function recall(memory, kind) {
  const found = withStorage(memory, (storage) => {
    const start = `${memory.prefix}${kind}:`;
    return Object.keys(storage)
      .filter((name) => name.startsWith(start))
      .map((name) => [name.slice(start.length), parsed(storage.getItem(name))]);
  }, []);
  return found.filter(([, value]) => value !== null && typeof value === "object");
}

function keepEntry(memory, entry) {
  memory.count += 1;
  keep(memory, `out:${entry.submission_id}`, { n: Date.now() * 1000 + memory.count, entry });
}

function recallEntries(memory) {
  return recall(memory, "out")
    .filter(([id, kept]) => kept.entry && kept.entry.submission_id === id && kept.entry.assignment)
    .sort(([, a], [, b]) => a.n - b.n)
    .map(([, kept]) => kept.entry);
}

// The place in the queue belongs to the tab, not to the browser.
function keepPlace(memory, assignment) {
  withStorage(null, () => globalThis.sessionStorage.setItem(`${memory.prefix}place`, assignment ?? ""));
}

function recallPlace(memory) {
  return withStorage(null, () => globalThis.sessionStorage.getItem(`${memory.prefix}place`), null) || null;
}

function readSettings() {
  const stored = withStorage(null, (storage) => parsed(storage.getItem(SETTINGS_KEY)), null);
  const settings = { ...DEFAULT_SETTINGS, ...stored };
  const sound = settings.advance === null || (settings.advance >= 0 && settings.advance <= 1000);
  return sound ? settings : { ...DEFAULT_SETTINGS };
}

function writeSettings(settings) {
  withStorage(null, (storage) => storage.setItem(SETTINGS_KEY, JSON.stringify(settings)));
}
