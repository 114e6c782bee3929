"""The draw that a statement was rendered for: what its result must say about itself, to be taken as that draw."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from review.basics.canonical import canonical
from review.basics.errors import InputError
from review.sampling.allocate import Wishes
from review.sampling.engines.sql import plain_text
from review.sampling.frame import open_frame
from review.sampling.needs import check_needs
from review.sampling.rendered.statement import limits_of, statement
from review.sampling.rendered.warehouse import warehouse_of
from review.sampling.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Asked(Wanted):
    """A draw to be run elsewhere: the table with its declared columns, and everything that decides what is drawn."""

    dialect: str
    table: str
    columns: Mapping[str, str]

    @property
    def words(self) -> str:
        """What comes back with the result, so that it can be opened without naming the table again."""
        said = {
            "dialect": self.dialect, "table": self.table, "columns": dict(self.columns), "week": self.week,
            "rate": self.wishes.rate, "seed": self.seed,
        }  # fmt: skip
        return orjson.dumps(said).decode()

    @property
    def fingerprint(self) -> str:
        """Return md5 over everything that decides what is drawn."""
        limits = [[one.below, one.count] for one in limits_of(self.wishes, self.groups, self.strata)]
        window = [self.window.start.isoformat(), self.window.end.isoformat(), self.window.zone]
        said: Sequence[Any] = (
            self.words, window, [repr(group) for group in self.groups], limits, dict(self.mapping),
            {name: dict(cells) for name, cells in self.values.items()}, self.date_format,
        )  # fmt: skip
        if self.sealed_at is not None:
            said = (*said, self.sealed_at.isoformat())
        return hashlib.md5(canonical(said), usedforsecurity=False).hexdigest()


def refuse_budget(wishes: Wishes) -> None:
    """Raise InputError for a budget: what it gives follows from the counts, which come with what was drawn."""
    if wishes.budget is not None:
        raise InputError(
            "minutes: a budget needs the counts of the source before it draws. Give the rate and the groups instead."
        )


def rendered(asked: Asked) -> str:
    """Return the statement of a draw.

    Raises InputError for a dialect, a column or a name that cannot be rendered, and for a budget, which needs counts.
    """
    refuse_budget(asked.wishes)
    engine = warehouse_of(asked.dialect, asked.table, asked.columns)
    check_needs(engine, asked.groups)
    opened = open_frame(
        engine, window=asked.window, week=asked.week, mapping=asked.mapping, values=asked.values, groups=asked.groups,
        sealed_at=asked.sealed_at, date_format=asked.date_format,
    )  # fmt: skip
    plain_text("columns", asked.words)
    limits = limits_of(asked.wishes, asked.groups, asked.strata)
    seed = plain_text("seed", asked.seed)
    told = (asked.fingerprint, asked.words)
    over = engine.moment(asked.window.end)
    return statement(engine, opened, dialect=asked.dialect, seed=seed, limits=limits, asked=told, over=over)
