"""The options that the statistics commands share, each defined once, and the input they name: a file or a store."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import click

from review.basics.errors import InputError, NothingToDo
from review.basics.labels import SCALE_KINDS, Ratings, ScaleKind
from review.commands.common import (
    LAST_FOUR,
    file_option,
    json_option,
    note,
    split_values,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.evidence.chosen_weeks import weeks_between
from review.evidence.evidence import ratings_by_dimension
from review.evidence.pair_votes import pair_votes
from review.evidence.test_set_access import HALVES
from review.statistics.agreement.files import read_ratings
from review.statistics.preference.report import as_ratings
from storage.queries.pairs import PREFERENCE
from storage.store import Store

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

values_option = click.option("--values", help="All values of the scale in order, separated by commas.")
positive_option = click.option(
    "--positive", metavar="VALUE", help="The value that the figures are about, such as wrong. Default: the rubric's."
)
seed_option = click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Random seed.")
missing_option = click.option(
    "--missing",
    type=click.Choice(["drop", "wrong"]),
    default="drop",
    show_default=True,
    help="Leave out labelled items without a verdict and count them, or count these verdicts as wrong.",
)
split_option = click.option(
    "--split",
    type=click.Choice(HALVES),
    help="On the store: the half of the conversations. Default: all, or dev for a judge that can be tuned here. Every "
    "look at test or all of such a judge is recorded and counted.",
)
judge_option = click.option(
    "--judge", metavar="NAME[@VERSION]", help="On the store: the judge. Without a version: its latest."
)


wide_option = click.option(
    "--wide", is_flag=True, help="The file has one column per rater. Recognised when it has no rater or label column."
)


def scale_option(default: ScaleKind | None = None) -> Callable[[F], F]:
    """Add ``--scale``: how the labels are measured."""
    return click.option(
        "--scale",
        type=click.Choice(SCALE_KINDS),
        default=default,
        show_default=default is not None,
        help="How the labels are measured. It is never guessed from the data.",
    )


def bootstrap_option(most: int | None = None) -> Callable[[F], F]:
    """Add ``--bootstrap``: the number of replicates, at most ``most``."""
    return click.option(
        "--bootstrap",
        type=click.IntRange(0, most),
        default=1000,
        show_default=True,
        help="Bootstrap replicates. 0: analytic intervals.",
    )


@dataclass(frozen=True, kw_only=True)
class Source:
    """The input of a statistic: a table (``file``), or some ``weeks`` of a store; ``dimension`` keeps one dimension."""

    file: str | None
    weeks: str | None
    store_path: str
    dimension: str | None

    def store(self) -> Store:
        """Return the store, for a command without ``--file``."""
        return store_instead_of_file(self.store_path)

    def only(self, found: Mapping[str, T]) -> dict[str, T]:
        """Keep the chosen dimension, or all. Raises InputError with the dimensions that exist."""
        if self.dimension is None:
            return dict(found)
        if self.dimension not in found:
            raise InputError(f"--dimension: found '{self.dimension}', expected one of {', '.join(found) or 'none'}.")
        return {self.dimension: found[self.dimension]}


def source_options(columns: str, *, default_weeks: str = LAST_FOUR) -> Callable[[F], F]:
    """Add ``--file``, ``--dimension``, ``--weeks``, ``--store`` and ``--json``; the first four become one ``source``.

    ``columns`` is the header of the table and ``default_weeks`` what is used without ``--weeks``; the help shows both.
    """

    def wrap(function: F) -> F:
        @functools.wraps(function)
        def command(
            *args: Any, file: str | None, dimension: str | None, weeks: str | None, store_path: str, **options: Any
        ) -> Any:
            source = Source(file=file, weeks=weeks, store_path=store_path, dimension=dimension)
            return function(*args, source=source, **options)

        dimension_option = click.option("--dimension", help="Only this dimension.")
        made: Any = command
        for option in (json_option, store_option, weeks_option(default_weeks), dimension_option, file_option(columns)):
            made = option(made)
        return cast(F, made)

    return wrap


@dataclass(frozen=True)
class NamedRatings:
    """Ratings by dimension; ``named`` tells whether the input names its dimensions.

    ``notes`` are sentences about the file, ``said`` those about the labels of each dimension.
    """

    dimensions: dict[str, Ratings]
    named: bool
    notes: tuple[str, ...] = ()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def ratings_from(
    source: Source,
    *,
    scale: ScaleKind,
    values: str | None = None,
    cluster: str | None = None,
    repeated: bool = False,
    wide: bool = False,
) -> NamedRatings:
    """Read the ratings of a file or a store; ``scale`` and the rest describe a file, see :func:`read_ratings`."""
    if source.file is None:
        return NamedRatings(_ratings_on_store(source.store(), source.weeks, source.dimension), named=True)
    read = read_ratings(
        source.file,
        kind=scale,
        values=split_values(values),
        dimension=source.dimension,
        cluster=cluster,
        repeated=repeated,
        wide=wide,
    )
    for text in (*read.notes, *read.remarks):
        note(text)
    return NamedRatings(read.dimensions, named=read.named, notes=read.notes, said=read.said)


def _ratings_on_store(store: Store, weeks: str | None, dimension: str | None) -> dict[str, Ratings]:
    """Return the ratings of some weeks by dimension, votes on pairs among them. Raises NothingToDo without any."""
    chosen = weeks_between(store, weeks)
    found = {} if dimension == PREFERENCE else ratings_by_dimension(store, chosen, dimension=dimension)
    if dimension in (None, PREFERENCE):
        found |= {PREFERENCE: as_ratings(pair_votes(store, chosen))}
    rated = {name: r for name, r in found.items() if len(r)}
    if not rated:
        raise NothingToDo(f"nobody has annotated an item of {', '.join(chosen)} yet.")
    note(f"weeks {', '.join(chosen)}")
    return rated
