"""``spotcheck sql compare``: results of generated statements against those of their references."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.text import Text

from review.basics.csv_safe import csv_text
from review.basics.errors import InputError
from review.basics.tables import Row
from review.basics.whole_files import replacing
from review.commands.common import emit, json_option, note, out, store_option
from review.commands.grid import Grid
from review.commands.sql_file import read_sql_or_table
from review.commands.sql_input import engine_option, sql_in, table_option, unfenced
from review.settings.project import project_of
from review.settings.sql import SqlSettings
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.execution.closest import closest
from review.sql.execution.perturbed import copies, told_apart
from review.sql.execution.runner import Runner
from review.sql.results.compare import compare
from review.sql.results.outcome import OUTCOMES, RIGHT, Comparison, is_right
from review.sql.results.references import references_in
from review.sql.results.result import Result, result_of_json
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity

SHOWN = 30


@dataclass(frozen=True)
class Compared:
    """One answer: its comparison, which reference matched, and whether other data told the two apart."""

    id: str
    comparison: Comparison
    reference: int
    accidental: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the item with the names of the contract."""
        c = self.comparison
        first = c.differences[0] if c.differences else None
        return {
            "id": self.id,
            "outcome": c.outcome,
            "rows_generated": c.rows_generated,
            "rows_reference": c.rows_reference,
            "first_difference": first
            and {
                "row": first.row,
                "generated": plain_row(first.generated),
                "reference": plain_row(first.reference),
                "why": first.why,
            },
            "reason": c.reason,
            "reference": self.reference,
            "accidental": self.accidental,
        }


