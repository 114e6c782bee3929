"""``spotcheck sample``: draw a week, or show what a draw would take."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from review.basics.errors import NothingToDo, ReviewError
from review.basics.input_file import InputFile
from review.basics.log_paths import log_of
from review.basics.weeks import week_window
from review.basics.words import counted
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    opened,
    out,
    split_values,
    store_option,
)
from review.commands.numbers import Number, read_number
from review.commands.sample_render import described, show
from review.current.assignments import week_of_store
from review.judges.runs.sql_execution import execute_week
from review.sampling.frame import FIXED_FIELDS
from review.sampling.rendered.asked import rendered
from review.sampling.rendered.warehouse import WRITTEN_AS
from review.sampling.strata import Cap
from review.settings.project import UNITS, Project, project_of
from review.sources.readers.mapping import parse_mapping
from review.week.drawing import Request, due_of, preview
from review.week.opening import open_week, refuse_running_week
from review.week.rendering import asked_of, unused
from storage.records_weeks import Week
from storage.store import Store


class CapType(click.ParamType):
    """``all``, or a number: at least this many are drawn."""

    name = "all|N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cap:
        """Return the cap; fails with what was found and expected."""
        # The help writes what is expected in capitals.
        if str(value).lower() == "all":
            return "all"
        if str(value).isdecimal() and int(value) >= 1:
            return int(value)
        return self.fail(f"found {value!r}, expected 'all' or a whole number of at least 1.", param, ctx)


class RateType(click.ParamType):
    """A share such as 0.01 or 1%."""

    name = "P"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share; fails with what was found and expected."""
        text = str(value).strip()
        found = read_number(text.removesuffix("%"))
        if found is None:
            self.fail(f"found {value!r}, expected a share such as 0.01 or 1%.", param, ctx)
        return found / (100 if text.endswith("%") else 1)


@click.command()
@click.argument("source", required=False)
@click.option("--week", metavar="W", help="The ISO week, such as 2026-W47.")
@click.option("--rate", type=RateType(), required=True, help="The share to draw; no group gets less.")
@click.option("--failing", type=CapType(), help="Draw all failing conversations, or at least N (default: 50).")
@click.option("--low-confidence", type=CapType(), help="The same for conversations of low confidence (default: 50).")
@click.option(
    "--judges-disagree",
    type=CapType(),
    help="The same for a group of conversations whose judges disagree (default: as in spotcheck.toml).",
)
@click.option(
    "--sql-spot-check",
    type=RateType(),
    help="The least share of conversations with a query, as a group of their own (default: as in spotcheck.toml).",
)
@click.option("--minutes", type=Number(), help="Minutes each person has; they set how many are drawn above the rate.")
@click.option("--seed", help="The seed of the sampling key (default: the week's name).")
@click.option(
    "--overlap", type=RateType(), default=0.2, show_default=True, help="The share of items that several people rate."
)
@click.option("--due", metavar="DATE", help="When a new week is due (default: the Friday after it ends).")
@click.option("--raters", help="Names of the reviewers, separated by commas.")
@click.option(
    "--map",
    "maps",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="The column of a field that the source names differently.",
)
@click.option("--unit", type=click.Choice(UNITS), help="What one item is (default: as in spotcheck.toml).")
@click.option(
    "--render",
    "dialect",
    type=click.Choice(tuple(WRITTEN_AS)),
    help="Print the SQL that counts and draws, for a warehouse that you query yourself. SOURCE is its table.",
)
@click.option(
    "--columns",
    default="",
    metavar="A,B:text,...",
    help="With --render: the columns that the table has of the fields that a draw reads (default: id,created_at).",
)
@click.option(
    "--drawn", type=click.Path(dir_okay=False), metavar="FILE", help="Draw from the result of a rendered statement."
)
@click.option("--ids", "show_ids", is_flag=True, help="List the drawn ids.")
@click.option("--dry-run", is_flag=True, help="Show the frame and the sample; store and seal nothing.")
@as_option
@store_option
@json_option
def sample(
    source: str | None,
    maps: tuple[str, ...],
    show_ids: bool,
    dry_run: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
    week: str | None,
    rate: float,
    failing: Cap | None,
    low_confidence: Cap | None,
    judges_disagree: Cap | None,
    sql_spot_check: float | None,
    minutes: float | None,
    seed: str | None,
    overlap: float,
    due: str | None,
    raters: str | None,
    unit: str | None,
    dialect: str | None,
    columns: str,
    drawn: str | None,
) -> None:
    """Draw the conversations of a week that people will review.

    SOURCE is a log file (JSONL, CSV, Parquet), a folder of Parquet files, or an address such as
    duckdb:///shop.duckdb?table=log, sqlite:///shop.db?table=log, clickhouse://host:8123/shop?table=log.
    Without SOURCE the draw is from the imported log. The draw of an open week raises its rates.
    With --render nothing is drawn: run the statement, export its whole result, and draw with --drawn FILE.
    """
    if not week:
        raise click.UsageError("Name the week with --week, such as 2026-W47.")
    if drawn and (source or dialect):
        raise click.UsageError("--drawn FILE names the source already. Leave out SOURCE and --render.")
    if dialect and not source:
        raise click.UsageError("--render needs SOURCE: the name of the table, such as shop.conversations.")
    if columns and not dialect:
        raise click.UsageError("--columns goes with --render.")
    project = project_of(store_path)
    mapping = parse_mapping(maps, further=FIXED_FIELDS)
    request = Request(
        week=week,
        rate=rate,
        failing=failing,
        low_confidence=low_confidence,
        judges_disagree=judges_disagree,
        sql_spot_check=sql_spot_check,
        raters=split_values(raters),
        overlap=overlap,
        minutes=minutes,
        seed=seed,
        due=due,
        unit=unit or project.unit,
        source=drawn or source,
        drawn=None if drawn is None else InputFile(drawn, path=Path(drawn)),
        mapping=mapping,
    )
    if dialect:
        _render(store_path, project, request, dialect=dialect, columns=columns, as_json=as_json)
    elif dry_run:
        _dry_run(store_path, project, request, show_ids, as_json)
    else:
        _open_week(store_path, project, request=request, acting=acting, show_ids=show_ids, as_json=as_json)


