// The client's knowledge, without any drawing: what the server said, what this browser did since, and what follows.
// The server's word is `order` and `done`; entries that it has not acknowledged are laid over it, so the screen is
// always one step ahead and never loses its place when an answer arrives late.

const LOW_WATER = 8; // ask for more when fewer open items are at hand
const SENT_AT_ONCE = 100;

function newClient(key) {
  const client = {
    key,
    memory: memoryOf(key),
    settings: readSettings(),
    rater: null,
    week: null,
    rubric: { version: null, reveal: false, dimensions: [] },
    reveals: {},
    order: [],
    done: [],
    items: new Map(), // assignment -> item as sent
    mine: new Map(), // assignment -> the submission that counts, as far as this browser knows
    drafts: new Map(), // assignment -> { labels, comment, corrected_answer, active_ms, reopened }
    outbox: new Map(), // submission id -> entry
    elsewhere: new Set(), // assignments that another tab has submitted
    refusals: [], // sentences of the server about entries that it refused
    undo: [],
    current: null,
    sent: new Set(), // submission ids that went up at least once
    sequence: 0,
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

function remember(client, entry) {
  if (entry.kind === "annotation" || entry.kind === "skip") client.mine.set(entry.assignment, entry);
  if (entry.kind === "withdraw" && client.mine.get(entry.assignment)?.submission_id === entry.withdraws)
    client.mine.delete(entry.assignment);
}

// assignment -> "done", "skipped" or "open": what the unacknowledged entries make of it
function overlay(client) {
  const made = new Map();
  for (const entry of client.outbox.values()) {
    if (entry.kind === "annotation") made.set(entry.assignment, "done");
    if (entry.kind === "skip") made.set(entry.assignment, "skipped");
    if (entry.kind === "withdraw") made.set(entry.assignment, "open");
  }
  return made;
}

function openList(client) {
  const made = overlay(client);
  const reopened = [...made.keys()].filter((id) => made.get(id) === "open" && !client.order.includes(id));
  return [...reopened, ...client.order.filter((id) => (made.get(id) ?? "open") === "open")];
}

function doneList(client) {
  const made = overlay(client);
  const before = client.done.filter((id) => (made.get(id) ?? "done") === "done");
  return [...before, ...[...made.keys()].filter((id) => made.get(id) === "done" && !client.done.includes(id))];
}

function isDone(client, assignment) {
  const made = overlay(client).get(assignment);
  return made ? made === "done" : client.done.includes(assignment) && !client.order.includes(assignment);
}

function nextOpen(client, after) {
  const open = openList(client);
  const start = client.order.indexOf(after);
  const later = client.order.slice(start + 1).filter((id) => open.includes(id));
  const candidates = [...later, ...open].filter((id) => id !== after);
  return candidates.find((id) => !client.elsewhere.has(id)) ?? candidates[0] ?? null;
}

function blankDraft() {
  return { labels: {}, comment: "", corrected_answer: "", active_ms: 0, reopened: false };
}

function draftOf(client, assignment) {
  let draft = client.drafts.get(assignment);
  if (!draft) {
    const mine = client.mine.get(assignment);
    draft = mine && mine.labels ? draftFrom(mine) : blankDraft();
    client.drafts.set(assignment, draft);
  }
  return draft;
}

function draftFrom(submission) {
  return {
    ...blankDraft(),
    labels: structuredClone(submission.labels),
    comment: submission.comment ?? "",
    corrected_answer: submission.corrected_answer ?? "",
    reopened: true,
  };
}

function keepDraft(client, assignment) {
  keep(client.memory, `draft:${assignment}`, draftOf(client, assignment));
}

function dropDraft(client, assignment) {
  client.drafts.delete(assignment);
  forget(client.memory, `draft:${assignment}`);
}

function answered(value) {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== "";
}

// The dimensions that are asked, given the labels so far: one whose own condition is not asked is not asked either.
function visibleDimensions(rubric, labels) {
  const asked = {};
  return rubric.dimensions.filter((dimension) => {
    const shown = Object.entries(dimension.shown_when ?? {}).every(([other, allowed]) => allowed.includes(asked[other]));
    if (shown && answered(labels[dimension.name])) asked[dimension.name] = labels[dimension.name];
    return shown;
  });
}

function missingRequired(client, assignment) {
  const { labels } = draftOf(client, assignment);
  return visibleDimensions(client.rubric, labels).filter((d) => d.required && !answered(labels[d.name]));
}

function isComplete(client, assignment) {
  return client.rubric.dimensions.length > 0 && missingRequired(client, assignment).length === 0;
}

function finalLabels(client, assignment) {
  const { labels } = draftOf(client, assignment);
  const asked = visibleDimensions(client.rubric, labels).filter((d) => answered(labels[d.name]));
  return Object.fromEntries(asked.map((d) => [d.name, labels[d.name]]));
}

function isChanged(client, assignment) {
  const mine = client.mine.get(assignment);
  if (!mine) return true;
  const draft = draftOf(client, assignment);
  const ordered = (labels) => JSON.stringify(Object.entries(labels ?? {}).sort());
  return (
    ordered(mine.labels) !== ordered(finalLabels(client, assignment)) ||
    (mine.comment ?? "") !== draft.comment ||
    (mine.corrected_answer ?? "") !== draft.corrected_answer
  );
}

// Put one entry into the outbox. Its submission id is made here, once, whatever happens to the network afterwards.
function enter(client, kind, assignment, fields) {
  const entry = { submission_id: newId(), kind, assignment, at: new Date().toISOString(), ...fields };
  client.outbox.set(entry.submission_id, entry);
  remember(client, entry);
  keepEntry(client.memory, entry);
  return entry;
}

function enterAnnotation(client, assignment) {
  const draft = draftOf(client, assignment);
  const entry = enter(client, "annotation", assignment, {
    labels: structuredClone(finalLabels(client, assignment)),
    comment: draft.comment.trim(),
    corrected_answer: draft.corrected_answer.trim(),
    seconds: Math.round((draft.active_ms ?? 0) / 100) / 10,
    supersedes: client.mine.get(assignment)?.submission_id ?? null,
    rubric_version: client.rubric.version,
  });
  dropDraft(client, assignment);
  client.undo.push({ what: "submitted", assignment });
  return entry;
}

// Take back the submission that counts for an assignment; its labels become the draft again.
function enterWithdrawal(client, assignment) {
  const submission = client.mine.get(assignment);
  const entry = enter(client, "withdraw", assignment, { withdraws: submission.submission_id });
  client.drafts.set(assignment, submission.labels ? draftFrom(submission) : blankDraft());
  keepDraft(client, assignment);
  delete client.reveals[assignment];
  return entry;
}

function heldAhead(client) {
  return openList(client).filter((id) => client.items.has(id)).length;
}

function runsLow(client) {
  const held = heldAhead(client);
  return held < LOW_WATER && held < openList(client).length;
}