@click.command("compare")
@table_option("id,generated,reference[,engine], or with generated_result,reference_result as JSON {columns, rows}")
@engine_option
@click.option("--dialect", help="The dialect of references whose results are in the file. Default: sqlite.")
@click.option(
    "--perturb", type=click.IntRange(0, 20), default=0, show_default=True,
    help="Repeat equal comparisons on so many changed copies of the data: equal by accident? (SQLite, DuckDB)",
)  # fmt: skip
@click.option(
    "--empty-is-right", is_flag=True, help="Count two empty results as right. They are no evidence otherwise."
)
@click.option(
    "--truth", "truth_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write item, truth (right, wrong; empty without evidence) and the column verdict, for `spotcheck calibrate`.",
)  # fmt: skip
@store_option
@json_option
def compare_(
    file: str,
    engine: str | None,
    dialect: str | None,
    perturb: int,
    empty_is_right: bool,
    truth_file: Path | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Compare the results of generated statements with those of references, on one engine or from the file.

    A reference may hold several statements, and columns in braces of which any will do: {name, id}. With the column
    verdict, which holds what a judge said (right or wrong), --truth measures that judge.
    """
    settings = project_of(store_path).sql
    columns = ("generated", "engine", "generated_result", "reference_result", "verdict")
    table = read_sql_or_table(file, "", required=("id", "reference"), optional=columns)
    for line in table.notes:
        note(line)
    for row in table.rows:
        if not _has_result(row):
            _asked(row, engine or settings.engine)
    items = []
    with _Engines(settings, perturb) as engines:
        for row in table.rows:
            if _has_result(row):
                items.append(_from_file(row, dialect or settings.dialect or "sqlite"))
            else:
                items.append(engines.compared(row, _asked(row, engine or settings.engine)))
    if truth_file is not None:
        truths = _truths(items, [row.text("verdict") for row in table.rows], settings, empty_is_right=empty_is_right)
        with replacing(truth_file) as unfinished:
            unfinished.write_text(csv_text(("item", "truth", "verdict"), truths), encoding="utf-8", newline="")
    result = _json(items, settings, empty_is_right=empty_is_right)
    emit(result, as_json, lambda: _show(items, result))


def _has_result(row: Row) -> bool:
    return row.cells.get("reference_result") not in (None, "")


def _asked(row: Row, usual: str) -> str:
    """Return the address a row is run on. Raises before anything runs when the address or the reference is missing."""
    address = row.text("engine") or usual
    if not address:
        raise row.error("engine", "", "the address of a database", "Give one with --engine, or results in the file.")
    if not references_in(sql_in(row, "reference"), SQL_ENGINES[place_of(address).scheme].dialect):
        raise row.error("reference", "", "a statement")
    return address


def _from_file(row: Row, dialect: str) -> Compared:
    results = []
    for column in ("generated_result", "reference_result"):
        cell = row.cells.get(column)
        try:
            missing = Result(ending="failed", error="There is no result.")
            results.append(missing if cell is None or cell == "" else result_of_json(cell))
        except InputError as error:
            raise row.error(column, str(cell)[:60], "a result as JSON {columns, rows}", str(error)) from None
    found = compare(results[0], results[1], reference_sql=sql_in(row, "reference"), dialect=dialect)
    return Compared(row.required("id"), found, 0)


@dataclass
class _Engines:
    """Databases that are open while a file is compared, each with its changed copies."""

    settings: SqlSettings
    perturb: int
    open: dict[str, Runner] = field(default_factory=dict)
    copies: dict[str, list[Runner]] = field(default_factory=dict)
    ends: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> _Engines:
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.close()

    def compared(self, row: Row, address: str) -> Compared:
        """Run both statements of a row on one engine and compare their results with each reference in turn."""
        runner = self._runner(address)
        generated = unfenced(sql_in(row, "generated"))
        references = references_in(sql_in(row, "reference"), runner.engine.dialect)
        best = closest(runner, runner.run(generated), references, generated_sql=generated)
        assert best is not None, "_asked refuses rows without a reference"
        accidental = best.comparison.outcome in RIGHT and told_apart(
            self._copies(address), generated, best.reference_sql
        )
        return Compared(row.required("id"), best.comparison, best.place, accidental)

    def _runner(self, address: str) -> Runner:
        if address not in self.open:
            made = Runner(
                address, policy=self.settings.policy, limits=self.settings.limits, kept_in=self.settings.cache
            )
            self.open[address] = self.ends.enter_context(made)
        return self.open[address]

    def _copies(self, address: str) -> list[Runner]:
        if address not in self.copies:
            self.copies[address] = copies(self._runner(address), self.perturb, self.ends)
        return self.copies[address]


def accuracy_of(items: list[Compared], settings: SqlSettings, *, empty_is_right: bool = False) -> Quantity:
    """Return the share of right answers among those with evidence."""
    scores = [_score(i, settings, empty_is_right=empty_is_right) for i in items]
    given = [s for s in scores if s is not None]
    if not given:
        return Quantity.missing("no comparison gives evidence", method="wilson")
    low, high = wilson(sum(given), len(given))
    return Quantity(value=sum(given) / len(given), ci=(low, high), method="wilson", n=len(given))


def _score(item: Compared, settings: SqlSettings, *, empty_is_right: bool) -> float | None:
    outcome = item.comparison.outcome
    if is_right(outcome, extra_columns=settings.extra_columns) or (empty_is_right and outcome == "both_empty"):
        return 1.0
    return item.comparison.correct


def _truths(
    items: list[Compared], verdicts: list[str], settings: SqlSettings, *, empty_is_right: bool
) -> Iterator[dict[str, str]]:
    words = {1.0: "right", 0.0: "wrong", None: ""}
    for item, verdict in zip(items, verdicts, strict=True):
        score = 0.0 if item.accidental else _score(item, settings, empty_is_right=empty_is_right)
        yield {"item": item.id, "truth": words[score], "verdict": verdict}


def _json(items: list[Compared], settings: SqlSettings, *, empty_is_right: bool) -> dict[str, Any]:
    counts = Counter(i.comparison.outcome for i in items)
    return {
        "n": len(items),
        "outcomes": {name: counts[name] for name in OUTCOMES if counts[name]},
        "execution_accuracy": accuracy_of(items, settings, empty_is_right=empty_is_right).to_json(),
        "accidental": sum(i.accidental for i in items),
        "items": [i.to_json() for i in items],
    }


def plain_row(row: tuple[Any, ...] | None) -> list[Any] | None:
    """A row for JSON: NaN, bytes and decimals as their texts."""
    if row is None:
        return None
    return [
        c if isinstance(c, str | int | bool | None) else c if isinstance(c, float) and abs(c) < 1e308 else str(c)
        for c in row
    ]


def _show(items: list[Compared], result: dict[str, Any]) -> None:
    share = result["execution_accuracy"]
    if share["value"] is None:
        out.print(f"Execution accuracy: undefined, {share['undefined']}.", highlight=False)
    else:
        low, high = share["ci"]
        out.print(
            f"Execution accuracy {share['value']:.1%} ({low:.1%} to {high:.1%}) over {share['n']:,} of "
            f"{result['n']:,} answers.",
            highlight=False,
        )
    grid = Grid("outcome", "answers", "what it says", box=box.SIMPLE_HEAD)
    for name, count in result["outcomes"].items():
        grid.add_row(name, f"{count:,}", OUTCOMES[name])
    out.print(grid)
    wrong = [i for i in items if i.comparison.outcome not in RIGHT or i.accidental]
    table = Grid("id", "outcome", "why", box=box.SIMPLE_HEAD)
    for item in wrong[:SHOWN]:
        why = "Equal by accident: changed data tells the two apart." if item.accidental else item.comparison.reason
        table.add_row(Text(item.id), item.comparison.outcome, Text(why))
    if wrong:
        out.print(table)