def _render(store_path: str, project: Project, request: Request, *, dialect: str, columns: str, as_json: bool) -> None:
    """Print the statement of a draw; there may be no store yet."""
    store = opened(store_path) if Path(store_path).exists() else None
    asked = asked_of(store, project, request, dialect=dialect, columns=columns)
    if week_window(request.week, project.time_zone).end > datetime.now(UTC):
        note(f"{request.week} has not ended; run the statement when it has.")
    if (left := unused(asked)) and not as_json:
        note(f"Not declared, so no group uses them: {', '.join(left)}. Name those that the table has in --columns.")
    sql = rendered(asked)
    result = {
        "week": asked.week,
        "dialect": dialect,
        "table": asked.table,
        "fingerprint": asked.fingerprint,
        "sql": sql,
    }
    emit(result, as_json, lambda: out.print(sql, highlight=False, markup=False, soft_wrap=True))


def _dry_run(store_path: str, project: Project, request: Request, show_ids: bool, as_json: bool) -> None:
    """Show what the draw would take; there may be no store yet."""
    if week_window(request.week, project.time_zone).end > datetime.now(UTC):
        note(f"{request.week} has not ended; its frame will still grow.")
    store = opened(store_path) if Path(store_path).exists() else None
    result = preview(store, project, request, log=log_of(store_path))
    known = store is not None and store.get(Week, request.week) is not None
    due = week_of_store(store, request.week).due if store is not None and known else due_of(project, request)
    emit(described(result, request.week, due, show_ids), as_json, lambda: show(result, request.week, due, show_ids))


def _open_week(
    store_path: str, project: Project, *, request: Request, acting: str | None, show_ids: bool, as_json: bool
) -> None:
    """Draw, store and deal the week."""
    # Refuse a running week before looking for a store.
    refuse_running_week(request.week, project.time_zone)
    store = opened(store_path)
    done = open_week(store, project, request, by=acting_person(store, acting).id)
    if done.left_out:
        note(f"{done.left_out}.")
    _execute(store, project, request.week, by=acting_person(store, acting).id)
    due = week_of_store(store, request.week).due

    def render() -> None:
        show(done.result, request.week, due, show_ids)
        out.print(
            f"{counted(done.new_items, 'new item')}, {counted(done.assignments, 'assignment')} dealt", highlight=False
        )

    dealt = {"new_items": done.new_items, "assignments": done.assignments, "without_role": list(done.without_role)}
    emit({**described(done.result, request.week, due, show_ids), **dealt}, as_json, render)


def _execute(store: Store, project: Project, week: str, *, by: str) -> None:
    """Execute the queries of the drawn items where [sql] says on what; a failure there undoes no draw."""
    if not project.sql.engine:
        return
    try:
        status = execute_week(store, project, week, by=by)
        note(f"{counted(status.verdicts, 'query', 'queries')} compared with their references")
    except NothingToDo:
        return
    except ReviewError as error:
        note(f"The queries were not executed: {error}")
