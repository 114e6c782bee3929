// What a submission does to the lists is known beforehand. The browser sends a checksum of the lists that it expects, and
// the server leaves them out of its answer when it agrees. guess.py computes the same checksum.

const KEPT = 8; // guesses that no answer has confirmed yet

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

export function crc32(text) {
  let c = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

export function checkOf({ order, done, skipped }) {
  return crc32([order.join(","), done.join(","), skipped.map(([id, before]) => `${id}:${before}`).join(",")].join("|"));
}

// The lists once the server has taken these entries, in their order.
export function foreseen(client, entries) {
  const made = new Set(entries.map((entry) => entry.assignment));
  const lists = {
    order: client.order.filter((id) => !made.has(id)),
    done: client.done.filter((id) => !made.has(id)),
    skipped: client.skipped.filter(([id]) => !made.has(id)),
  };
  for (const { kind, assignment } of entries) {
    lists.done = lists.done.filter((id) => id !== assignment);
    lists.skipped = lists.skipped.filter(([id]) => id !== assignment);
    if (kind === "skip") lists.skipped.push([assignment, lists.done.length]);
    else lists.done.push(assignment);
  }
  return lists;
}

// Name the held items by their places in the lists, and by name those that are in none. Null where only the server can
// know the lists: after a withdrawal, for items that are to come again, and after a guess that was wrong.
export function guessOf(client, entries, have, back) {
  const plain = entries.length && entries.every(({ kind }) => kind === "annotation" || kind === "skip");
  if (!client.desk.foresees || !plain || back.length || client.unsure || !client.week) return null;
  const lists = foreseen(client, entries);
  client.guesses.set(client.sequence, lists);
  for (const old of [...client.guesses.keys()].slice(0, -KEPT)) client.guesses.delete(old);
  const names = [...lists.order, ...lists.done, ...lists.skipped.map(([id]) => id)];
  const [holds, listed] = [new Set(have), new Set(names)];
  return {
    guess: { check: checkOf(lists), held: rangesOf(names.map((id) => holds.has(id))) },
    have: have.filter((id) => !listed.has(id)),
  };
}

export function rangesOf(flags) {
  const ranges = [];
  flags.forEach((flag, at) => {
    const last = ranges.at(-1);
    if (flag && last?.[1] === at) last[1] += 1;
    else if (flag) ranges.push([at, at + 1]);
  });
  return ranges;
}

// The lists of an answer: its own, or those foreseen for the outbox that it answers. Null when both are missing; then, and
// when the server did not agree, the next outbox names everything.
export function listsOf(client, data) {
  const lists = data.same ? client.guesses.get(data.heard) : data.order && { order: data.order, done: data.done ?? [], skipped: data.skipped ?? [] };
  client.unsure = Boolean(data.unsure || (data.same && !lists));
  return lists || null;
}
