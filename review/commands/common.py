"""What commands share: common options, the person who acts, and output for people or for programs."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console
from rich.text import Text

from review.basics.csv_safe import long_cells_of
from review.basics.errors import InputError, UnknownError
from review.people.people import Person, people, person
from storage.address import store_file
from storage.connection import NoStore, StorageError
from storage.opening import open_store
from storage.store import Store

F = TypeVar("F", bound=Callable[..., Any])

out = Console()
err = Console(stderr=True)


def json_option(function: F) -> F:
    """Add ``--json``: one JSON object on standard output, everything else on standard error."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs.")(function)


def store_option(function: F) -> F:
    """Add ``--store``: a file or the address of a database; default SPOTCHECK_STORE, else spotcheck.db here."""
    return click.option(
        "--store",
        "store_path",
        envvar="SPOTCHECK_STORE",
        default="spotcheck.db",
        show_default=True,
        show_envvar=True,
        callback=lambda _context, _option, value: store_file(value),
        help="The file of the store, or postgresql://user@host/database.",
    )(function)


LAST_FOUR = "the last four"


def weeks_option(default: str) -> Callable[[F], F]:
    """Add ``--weeks``: W44..W47, one week, or several with commas; the help names the ``default``."""
    words = f"Weeks of the store: one, several with commas, or a span. Default: {default}."
    return click.option("--weeks", "--week", "weeks", metavar="W44..W47", help=words)


def file_option(columns: str) -> Callable[[F], F]:
    """Add ``--file``: read a table instead of the store. The help shows ``columns``, its header."""
    words = f"A table to read instead of a store: CSV, JSON, JSONL or Parquet with {columns}; - is standard input."
    return click.option("--file", "file", metavar="FILE", help=words)


def emit(result: dict[str, Any], as_json: bool, render: Callable[[], None]) -> None:
    """Print ``result`` as one JSON object, or call ``render`` to print it for a person."""
    if as_json:
        options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
        click.echo(orjson.dumps(result, option=options).decode())
    else:
        render()


def note(text: str) -> None:
    """Print a note on standard error, beside the result. Nothing in it is broken, so that a path can be copied."""
    err.print(text, style="dim", highlight=False, markup=False, soft_wrap=True)


def note_long_cells(file: Path) -> None:
    """Say which cells of an exported CSV file a spreadsheet would cut off, if any."""
    text = long_cells_of(file)
    if text:
        note(f"{file}: {text}")


def text_of(file: Path) -> str:
    """Return the text of a file. Raises InputError when it cannot be read or is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{file}: the file is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        raise InputError(f"{file}: the file cannot be read ({error.strerror}). Check the path.") from None


def split_values(text: str | None) -> tuple[str, ...]:
    """Return ``a,b,c`` as a tuple of stripped texts, without empty ones."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def as_option(function: F) -> F:
    """Add ``--as``: the person who acts; see :func:`acting_person` for the default."""
    words = "Who acts; default the person with your user name, else the only lead."
    return click.option("--as", "acting", metavar="NAME", default=None, help=words)(function)


def opened(store_path: str) -> Store:
    """Open the existing store at this path."""
    try:
        return open_store(store_path, create=False)
    except NoStore as error:
        raise StorageError(f"{error} `spotcheck init` creates a store, `spotcheck demo` one with an example.") from None


def store_instead_of_file(store_path: str) -> Store:
    """Open the store that a statistic reads without --file. Raises UsageError that says what to give."""
    try:
        return opened(store_path)
    except StorageError as error:
        raise click.UsageError(f"give a table with --file, or name a store with --store. {error}") from None


def acting_person(store: Store, name: str | None) -> Person:
    """Return who acts: the named person, else the one with the name of the system's user, else the only lead.

    Raises UnknownError when there is no such person.
    """
    if name:
        return person(store, name)
    everybody = people(store)
    user = system_user()
    # People who log in choose the name that others see, so one of them acts only when --as names them.
    local = [p for p in everybody if not p.issuer]
    leads = [p for p in local if p.may("lead")]
    acting = next((p for p in local if user in (p.name, p.id)), leads[0] if len(leads) == 1 else None)
    if acting is None:
        known = ", ".join(p.name for p in everybody[:12]) or "nobody yet"
        raise UnknownError(f"it is not clear who acts. People in the store: {known}. Name one with --as NAME.")
    return acting


def system_user() -> str:
    """Return the name of the system's user, "lead" where the system has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "lead"


def show_by_dimension(
    reports: Mapping[str, Any],
    as_json: bool,
    render_report: Callable[[Any], None],
    *,
    named: bool,
    notes: Sequence[str] = (),
) -> None:
    """Print one report by dimension, for people or as JSON. ``named`` adds the names of the dimensions.

    ``notes`` are the sentences about a file, in JSON under ``notes``.
    """
    objects = {name: report.to_json() for name, report in reports.items()}
    result = {"dimensions": objects} if named else dict(next(iter(objects.values())))
    if notes:
        result["notes"] = list(notes)

    def render() -> None:
        for name, report in reports.items():
            if named:
                out.rule(Text(name))
            render_report(report)

    emit(result, as_json, render)
