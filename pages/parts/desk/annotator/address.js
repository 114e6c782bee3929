// The item on the screen stands in the address, so that a link to it can be sent and a reload comes back to it.

import { wantBack } from "../shared/back.js";
import { withStorage } from "../shared/memory.js";
import { isSaid } from "../shared/model.js";

const PAUSE_MS = 350; // Safari takes at most a hundred changes of the address in thirty seconds

// Open the item that the address named when the page was opened.
export function takeOpened(client, { open }) {
  const [wanted, time] = open ?? [];
  if (!wanted || client.opened === time) return;
  client.opened = time;
  // What this tab wrote itself may be older than what it remembers: a reload comes back to the item on the screen.
  const named = withStorage(null, () => sessionStorage.getItem(`${client.memory.prefix}named`), null);
  if (client.current && named === wanted) return;
  if (!client.items.has(wanted) && !client.order.includes(wanted) && !isSaid(client, wanted)) return;
  client.current = wanted;
  client.named = wanted;
  wantBack(client, wanted, 0);
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
  withStorage(null, () => sessionStorage.setItem(`${client.memory.prefix}named`, client.current ?? ""));
  view.namedAt = performance.now();
}
