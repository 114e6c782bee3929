// What tables of results share.

const SHORT_CELL = 20; // this many letters fit into a cell, however wide they are

export function isNumber(cell) {
  return typeof cell === "number" || (typeof cell === "string" && /^-?\d+([.,]\d+)*$/.test(cell));
}

// Only long cells get the class that clips: clipping is slow in a browser, and a table has a hundred cells.
export function cellClass(text, number) {
  return [number && "sc-number", text.length > SHORT_CELL && "sc-long"].filter(Boolean).join(" ") || null;
}
