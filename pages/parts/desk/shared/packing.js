// Items travel in a form that compresses well; packing.py made it.

const EMPTY = { target_turn: null, messages: [], context: [], steps: [], sql: null, sql_tokens: [], result: null, error: null, mine: null };

export function unpacked(item) {
  const whole = { ...EMPTY, ...item };
  const { sql_tokens, result } = whole;
  if (sql_tokens.length && whole.sql === null) whole.sql = sql_tokens.map(([, text]) => text).join("");
  if (result?.by_column) {
    const { by_column, ...rest } = result;
    whole.result = { ...rest, rows: by_column[0].map((_, row) => by_column.map((column) => column[row])) };
  }
  return whole;
}
