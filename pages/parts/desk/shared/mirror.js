// The second copy of what memory.js keeps, in IndexedDB. Chromium writes localStorage to the disk up to five seconds
// later, so a browser that is killed loses it; a strict transaction is on the disk when it completes. Writes are collected
// until the next item is painted, and one transaction follows the other.

const MIRROR_DB = "spotcheck";
const MIRROR_STORE = "kept";
const PAINT_FIRST_MS = 30;
const MIRROR_MOST_MS = 3000; // if the database is not open by then, the page goes on without it

export function mirrorOf() {
  return { db: null, state: "opening", waiting: new Map(), writing: 0, timer: null, leaving: false, heard: () => undefined };
}

function openMirror() {
  return new Promise((resolve, reject) => {
    const asked = globalThis.indexedDB.open(MIRROR_DB, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(MIRROR_STORE);
    asked.onerror = () => reject(asked.error);
    const late = setTimeout(() => {
      asked.onsuccess = () => asked.result.close();
      reject(new Error("the browser's database does not open"));
    }, MIRROR_MOST_MS);
    asked.onsuccess = () => {
      clearTimeout(late);
      resolve(asked.result);
    };
  });
}

// Open the mirror and return its content as pairs of name and value; an empty list if it cannot be opened.
export async function readMirror(mirror) {
  try {
    mirror.db = await openMirror();
    mirror.db.onversionchange = () => dropMirror(mirror, null);
    mirror.db.onclose = () => dropMirror(mirror, new Error("the browser closed its database"));
    const pairs = await new Promise((resolve, reject) => {
      const found = [];
      const asked = mirror.db.transaction(MIRROR_STORE).objectStore(MIRROR_STORE).openCursor();
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        if (!asked.result) return resolve(found);
        found.push([asked.result.key, asked.result.value]);
        return asked.result.continue();
      };
    });
    mirror.state = "open";
    return pairs;
  } catch (error) {
    dropMirror(mirror, error);
    return [];
  }
}

function dropMirror(mirror, error) {
  mirror.db?.close();
  mirror.db = null;
  mirror.state = "off";
  mirror.waiting.clear();
  if (error) console.warn("Spotcheck: this browser keeps unsaved work in one place only.", error);
  mirror.heard();
}

// Keep ``value`` under ``name``; null forgets it.
export function writeMirror(mirror, name, value) {
  if (mirror.state === "off") return;
  mirror.waiting.set(name, value);
  if (mirror.leaving) flushMirror(mirror);
  else mirror.timer ??= setTimeout(() => flushMirror(mirror), PAINT_FIRST_MS);
}

export function flushMirror(mirror) {
  clearTimeout(mirror.timer);
  mirror.timer = null;
  if (!mirror.db || !mirror.waiting.size || (mirror.writing && !mirror.leaving)) return;
  const changes = [...mirror.waiting];
  mirror.waiting.clear();
  mirror.writing += 1;
  try {
    const transaction = mirror.db.transaction(MIRROR_STORE, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(MIRROR_STORE);
    for (const [name, value] of changes) value === null ? store.delete(name) : store.put(value, name);
    transaction.oncomplete = () => {
      mirror.writing -= 1;
      flushMirror(mirror);
      mirror.heard();
    };
    transaction.onabort = () => dropMirror(mirror, transaction.error);
    transaction.commit?.();
  } catch (error) {
    dropMirror(mirror, error);
  }
}

// A page that is being left cannot write later, so waiting changes are written now. The page may come back.
export function leaveMirror(mirror, leaving) {
  mirror.leaving = leaving;
  if (leaving) flushMirror(mirror);
}
