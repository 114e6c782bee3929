"""``spotcheck sql rules``: what examples demand of their statements beyond being right SQL."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from rich import box
from rich.text import Text

from review.basics.tables import Row
from review.commands.common import emit, json_option, out, split_values, store_option
from review.commands.grid import Grid
from review.commands.sql_input import Statements, read_statements, schema_options, sql_in, table_option
from review.sql.semantic.demands import Demands, Met, demands_met
from review.statistics.two_layer import LayerCase, two_layers

LISTS = ("required_tables", "required_columns", "forbidden_tables", "forbidden_columns")
SHOWN = 40


@click.command("rules")
@table_option(f"id,sql[,db][,question][,as_of][,{'][,'.join(LISTS)}], lists with commas")
@schema_options
@store_option
@json_option
def rules(file: str, schema: str | None, dialect: str | None, sql_column: str, store_path: str, as_json: bool) -> None:
    """Check what each example demands: tables, columns, the time its question names, words that ask for a table."""
    given = read_statements(
        file, store_path=store_path, schema=schema, dialect=dialect, column=sql_column,
        optional=("question", "as_of", *LISTS),
    )  # fmt: skip
    items = [(row.required("id"), _met(row, given)) for row in given.table.rows]
    cases = [LayerCase(case=name, semantic=met.score) for name, met in items]
    result: dict[str, Any] = {
        "n": len(items),
        "semantic": two_layers(cases).semantic.to_json(),
        "items": [{"id": name, **met.to_json()} for name, met in items],
    }
    emit(result, as_json, lambda: _show(items, result))


def _met(row: Row, given: Statements) -> Met:
    settings = given.settings
    lists = {name: (*getattr(settings.policy, name), *split_values(row.text(name))) for name in LISTS}
    demands = Demands(question=row.text("question"), words=settings.words, as_of=day_in(row), **lists)
    return demands_met(sql_in(row), demands, dialect=given.schemas.dialect, schema=given.schema_of(row))


def day_in(row: Row) -> date | None:
    """Return the day of the column as_of. Raises InputError for another text."""
    text = row.text("as_of")
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise row.error("as_of", text, "a day such as 2026-11-30") from None


def _show(items: list[tuple[str, Met]], result: dict[str, Any]) -> None:
    met = sum(m.score == 1 for _, m in items)
    scored = sum(m.score is not None for _, m in items)
    out.print(
        f"{met:,} of {scored:,} statements meet what their examples demand; {len(items):,} in all.", highlight=False
    )
    grid = Grid("id", "rule", "what", box=box.SIMPLE_HEAD)
    found = [(name, f) for name, m in items for f in m.findings]
    for name, finding in found[:SHOWN]:
        grid.add_row(Text(name), finding.rule, Text(finding.message))
    if found:
        out.print(grid)
