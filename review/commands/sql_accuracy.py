"""``spotcheck sql accuracy``: execution and meaning in one figure."""

from __future__ import annotations

import click
from rich import box
from rich.text import Text

from review.basics.errors import InputError
from review.basics.tables import Row, read_table
from review.commands.common import emit, json_option, note, out, store_option
from review.commands.grid import Grid
from review.commands.numbers import read_number
from review.commands.sql_input import check_project, table_option
from review.settings.project import project_of
from review.settings.sql import weights_of
from review.statistics.quantity import Quantity
from review.statistics.two_layer import LayerCase, TwoLayers, two_layers

HUMAN = {"yes": 1.0, "partly": 0.5, "no": 0.0}
"""What people say of the meaning of an answer, as a score."""
NAMED = 8
"""How many cases are named under the figures."""


@click.command("accuracy")
@table_option("case,execution,semantic[,scenario][,human][,drawn][,cluster]")
@click.option(
    "--weights", help="Weights of execution and meaning, such as .7,.3. Default: weights in [sql], else .7,.3."
)
@store_option
@json_option
def accuracy(file: str, weights: str | None, store_path: str, as_json: bool) -> None:
    """Join execution and semantic accuracy of cases, each score from 0 to 1 or empty, with intervals and by scenario.

    A label of a person (human: yes, partly, no or a number) comes before the rules. Rows with drawn = 1 are the random
    part that people labelled: they correct rules that are too kind.
    """
    table = read_table(
        file, required=("case",), optional=("execution", "semantic", "scenario", "human", "drawn", "cluster")
    )
    for line in table.notes:
        note(line)
    settings = project_of(store_path).sql
    check_project(settings)
    chosen = weights_of("--weights", _numbers(weights)) if weights else settings.weights
    found = two_layers([_case(row) for row in table.rows], weights=chosen)
    emit(found.to_json(), as_json, lambda: _show(found))


def _numbers(text: str) -> list[float]:
    found = [number for part in text.split(",") if (number := read_number(part)) is not None]
    if len(found) != len(text.split(",")):
        raise InputError(f"--weights: found {text!r}, expected two numbers such as .7,.3.")
    return found


def _case(row: Row) -> LayerCase:
    return LayerCase(
        case=row.required("case"),
        execution=_score(row, "execution"),
        semantic=_score(row, "semantic"),
        human=HUMAN.get(row.text("human").lower()) if row.text("human").lower() in HUMAN else _score(row, "human"),
        scenario=row.text("scenario"),
        cluster=row.text("cluster"),
        drawn=row.text("drawn").lower() in ("1", "true", "yes"),
    )


def _score(row: Row, column: str) -> float | None:
    number = row.number(column)
    if number is not None and not 0 <= number <= 1:
        raise row.error(column, row.text(column), "a number from 0 to 1, or nothing")
    return number


def _show(found: TwoLayers) -> None:
    grid = Grid("accuracy", "value", "95% interval", "cases", box=box.SIMPLE_HEAD)
    rows = {"combined": found.combined, "execution": found.execution, "semantic": found.semantic, **found.scenarios}
    for name, quantity in rows.items():
        grid.add_row(Text(name), *_cells(quantity), f"{quantity.n:,}")
    out.print(grid)
    for said, cases in (
        ("Without evidence of execution, counted by meaning alone", found.without_execution),
        ("Without a score of meaning, counted by execution alone", found.without_meaning),
        ("Not scored", found.not_scored),
    ):
        if cases:
            more = f" and {len(cases) - NAMED:,} more" if len(cases) > NAMED else ""
            out.print(f"{said}: {', '.join(cases[:NAMED])}{more}", markup=False, highlight=False)


def _cells(quantity: Quantity) -> tuple[str, str]:
    if quantity.value is None:
        return "undefined", quantity.undefined or ""
    low, high = quantity.ci or (quantity.value, quantity.value)
    return f"{quantity.value:.1%}", f"{low:.1%} to {high:.1%}"
