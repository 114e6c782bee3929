// Sending to the server. The whole unacknowledged outbox is sent each time as one state value, because of several triggers
// only the last would arrive; the answer names the entries that are safe. Sending waits until the next item is painted.

import { awaits, heldAndBack } from "./back.js";
import { connected, showSaving } from "./bar.js";
import { afterFrame } from "./dom.js";
import { guessOf } from "./guess.js";
import { askForMore, openList, RESEND_MS, SENT_AT_ONCE } from "./model.js";

const RESEND_MOST_MS = 15_000;
const SLOW_MS = 2500;
const ASK_MS = 30_000; // how often a visible page asks whether something has changed
const ASK_AFTER_MS = 5000; // how old the last answer must be for a page that becomes visible to ask at once

// Send soon: after the frame that shows the effect of the reviewer's key, and several entries in one message.
export function sendSoon(view) {
  if (view.sending) return;
  view.sending = true;
  afterFrame(() => {
    view.sending = null;
    sendNow(view);
  });
}

export function sendNow(view) {
  const { client } = view;
  if (!view.setStateValue) return;
  client.sequence += 1;
  client.asked = askedFor(client);
  view.answersAtSend = view.answers;
  if (client.outbox.size && !client.sentAt) client.sentAt = Date.now();
  const entries = [...client.outbox.values()].slice(0, SENT_AT_ONCE);
  const [have, back] = heldAndBack(client, entries);
  for (const entry of entries) client.sent.add(entry.submission_id);
  view.setStateValue("outbox", {
    rater: client.rater?.id ?? null,
    sequence: client.sequence,
    ...(guessOf(client, entries, have, back) ?? { have }),
    back,
    wants: askForMore(client),
    begun: [...client.drafts.keys()].filter((id) => client.drafts.get(id).touched && !client.items.has(id)),
    entries,
  });
  clearTimeout(view.retry);
  if (client.outbox.size || awaits(client)) view.retry = setTimeout(() => again(view), RESEND_MS);
}

// Send again, at growing intervals, while entries or items are missing. A restarted server does not know the fragment of
// this page and does not answer at all; then the whole page is rerun once, which makes the fragment known.
function again(view) {
  const { client } = view;
  showSaving(view);
  if (!client.outbox.size && !awaits(client)) return;
  view.patience = Math.min((view.patience || RESEND_MS) * 1.5, RESEND_MOST_MS);
  if (view.answers === view.answersAtSend) globalThis.spotcheckWake?.();
  view.retry = setTimeout(() => {
    sendNow(view);
    clearTimeout(view.retry);
    view.retry = setTimeout(() => again(view), view.patience);
  }, SLOW_MS / 2);
}

export function askedFor(client) {
  return `${client.items.size}/${client.order.length}/${openList(client).length}/${client.back.size}`;
}

// After an answer, send entries that were never sent, and ask for items that are missing. Entries that were sent but not
// acknowledged wait for their timer; otherwise a server in trouble would be asked without a pause.
export function afterAnswer(view) {
  const { client } = view;
  const unsent = [...client.outbox.keys()].some((id) => !client.sent.has(id));
  const lacking = client.unsure || (awaits(client) && client.asked !== askedFor(client));
  if (unsent || lacking) sendSoon(view);
  if (client.outbox.size) return;
  view.patience = RESEND_MS;
  if (!awaits(client)) clearTimeout(view.retry);
}

// Ask the server now and then while the page is visible, and when it becomes visible: an item may have been handed to
// somebody else, or there may be new ones.
export function keepAsking(view, signal) {
  const ask = () => {
    const looked = document.visibilityState === "visible" && connected();
    if (looked && view.setStateValue && !view.client.outbox.size && Date.now() - view.answeredAt > ASK_AFTER_MS) sendNow(view);
  };
  const timer = setInterval(ask, ASK_MS);
  document.addEventListener("visibilitychange", ask, { signal });
  window.addEventListener("focus", ask, { signal });
  signal.addEventListener("abort", () => clearInterval(timer));
}

export function connectionChanged(view) {
  showSaving(view);
  if (!connected() || !(view.client.outbox.size || awaits(view.client))) return;
  clearTimeout(view.retry);
  again(view);
}
