"""Options and messages that ``spotcheck labels`` and ``spotcheck verdicts`` share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from review.basics.errors import InputError
from review.basics.tables import Table
from review.basics.words import meant
from review.commands.common import emit, out
from review.exchange.values import UnknownValues

dimension_option = click.option(
    "--dimension", "dimensions", multiple=True, metavar="[NAME=]D",
    help="The dimension, for files without that column; for exports of tools, what a question or metric fills.",
)  # fmt: skip
force_option = click.option("--force", is_flag=True, help="Replace what is there.")
target_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
map_option = click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=NAME", help="The name of a column in FILE, such as label=answer."
)
value_option = click.option(
    "--value", "tables", multiple=True, metavar="D:RAW=VALUE",
    help="Translate a value, such as politeness:Polite=friendly.",
)  # fmt: skip

records_option = click.option(
    "--records", default=None, metavar="PATH",
    help="Where the records of a JSON document are, such as data.items; of a spreadsheet the name of the sheet.",
)  # fmt: skip
encoding_option = click.option(
    "--encoding", default="", help="The encoding of the text, such as cp1252; default UTF-8."
)


def column_names(options: tuple[str, ...], known: tuple[str, ...]) -> dict[str, str]:
    """Read ``label=answer`` options: a column of ours and its name in the file."""
    names: dict[str, str] = {}
    for option in options:
        ours, equals, theirs = (part.strip() for part in option.partition("="))
        if not equals or not theirs:
            raise InputError(f"--map: found '{option}', expected COLUMN=NAME with a column of {', '.join(known)}.")
        if ours not in known:
            near = meant(ours, known)
            raise InputError(f"--map: there is no column '{ours}'{near}; expected one of {', '.join(known)}.")
        names[ours] = theirs
    return names


def dimension_names(options: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    """Read ``correctness`` and ``verdict=correctness`` options: the one dimension, and what names of a tool fill."""
    plain = [option for option in options if "=" not in option]
    if len(plain) > 1:
        raise InputError(f"--dimension: found {', '.join(plain)}, expected one dimension, or NAME=DIMENSION for each.")
    named = {}
    for option in options:
        name, equals, target = (part.strip() for part in option.rpartition("="))
        if equals:
            named[name] = target
    return (plain[0] if plain else None), named


def say_parts(parts: Iterable[tuple[int, str, str]]) -> None:
    """Print what became of the rows of an import: each count that is not 0, with its words for one and for many."""
    for n, one, many in parts:
        if n:
            out.print(f"  {n} {one if n == 1 else many}", highlight=False)


@contextmanager
def unknown_told(table: Table, as_json: bool) -> Iterator[None]:
    """Print the counts as JSON too when values that the rubric does not have stop an import."""
    try:
        yield
    except UnknownValues as error:
        if as_json:
            rows = len(table.rows)
            counts = {"read": rows, "added": 0, "duplicate": 0, "rejected": rows}
            result = {"format": table.format, **counts, "values": error.values, "unknown_values": error.unknown}
            emit({**result, "notes": list(table.notes)}, True, lambda: None)
        raise
