"""``spotcheck sql sort``: which answers are proved right, which are proved wrong, and which need a person."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click
from rich import box
from rich.table import Table as Grid
from rich.text import Text

from review.basics.errors import InputError
from review.basics.tables import Row, read_table
from review.commands.common import emit, json_option, note, out, split_values, store_option
from review.commands.sql_input import engine_option, sql_in, table_option
from review.commands.sql_rules import LISTS, day_in
from review.settings.project import project_of
from review.sql.execution.runner import Runner
from review.sql.lane.sorting import VERDICTS, AgentAnswer, Sorted, Sorter

SHOWN = 60


@click.command("sort")
@table_option(f"id,sql[,question][,answer][,reference][,as_of][,{'][,'.join(LISTS)}]")
@engine_option
@store_option
@json_option
def sort(file: str, engine: str | None, store_path: str, as_json: bool) -> None:
    """Sort answers into those proved right, those proved wrong, and those that need a person, each with its reasons.

    Each statement is proved, run on the database beside its reference, and compared; the figures of its worded answer
    must come from its result. Only what the proof lets through reaches the database.
    """
    settings = project_of(store_path).sql
    address = engine or settings.engine
    if not address:
        raise InputError("There is no database. Give one with --engine, or set engine under [sql] in spotcheck.toml.")
    optional = ("question", "answer", "reference", "as_of", *LISTS)
    table = read_table(file, required=("id", "sql"), optional=optional)
    for line in table.notes:
        note(line)
    answers = [_answer(row) for row in table.rows]
    with Runner(address, policy=settings.policy, limits=settings.limits, kept_in=settings.cache) as runner:
        schema = runner.schema.with_keys(settings.keys) if settings.keys else runner.schema
        sorter = Sorter(
            runner=runner,
            schema=schema,
            words=settings.words,
            extra_columns=settings.extra_columns,
            order=settings.order,
        )
        items = [sorter.sort(answer) for answer in answers]
    result = _json(items)
    emit(result, as_json, lambda: _show(items, result))


def _answer(row: Row) -> AgentAnswer:
    return AgentAnswer(
        id=row.required("id"),
        sql=sql_in(row),
        question=row.text("question"),
        answer=row.text("answer"),
        reference=sql_in(row, "reference"),
        as_of=day_in(row),
        lists={name: tuple(split_values(row.text(name))) for name in LISTS},
    )


def _json(items: list[Sorted]) -> dict[str, Any]:
    counts = Counter(item.verdict for item in items)
    return {
        "n": len(items),
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "items": [item.to_json() for item in items],
    }


def _show(items: list[Sorted], result: dict[str, Any]) -> None:
    told = ", ".join(f"{result[verdict]:,} {words}" for verdict, words in VERDICTS.items())
    out.print(f"{len(items):,} answers: {told}.", highlight=False)
    grid = Grid("id", "verdict", "why", box=box.SIMPLE_HEAD)
    rest = [item for item in items if item.verdict != "right"]
    for item in rest[:SHOWN]:
        grid.add_row(Text(item.id), VERDICTS[item.verdict], Text(item.why[0] if item.why else ""))
    if len(rest) > SHOWN:
        grid.caption = f"{len(rest) - SHOWN:,} more with --json"
    if rest:
        out.print(grid)
