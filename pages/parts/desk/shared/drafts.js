// Drafts: the labels and texts of an item before they are submitted. They are kept in this browser.

import { forget, keep } from "./memory.js";
import { rubricOf } from "./pair.js";

// What a draft holds beside the labels: the desk's texts and lists.
function textsOf(client, source) {
  return Object.fromEntries([...client.desk.texts.map(({ name }) => [name, source[name] ?? ""]),
    ...(client.desk.lists ?? []).map((name) => [name, structuredClone(source[name] ?? [])])]);
}

function blankDraft(client) {
  return { labels: {}, ...textsOf(client, {}), active_ms: 0, reopened: false, touched: false };
}

export function draftOf(client, assignment) {
  let draft = client.drafts.get(assignment);
  if (!draft) {
    const mine = client.mine.get(assignment);
    draft = mine && mine.labels ? draftFrom(client, mine)
      : { ...blankDraft(client), labels: structuredClone(client.desk.start(client, assignment)) };
    client.drafts.set(assignment, draft);
  }
  return draft;
}

export function draftFrom(client, submission) {
  return {
    ...blankDraft(client),
    ...textsOf(client, submission),
    labels: structuredClone(client.desk.labelsOf(submission)),
    reopened: true,
  };
}

export function keepDraft(client, assignment) {
  const draft = draftOf(client, assignment);
  draft.touched = true;
  keep(client.memory, `draft:${assignment}`, draft);
}

export function dropDraft(client, assignment) {
  client.drafts.delete(assignment);
  forget(client.memory, `draft:${assignment}`);
}

export function answered(value) {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== "";
}

// The dimensions that are asked, given the labels so far. A dimension whose condition is not asked is not asked either.
export function visibleDimensions(rubric, labels) {
  const asked = {};
  return rubric.dimensions.filter((dimension) => {
    const shown = Object.entries(dimension.shown_when ?? {}).every(([other, allowed]) => allowed.includes(asked[other]));
    if (shown && answered(labels[dimension.name])) asked[dimension.name] = labels[dimension.name];
    return shown;
  });
}

export function missingRequired(client, assignment) {
  const draft = draftOf(client, assignment);
  const isGiven = (d) => answered(draft.labels[d.name]) || (d.unless && draft[d.unless].trim() !== "");
  return visibleDimensions(rubricOf(client, assignment), draft.labels).filter((d) => d.required && !isGiven(d));
}

export function isComplete(client, assignment) {
  return client.rubric.dimensions.length > 0 && missingRequired(client, assignment).length === 0;
}

// Whether reasons, a correction or a remark may follow the labels: an answer that is not fine, a dimension that is asked
// only because of another answer, or a text that was begun. Such an item is never submitted automatically.
export function mayFollow(client, assignment) {
  const draft = draftOf(client, assignment);
  const worse = (d) => isWorse(d, draft.labels);
  return client.desk.texts.some(({ name }) => (draft[name] ?? "").trim() !== "")
    || visibleDimensions(rubricOf(client, assignment), draft.labels).some((d) => Object.keys(d.shown_when ?? {}).length > 0 || worse(d));
}

function isWorse(dimension, labels) {
  return [labels[dimension.name]].flat().some((value) => dimension.not_fine?.includes(value));
}

// Whether the labels say that something is wrong with the answer; always under a rubric that cannot say so.
export function saysWrong(client, assignment) {
  const { labels } = draftOf(client, assignment);
  const asked = visibleDimensions(client.rubric, labels);
  return !client.rubric.dimensions.some((d) => d.not_fine?.length) || asked.some((d) => isWorse(d, labels));
}

export function finalLabels(client, assignment) {
  const { labels } = draftOf(client, assignment);
  const asked = visibleDimensions(rubricOf(client, assignment), labels).filter((d) => answered(labels[d.name]));
  return Object.fromEntries(asked.map((d) => [d.name, labels[d.name]]));
}

export function isChanged(client, assignment) {
  const mine = client.mine.get(assignment);
  if (!mine) return true;
  const draft = draftOf(client, assignment);
  const alike = (list) => JSON.stringify((list ?? []).map((one) => Object.entries(one).sort()));
  const ordered = (labels) => JSON.stringify(Object.entries(labels ?? {}).sort());
  return (
    ordered(client.desk.labelsOf(mine)) !== ordered(finalLabels(client, assignment)) ||
    client.desk.texts.some(({ name }) => (mine[name] ?? "") !== draft[name]) ||
    (client.desk.lists ?? []).some((name) => alike(mine[name]) !== alike(draft[name]))
  );
}
