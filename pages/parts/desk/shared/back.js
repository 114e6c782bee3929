// What the server sends once more: submitted and skipped items that one walks back to and this browser does not hold, and
// those of which it does not know what counts now.

import { AT_HAND, doneList, isSaid, overlay, runsLow, saidList } from "./model.js";

// All that was submitted can be walked through; what is not held comes when it is asked for.
export function walkedBack(client) {
  return client.desk.asksBack ? saidList(client) : doneList(client).filter((id) => client.items.has(id));
}

// Going to one that is not held asks for it and for those that follow in the same direction; staying, for it alone.
export function wantBack(client, target, by) {
  if (!client.desk.asksBack || isKnown(client, target)) return; // nearly always: the list of all is made for the rest alone
  const said = saidList(client);
  const at = said.indexOf(target);
  if (at < 0) return;
  const beside = by === 0 ? [target] : by < 0 ? said.slice(Math.max(0, at + 1 - AT_HAND), at + 1).reverse() : said.slice(at, at + AT_HAND);
  for (const id of beside) client.back.add(id);
}

function lackedBack(client) {
  return [...client.back].filter((id) => !isKnown(client, id));
}

// Whether this browser holds an item, and what was said of it: that may have been in another tab or browser.
export function isKnown(client, id) {
  return client.items.has(id) && (!isSaid(client, id) || client.mine.has(id) || overlay(client).has(id));
}

// Whether items are needed that the next answer should bring.
export function awaits(client) {
  return runsLow(client) || lackedBack(client).length > 0;
}

// The names of the items that are held, and of those that are to come (again): where something is taken back, what the
// server makes of it is not known here.
export function heldAndBack(client, entries) {
  const again = new Set(entries.filter((entry) => entry.kind === "withdraw").map((entry) => entry.assignment));
  for (const id of client.back) if (client.items.has(id) && !isKnown(client, id)) again.add(id);
  const held = [...client.items.values()].filter((item) => !again.has(item.assignment));
  const names = held.map((item) => (item.state ? `${item.assignment}@${item.state}` : item.assignment));
  return [names, [...new Set([...again, ...lackedBack(client)])].slice(0, AT_HAND)];
}
