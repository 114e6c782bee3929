"""``spotcheck sql sort``: which answers are proved right, which are proved wrong, and which need a person."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.text import Text

from review.basics.csv_safe import csv_text
from review.basics.errors import InputError
from review.basics.tables import Row
from review.basics.whole_files import replacing
from review.commands.common import emit, json_option, note, out, split_values, store_option
from review.commands.grid import Grid
from review.commands.sql_file import read_sql_or_table
from review.commands.sql_input import engine_option, sql_in, table_option, unfenced
from review.commands.sql_release import from_release
from review.commands.sql_rules import LISTS, day_in
from review.settings.project import project_of
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.execution.perturbed import copies
from review.sql.execution.runner import Runner
from review.sql.lane.names import check_names
from review.sql.lane.sorting import VERDICTS, AgentAnswer, Sorted, Sorter

SHOWN = 60
SAID = 3
"""How many reasons of one answer the table shows; --json has all."""


@click.command("sort")
@table_option(f"id,sql[,question][,answer][,reference][,as_of][,{'][,'.join(LISTS)}]")
@engine_option
@click.option(
    "--release", metavar="R",
    help="Take question, reference, as_of and demands from this release; the id of an answer is that of its example.",
)  # fmt: skip
@click.option(
    "--perturb", type=click.IntRange(0, 20), default=0, show_default=True,
    help="Compare equal results on so many changed copies of the data: equal by accident? (SQLite, DuckDB)",
)  # fmt: skip
@click.option(
    "--scores", "scores_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write case, execution and semantic of each answer, for `spotcheck sql accuracy`.",
)  # fmt: skip
@store_option
@json_option
def sort(
    file: str,
    engine: str | None,
    release: str | None,
    perturb: int,
    scores_file: Path | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Sort answers into those proved right, those proved wrong, and those that need a person, each with its reasons.

    Each statement is proved, run on the database beside its reference, and compared. Order counts where the question
    asks for one. Figures of a worded answer must come from its result, beside the names of their rows; what else the
    words say is not checked. Only what the proof lets through reaches the database.
    """
    settings = project_of(store_path).sql
    address = engine or settings.engine
    if not address:
        raise InputError("There is no database. Give one with --engine, or set engine under [sql] in spotcheck.toml.")
    optional = ("question", "answer", "reference", "as_of", *LISTS)
    table = read_sql_or_table(file, SQL_ENGINES[place_of(address).scheme].dialect, optional=optional)
    for line in table.notes:
        note(line)
    answers = [_answer(row) for row in table.rows]
    _refuse_doubles(file, table.rows)
    runner = Runner(address, policy=settings.policy, limits=settings.limits, kept_in=settings.cache)
    with contextlib.ExitStack() as ends:
        ends.enter_context(runner)
        check_names(settings.policy, settings.words, settings.keys, [runner.schema])
        schema = runner.schema.with_keys(settings.keys) if settings.keys else runner.schema
        if release is not None:
            answers = from_release(answers, store_path, release, schema)
        sorter = Sorter(
            runner=runner,
            schema=schema,
            words=settings.words,
            extra_columns=settings.extra_columns,
            order=settings.order,
            changed=copies(runner, perturb, ends),
        )
        items = [sorter.sort(answer) for answer in answers]
    if scores_file is not None:
        with replacing(scores_file) as unfinished:
            scored = csv_text(("case", "execution", "semantic"), (_scored(item) for item in items))
            unfinished.write_text(scored, encoding="utf-8", newline="")
    result = _json(items)
    emit(result, as_json, lambda: _show(items, result))


def _refuse_doubles(file: str, rows: Sequence[Row]) -> None:
    """Refuse ids that stand twice: nobody could tell their verdicts apart."""
    first: dict[str, int] = {}
    for row in rows:
        name = row.required("id")
        if name in first:
            raise row.error("id", name, "an id of its own", f"It stands in line {first[name]} of {file} as well.")
        first[name] = row.line


def _scored(item: Sorted) -> dict[str, str]:
    """The two layers of one answer: its execution, and whether it meets what its question demands."""
    shown = {None: "", 0.0: "0", 1.0: "1"}
    return {"case": item.id, "execution": shown[item.execution], "semantic": shown[item.semantic]}


def _answer(row: Row) -> AgentAnswer:
    return AgentAnswer(
        id=row.required("id"),
        sql=unfenced(sql_in(row)),
        question=row.text("question"),
        answer=row.text("answer"),
        reference=unfenced(sql_in(row, "reference")),
        as_of=day_in(row),
        lists={name: tuple(split_values(row.text(name))) for name in LISTS},
    )


def _json(items: list[Sorted]) -> dict[str, Any]:
    counts = Counter(item.verdict for item in items)
    return {
        "n": len(items),
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "words": {said: sum(item.words == said for item in items) for said in ("figures traced", "not checked")},
        "items": [item.to_json() for item in items],
    }


def _show(items: list[Sorted], result: dict[str, Any]) -> None:
    told = ", ".join(f"{result[verdict]:,} {words}" for verdict, words in VERDICTS.items())
    out.print(f"{len(items):,} answers: {told}.", highlight=False)
    if any(result["words"].values()):
        out.print(
            "Proved is what the database can show: the query and its result. Of the worded answers, "
            f"{result['words']['figures traced']:,} have figures that were traced to the result, and "
            f"{result['words']['not checked']:,} do not. Nothing else that words say was checked.",
            highlight=False,
        )
    grid = Grid("id", "verdict", "why", box=box.SIMPLE_HEAD)
    rest = [item for item in items if item.verdict != "right"]
    for item in rest[:SHOWN]:
        grid.add_row(Text(item.id), VERDICTS[item.verdict], Text(" ".join(item.why[:SAID])))
    if len(rest) > SHOWN:
        grid.caption = f"{len(rest) - SHOWN:,} more with --json"
    if rest:
        out.print(grid)
