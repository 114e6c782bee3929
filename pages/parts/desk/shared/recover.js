// Recovering what an earlier page left behind. localStorage was read when the client was made. What had not reached it when
// the browser died is in the mirror and joins here, in the order in which it was made.

import { awaits, wantBack } from "./back.js";
import { showSaving } from "./bar.js";
import { dropDraft } from "./drafts.js";
import { dropOldDrafts, parsed, recall, recallEntries, stored, withStorage } from "./memory.js";
import { flushMirror, leaveMirror, readMirror, writeMirror } from "./mirror.js";
import { isDone, isSkipped, MADE, openList, remember } from "./model.js";
import { show } from "./show.js";
import { sendSoon } from "./sync.js";

export async function recover(view) {
  const { client } = view;
  const { memory } = client;
  const { mirror } = memory;
  const place = client.current;
  mirror.heard = () => showSaving(view);
  window.addEventListener("pagehide", () => leaveMirror(mirror, true), { capture: true });
  window.addEventListener("pageshow", () => leaveMirror(mirror, false), { capture: true });
  const all = await readMirror(mirror);
  const kept = all.filter(([name]) => !mirror.waiting.has(name)); // a name that changed meanwhile has a newer value
  const joined = [joinEntries(client, kept), joinDrafts(client, kept)].includes(true);
  if (mirror.state === "open") copyToMirror(memory, kept);
  forgetOldDrafts(memory, all);
  memory.read = true;
  flushMirror(mirror);
  const moved = returnToPlace(client, place);
  if (joined || moved) show(view);
  else showSaving(view);
  if (client.outbox.size || client.wanted || awaits(client)) sendSoon(view);
}

// Return to the item that was open in this tab; in a new tab, to the one that was worked on last. If it is no longer in the
// list, the server is asked about it.
export function returnToPlace(client, place) {
  if (client.current && client.current === client.named) return false; // a link opened it
  if (!place && isDone(client, client.current)) client.current = openList(client)[0] ?? null;
  const wanted = place ?? lastBegun(client);
  if (!wanted || wanted === client.current || isDone(client, wanted) || client.drafts.get(client.current)?.touched) return false;
  const open = openList(client).includes(wanted) || isSkipped(client, wanted);
  if (open) client.current = wanted;
  if (open) wantBack(client, wanted, 1);
  else if (client.drafts.get(wanted)?.touched) client.wanted = wanted;
  return open;
}

// The item that was worked on last and not submitted.
function lastBegun(client) {
  const begun = [...client.drafts].filter(([assignment, draft]) => draft.touched && draft.at && !isDone(client, assignment)
    && !isSkipped(client, assignment));
  return begun.sort(([, a], [, b]) => b.at - a.at)[0]?.[0] ?? null;
}

function joinEntries(client, kept) {
  const lost = recallEntries(client.memory, kept).filter((entry) => !client.outbox.has(entry.submission_id));
  if (!lost.length) return false;
  const { turns } = client.memory;
  const all = [...client.outbox.values(), ...lost];
  all.sort((a, b) => turns.get(a.submission_id) - turns.get(b.submission_id));
  client.outbox = new Map(all.map((entry) => [entry.submission_id, entry]));
  for (const entry of all) remember(client, entry);
  return true;
}

// The later of two drafts counts. A draft older than the submission that it became is dropped.
function joinDrafts(client, kept) {
  const { memory, drafts } = client;
  const here = new Map(recall(memory, "draft"));
  let joined = false;
  for (const [assignment, draft] of recall(memory, "draft", kept)) {
    if ((here.get(assignment)?.at ?? 0) >= draft.at) continue;
    drafts.set(assignment, draft);
    here.set(assignment, draft);
    joined = true;
  }
  for (const [assignment, draft] of here) {
    const submitted = [...client.outbox.values()].some((entry) => entry.assignment === assignment
      && MADE[entry.kind] === "done" && memory.turns.get(entry.submission_id) / 1000 - 1 > draft.at);
    if (!submitted && (draft.reopened || !isDone(client, assignment))) continue;
    dropDraft(client, assignment);
    joined = true;
  }
  return joined;
}

function copyToMirror(memory, kept) {
  const there = new Map(kept);
  for (const [name, value] of stored(memory))
    if (value && !(there.get(name)?.at >= value.at)) writeMirror(memory.mirror, name, value);
}

function forgetOldDrafts(memory, mirrored) {
  const local = withStorage(null, (storage) => Object.keys(storage).map((name) => [name, parsed(storage.getItem(name))]), []);
  for (const name of dropOldDrafts([...local, ...mirrored])) {
    withStorage(null, (storage) => storage.removeItem(name));
    writeMirror(memory.mirror, name, null);
  }
}
