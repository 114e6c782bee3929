"""``spotcheck sample``: draw a week, or show what a draw would take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.log_paths import log_of
from review.basics.weeks import due_date, week_window
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
from review.sampling.allocate import Wishes
from review.sampling.choose import all_of
from review.sampling.draw import DrawResult, draw
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.engine import Engine
from review.sampling.frame import FIXED_FIELDS, fitting
from review.sampling.strata import Cap
from review.settings.project import UNITS, Project, project_of
from review.sources.readers.mapping import check_mapping
from review.week import drawing, opening
from review.week.grouping import grouping_of


class CapType(click.ParamType):
    """``all``, or how many at least."""

    name = "all|N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cap:
        """Read the option; fails with what was expected."""
        if value == "all":
            return "all"
        if str(value).isdecimal() and int(value) >= 1:
            return int(value)
        return self.fail(f"found {value!r}, expected 'all' or a whole number of at least 1.", param, ctx)


class RateType(click.ParamType):
    """A share such as 0.01 or 1%."""

    name = "P"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the option; fails with what was expected."""
        text = str(value).strip()
        try:
            return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            return self.fail(f"found {value!r}, expected a share such as 0.01 or 1%.", param, ctx)


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of one call."""

    week: str
    rate: float
    failing: Cap | None
    low_confidence: Cap | None
    judges_disagree: Cap | None
    minutes: float | None
    seed: str | None
    overlap: float
    raters: tuple[str, ...]
    unit: str

    def of_a_week(self, source: str | None, mapping: dict[str, str]) -> drawing.Request:
        """The same for :mod:`review.week.drawing`."""
        return drawing.Request(source=source, mapping=mapping, **{f.name: getattr(self, f.name) for f in fields(self)})


@click.command()
@click.argument("source", required=False)
@click.option("--week", metavar="W", help="The ISO week, such as 2026-W47.")
@click.option("--rate", type=RateType(), required=True, help="The share of all; the floor in every group.")
@click.option("--failing", type=CapType(), help="Raise the failing ones to all or at least N (default: 50).")
@click.option("--low-confidence", type=CapType(), help="The same for low confidence (default: 50).")
@click.option("--judges-disagree", type=CapType(), help="A group of conversations whose judges contradict each other.")
@click.option("--minutes", type=float, help="What each person can spend; sets the numbers above the rate.")
@click.option("--seed", help="Text that starts the key (default: the week's name).")
@click.option("--overlap", type=RateType(), default=0.2, show_default=True, help="The share that several people rate.")
@click.option("--raters", help="Names of the people who review, with commas between.")
@click.option("--map", "maps", metavar="FIELD=COLUMN", multiple=True, help="Where the source calls a field otherwise.")
@click.option("--unit", type=click.Choice(UNITS), help="What is one item (default: as in spotcheck.toml).")
@click.option("--ids", "show_ids", is_flag=True, help="List the drawn ids.")
@click.option("--dry-run", is_flag=True, help="Only show the frame and the sample; nothing is stored or sealed.")
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
    raters: str | None,
    unit: str | None,
    **options: Any,
) -> None:
    """Draw the conversations of a week that people will review.

    SOURCE is a log file (JSONL, CSV, Parquet), a folder of Parquet files, or an address such as
    duckdb:///shop.duckdb?table=log, sqlite:///shop.db?table=log, clickhouse://host:8123/shop?table=log.
    Without SOURCE the imported log is drawn from.
    """
    if not options["week"]:
        raise click.UsageError("which week? Name it with --week, as an ISO week such as 2026-W47.")
    project = project_of(store_path)
    request = Request(raters=split_values(raters), unit=unit or project.unit, **options)
    window = week_window(request.week, project.time_zone)
    over = window.end <= datetime.now(UTC)
    if not over and not dry_run:
        raise Refused(
            f"{request.week} ends {window.end:%Y-%m-%d %H:%M} UTC: a draw seals the week's frame, so it waits "
            "until then. --dry-run shows what there is so far."
        )
    if not over:
        note(f"{request.week} has not ended; the frame will still grow.")
    if dry_run:
        engine = open_engine(source, store_path, week=request.week)
        try:
            store = opened(store_path) if Path(store_path).exists() else None
            asked = drawing.wishes(store, request.of_a_week(source, {}))
            result = dry(engine, project, request, asked, parse_maps(maps))
        finally:
            engine.close()
        emit(described(result, request, show_ids), as_json, lambda: show(result, request, show_ids))
        return
    open_the_week(source, store_path, project, request, parse_maps(maps), acting, show_ids, as_json)


def dry(engine: Engine, project: Project, request: Request, asked: Wishes, mapping: dict[str, str]) -> DrawResult:
    """The draw that the options describe, without storing anything."""
    return draw(
        engine,
        asked,
        window=week_window(request.week, project.time_zone),
        week=request.week,
        seed=request.seed,
        overlap=request.overlap,
        mapping=mapping if is_log(engine) else {**fitting(engine, project.mapping), **mapping},
        values=None if is_log(engine) else project.values,
        groups=grouping_of(project, judges_disagree=request.judges_disagree).groups,
    )


def open_the_week(
    source: str | None,
    store_path: str,
    project: Project,
    request: Request,
    mapping: dict[str, str],
    acting: str | None,
    show_ids: bool,
    as_json: bool,
) -> None:
    """Draw, store and deal the week."""
    store = opened(store_path)
    by = acting_person(store, acting)
    done = opening.open_week(store, project, request.of_a_week(source, mapping), by=by.id)
    result = described(done.result, request, show_ids)
    dealt = {"new_items": done.new_items, "assignments": done.assignments, "without_role": list(done.without_role)}
    if done.left_out:
        note(done.left_out)

    def render() -> None:
        show(done.result, request, show_ids)
        out.print(f"{done.new_items} new items, {done.assignments} assignments dealt", highlight=False)

    emit({**result, **dealt}, as_json, render)


def open_engine(source: str | None, store_path: str | Path, *, week: str) -> Engine:
    """The named source, else the log beside the store."""
    if source:
        return open_source(source, week=week)
    folder = log_of(store_path).logs
    if not folder.is_dir():
        raise NothingToDo(f"there is no log beside {store_path}. Import files first, or name a SOURCE.")
    return open_source(folder, week=week)


def is_log(engine: Engine) -> bool:
    """Whether the source is an imported log, whose fields have their own names and values already."""
    return {"import_id", "content_hash", "imported_at"} <= set(engine.columns())


def parse_maps(maps: Iterable[str]) -> dict[str, str]:
    """``field=column`` options; raises InputError for an unknown field or a missing column."""
    mapping: dict[str, str] = {}
    for text in maps:
        field, equals, column = (part.strip() for part in text.partition("="))
        if not equals or not column:
            raise InputError(f"--map: found {text!r}, expected FIELD=COLUMN such as created_at=started.")
        mapping[field] = column
    check_mapping({field: column for field, column in mapping.items() if field not in FIXED_FIELDS})
    return mapping


def described(result: DrawResult, request: Request, show_ids: bool) -> dict[str, Any]:
    """The JSON of a draw."""
    said: dict[str, Any] = {
        "week": request.week,
        "due": due_date(request.week).isoformat(),
        "seed": result.seed,
        "key": result.key_rule,
        "rate": result.rate,
        "frame": result.frame.to_json(),
        "strata": [stratum._asdict() for stratum in result.strata],
        "sampled": result.sampled,
        "overlap": {"share": result.overlap, "items": len(result.overlap_ids)},
        "digest": result.digest,
        "notes": list(result.notes),
    }
    if show_ids:
        said["ids"] = sorted(all_of(result.ids))
        said["overlap"]["ids"] = list(result.overlap_ids)
    return said


def show(result: DrawResult, request: Request, show_ids: bool) -> None:
    """The same for a person."""
    frame = result.frame
    out.print(f"[bold]{request.week}[/]  {frame.distinct:,} conversations in {frame.source}", highlight=False)
    oddities = {
        "rows without id": frame.null_ids,
        f"ids more than once ({', '.join(frame.duplicate_examples)})": frame.duplicate_ids,
        "rows without a readable date, left out": frame.undated,
        "rows that came after the sealing, left out": frame.late,
    }
    for what, n in oddities.items():
        if n:
            out.print(f"  {n:,} {what}", highlight=False, markup=False)
    lines = Table("group", "population", "share", "drawn", box=None, pad_edge=False)
    for number in (1, 2, 3):
        lines.columns[number].justify = "right"
    for stratum in result.strata:
        lines.add_row(stratum.name, f"{stratum.population:,}", f"{stratum.probability:.4g}", f"{stratum.sampled:,}")
    out.print(lines)
    out.print(
        f"{result.sampled:,} items, {len(result.overlap_ids):,} for several people, due {due_date(request.week)}\n"
        f"seed {result.seed}, digest {result.digest}",
        highlight=False,
        markup=False,
    )
    for text in result.notes:
        note(text)
    if show_ids:
        for id_ in sorted(all_of(result.ids)):
            out.print(id_, highlight=False, markup=False, soft_wrap=True)
