"""``spotcheck sql execute``: run proved statements on one engine."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import Any

import click
from rich import box
from rich.text import Text

from review.commands.common import emit, json_option, note, out, store_option
from review.commands.grid import Grid
from review.commands.numbers import Number
from review.commands.sql_compare import plain_row
from review.commands.sql_file import read_sql_or_table
from review.commands.sql_input import engine_option, sql_in, table_option
from review.settings.project import project_of
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.execution.runner import Runner
from review.sql.results.result import Result

SHOWN = 30


@click.command("execute")
@table_option("id,sql")
@engine_option
@click.option("--sql-column", default="sql", show_default=True, help="The column that holds the SQL.")
@click.option("--seconds", type=Number(0.01, 3600), help="Wall time of one statement. Default: 10.")
@click.option("--max-rows", type=click.IntRange(min=1), help="Rows that are kept of one result. Default: 10,000.")
@store_option
@json_option
def execute(
    file: str,
    engine: str | None,
    sql_column: str,
    seconds: float | None,
    max_rows: int | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Run statements that only read, each in a process with limits. What the proof refuses never reaches the engine."""
    settings = project_of(store_path).sql
    address = engine or settings.engine
    if not address:
        raise click.UsageError("give the address of a database with --engine, or engine in [sql] of spotcheck.toml")
    names = None if sql_column == "sql" else {"sql": sql_column}
    table = read_sql_or_table(file, SQL_ENGINES[place_of(address).scheme].dialect, names=names)
    for line in table.notes:
        note(line)
    limits = settings.limits
    limits = replace(limits, seconds=seconds or limits.seconds, rows=max_rows or limits.rows)
    with Runner(address, policy=settings.policy, limits=limits, processes=min(4, os.cpu_count() or 1)) as runner:
        results = runner.run_all([sql_in(row) for row in table.rows])
    items = [(row.required("id"), result) for row, result in zip(table.rows, results, strict=True)]
    emit(_json(items), as_json, lambda: _show(items))


def _json(items: list[tuple[str, Result]]) -> dict[str, Any]:
    return {
        "n": len(items),
        "endings": dict(Counter(result.ending for _, result in items).most_common()),
        "items": [
            {
                "id": name,
                "ending": result.ending,
                "columns": list(result.columns),
                "rows": [plain_row(row) for row in result.rows],
                "truncated": result.truncated,
                "seconds": round(result.seconds, 4),
                "error": result.error or None,
            }
            for name, result in items
        ],
    }


def _show(items: list[tuple[str, Result]]) -> None:
    counts = Counter(result.ending for _, result in items)
    out.print(", ".join(f"{n:,} {ending.replace('_', ' ')}" for ending, n in counts.most_common()), highlight=False)
    grid = Grid("id", "ending", "rows", "seconds", "error", box=box.SIMPLE_HEAD)
    for name, result in items[:SHOWN]:
        rows = f"{len(result.rows):,}{'+' if result.truncated else ''}" if result.done else ""
        grid.add_row(Text(name), result.ending, rows, f"{result.seconds:.3f}", Text(result.error[:120]))
    if len(items) > SHOWN:
        grid.caption = f"{len(items) - SHOWN:,} more with --json"
    out.print(grid)
