// What the server sends once more, because the browser does not hold it or does not know what counts of it now.

// The names of the items that are held, and of those that are to come (again): where something is taken back, what the
// server makes of it is not known here.
function heldAndBack(client, entries) {
  const again = new Set(entries.filter((entry) => entry.kind === "withdraw").map((entry) => entry.assignment));
  const held = [...client.items.values()].filter((item) => !again.has(item.assignment));
  return [held.map((item) => (item.state ? `${item.assignment}@${item.state}` : item.assignment)), [...again]];
}
