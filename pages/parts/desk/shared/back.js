// Items that the server must send again: submitted and skipped ones that the reviewer walks back to and this browser does
// not hold, and those whose counting answer it does not know.

import { AT_HAND, doneList, isSaid, overlay, runsLow, saidList } from "./model.js";

// The items that can be walked back to. Items that this browser does not hold are asked for on the way.
export function walkedBack(client) {
  return client.desk.asksBack ? saidList(client) : doneList(client).filter((id) => client.items.has(id));
}

// Ask for an item that is not held, and for those after it in the direction of walking (`by`); with 0 for it alone.
export function wantBack(client, target, by) {
  if (!client.desk.asksBack || isWhole(client, target)) return; // nearly always, so that the list is made only when needed
  const said = saidList(client);
  const at = said.indexOf(target);
  if (at < 0) return;
  const beside = by === 0 ? [target] : by < 0 ? said.slice(Math.max(0, at + 1 - AT_HAND), at + 1).reverse() : said.slice(at, at + AT_HAND);
  for (const id of beside) client.back.add(id);
}

function lackedBack(client) {
  return [...client.back].filter((id) => !isWhole(client, id));
}

// Whether this browser holds an item and knows its answer, which may have been given in another tab or browser.
export function isKnown(client, id) {
  return client.items.has(id) && (!isSaid(client, id) || client.mine.has(id) || overlay(client).has(id));
}

// Whether nothing of an item has to be asked for.
function isWhole(client, id) {
  return isKnown(client, id) && !lacksExecution(client, client.items.get(id));
}

// Whether the server has more to say about the query of a submitted item, which it sends only when asked: both results as
// tables are too much for the answer to a submission.
function lacksExecution(client, item) {
  const asked = item.sql && client.desk.asksBack && client.rubric.reveal && client.done.includes(item.assignment);
  return Boolean(asked) && item.executed === undefined && !overlay(client).has(item.assignment);
}

// Whether items are needed that the next answer should bring.
export function awaits(client) {
  return runsLow(client) || lackedBack(client).length > 0;
}

// The names of the items that are held, and of those that should come again. An item is among the latter when an entry
// takes something back, because only the server knows what counts then.
export function heldAndBack(client, entries) {
  const again = new Set(entries.filter((entry) => entry.kind === "withdraw").map((entry) => entry.assignment));
  for (const id of client.back) if (client.items.has(id) && !isWhole(client, id)) again.add(id);
  const held = [...client.items.values()].filter((item) => !again.has(item.assignment));
  const names = held.map((item) => (item.state ? `${item.assignment}@${item.state}` : item.assignment));
  return [names, [...new Set([...again, ...lackedBack(client)])].slice(0, AT_HAND)];
}
