// The item on the screen stands in the address, so that a link to it can be sent and a reload comes back to it.

import { wantBack } from "../shared/back.js";
import { parsed, withStorage } from "../shared/memory.js";
import { isSaid } from "../shared/model.js";

const PAUSE_MS = 350; // Safari takes at most a hundred changes of the address in thirty seconds
const LEAVING_MS = 1000; // how far the clocks of a page and of the next one may differ

// Open the item that the address named when the page was opened.
export function takeOpened(client, { open }) {
  const [wanted, time] = open ?? [];
  if (!wanted || client.opened === time) return;
  client.opened = time;
  // What this tab wrote itself may be older than what it remembers: a reload comes back to the item on the screen.
  if (client.current && wroteItself(client, wanted)) return;
  if (!client.items.has(wanted) && !client.order.includes(wanted) && !isSaid(client, wanted)) return;
  client.current = wanted;
  client.named = wanted;
  wantBack(client, wanted, 0);
}

// Whether the address that this page was opened with is this tab's own. A page that is slow to leave may still write after a
// reload has begun; then the reload brings the name from before.
function wroteItself(client, wanted) {
  const named = readNamed(client);
  return named.now === wanted || (named.before === wanted && named.at > performance.timeOrigin - LEAVING_MS);
}

function readNamed(client) {
  return parsed(withStorage(null, () => sessionStorage.getItem(`${client.memory.prefix}named`), null)) ?? {};
}

// Name the open item: at once, or after a pause when the last change was a moment ago. An empty queue waits for nothing, so
// that a reload does not come back to the item before it.
export function nameInAddress(view) {
  clearTimeout(view.naming);
  const left = PAUSE_MS - (performance.now() - (view.namedAt ?? -PAUSE_MS));
  if (left > 0 && view.client.current) view.naming = setTimeout(() => write(view), left);
  else write(view);
}

function write(view) {
  if (!view.root.isConnected || !view.setStateValue) return;
  const { client } = view;
  const name = client.items.get(client.current)?.item;
  const address = new URL(location.href);
  if ((address.searchParams.get("item") ?? undefined) === name) return;
  if (name) address.searchParams.set("item", name);
  else address.searchParams.delete("item");
  history.replaceState(history.state, "", address);
  const named = { now: client.current ?? "", before: readNamed(client).now, at: Date.now() };
  withStorage(null, () => sessionStorage.setItem(`${client.memory.prefix}named`, JSON.stringify(named)));
  view.namedAt = performance.now();
}
