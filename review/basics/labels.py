"""The canonical form of a label, and the ratings that every statistic reads.

:meth:`Scale.canonical` gives a label its form before any statistic sees it: one of the scale's ``values``, a tuple of
them in declared order for a set, the shortest decimal text for interval and ratio scales. No statistic sees raw input.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from review.basics.errors import InputError
from review.basics.words import meant

ScaleKind = Literal["nominal", "ordinal", "interval", "ratio", "set"]
SCALE_KINDS: tuple[ScaleKind, ...] = ("nominal", "ordinal", "interval", "ratio", "set")
Value = str | tuple[str, ...]


class Label(NamedTuple):
    """One rater's current label on one item in one dimension, in canonical form."""

    item: str
    rater: str
    dimension: str
    value: Value


@dataclass(frozen=True)
class Scale:
    """A declared scale: its kind and, in order, all its values.

    ``values`` may be empty for interval and ratio scales (any finite number, not negative for ratio). For nominal,
    ordinal and set scales the declared values are the only ones, used or not.
    """

    kind: ScaleKind
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in SCALE_KINDS:
            raise InputError(f"scale '{self.kind}' is not known; expected one of {', '.join(SCALE_KINDS)}.")
        repeated = sorted({v for v in self.values if self.values.count(v) > 1})
        if repeated:
            raise InputError(f"the scale declares {repeated[0]!r} more than once. List each value once.")

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers with meaningful distances."""
        return self.kind in ("interval", "ratio")

    def canonical(self, raw: object) -> Value | None:
        """Return the canonical label for ``raw``, or None for an empty one (None, "" or NaN).

        Raises ValueError that says what is expected when the scale does not have ``raw``.
        """
        if self.kind == "set":
            return self._canonical_set(raw)
        if raw is None or (isinstance(raw, float) and math.isnan(raw)):
            return None
        text = canonical_text(raw)
        if not text:
            return None
        if self.numeric and not self.values:
            number = _number(text)
            if number is None or (self.kind == "ratio" and number < 0):
                raise ValueError("a number that is not negative" if self.kind == "ratio" else "a number")
            return number_text(number)
        if text in self.values:
            return text
        number = _number(text)
        if number is not None:
            for value in self.values:
                if _number(value) == number:
                    return value
        raise ValueError(self._expected(text))

    def _canonical_set(self, raw: object) -> Value | None:
        if raw is None or (isinstance(raw, float) and math.isnan(raw)):
            return None
        parts = raw.split("|") if isinstance(raw, str) else raw
        if not isinstance(parts, Iterable):
            raise ValueError("several values, as a list or separated by |")
        chosen = {canonical_text(p) for p in parts} - {""}
        for part in sorted(chosen):
            if part not in self.values:
                raise ValueError(self._expected(part))
        return tuple(v for v in self.values if v in chosen)

    def _expected(self, text: str) -> str:
        shown = ", ".join(self.values[:12]) + (", ..." if len(self.values) > 12 else "")
        return f"one of {shown}{meant(text, self.values)}"


def canonical_text(raw: object) -> str:
    """Return NFC text without surrounding space, whole floats without ``.0`` (Parquet stores 1 as 1.0 beside gaps)."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float | np.floating) and math.isfinite(raw):
        return number_text(float(raw))
    return unicodedata.normalize("NFC", str(raw)).strip()


def one_line(text: str) -> str:
    """Return a text in lower case with single blanks: what two spellings of one value have in common."""
    return " ".join(text.casefold().split())


def spelled(text: str, values: Sequence[str]) -> str | None:
    """Return the value that a text of a file means: itself, the same number, or the only one in another case."""
    if text in values:
        return text
    number = _number(text)
    if number is not None:
        return next((v for v in values if _number(v) == number), None)
    folded = one_line(text)
    alike = [v for v in values if one_line(v) == folded]
    return alike[0] if len(alike) == 1 else None


def number_text(number: float) -> str:
    """Return the shortest decimal text of a number: 3 and not 3.0."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """Who gave which item which value, as parallel integer arrays: the input of every agreement statistic.

    ``item``, ``rater`` and ``value`` have one entry per rating, an index into ``items``, ``raters`` and
    ``scale.values``. A missing rating has no entry. ``cluster`` has one entry per item (items of one user or thread
    share a number), or is None when every item is its own cluster. Items may be without ratings.
    """

    items: tuple[str, ...]
    raters: tuple[str, ...]
    scale: Scale
    item: npt.NDArray[np.intp]
    rater: npt.NDArray[np.intp]
    value: npt.NDArray[np.intp]
    cluster: npt.NDArray[np.intp] | None = field(default=None)

    def __len__(self) -> int:
        return len(self.item)

    def counts(self) -> npt.NDArray[np.int64]:
        """Return the table of items by values r_ik, shape (items, K)."""
        table = np.zeros((len(self.items), len(self.scale.values)), dtype=np.int64)
        np.add.at(table, (self.item, self.value), 1)
        return table

    def numbers(self) -> npt.NDArray[np.float64]:
        """Return the scale's values as numbers, shape (K,): their own where all are numbers, else the ranks 1..K."""
        parsed = [_number(v) for v in self.scale.values]
        if all(p is not None for p in parsed):
            return np.array(parsed, dtype=float)
        return np.arange(1, len(self.scale.values) + 1, dtype=float)


def ratings_of(labels: Iterable[Label], scale: Scale, *, clusters: Mapping[str, str] | None = None) -> Ratings:
    """Return labels of one dimension as Ratings. A rater's repeated labels of an item stay repeated ratings.

    A numeric scale without declared values gets the observed ones, ascending. ``clusters`` maps items to cluster names.
    """
    rows = list(labels)
    columns = Columns([r.item for r in rows], [r.rater for r in rows], [r.value for r in rows])
    return ratings_of_columns(columns, scale, clusters=clusters)


class Columns(NamedTuple):
    """Labels of one dimension as parallel lists."""

    item: list[str]
    rater: list[str]
    value: list[Value]


def ratings_of_columns(columns: Columns, scale: Scale, *, clusters: Mapping[str, str] | None = None) -> Ratings:
    """Return labels of one dimension as Ratings, as :func:`ratings_of` does."""
    values = [v if v.__class__ is str else str(v) for v in columns.value]
    if scale.numeric and not scale.values:
        seen = sorted({float(v) for v in values})
        scale = Scale(scale.kind, tuple(number_text(v) for v in seen))
    items, raters = _index(columns.item), _index(columns.rater)
    codes = {v: k for k, v in enumerate(scale.values)}
    cluster = None
    if clusters is not None:
        of_items = [clusters.get(i, f"item:{i}") for i in items]
        names = _index(of_items)
        cluster = np.array([names[c] for c in of_items], dtype=np.intp)
    return Ratings(
        items=tuple(items),
        raters=tuple(raters),
        scale=scale,
        item=np.array([items[i] for i in columns.item], dtype=np.intp),
        rater=np.array([raters[r] for r in columns.rater], dtype=np.intp),
        value=np.array([codes[v] for v in values], dtype=np.intp),
        cluster=cluster,
    )


YES_NO = Scale("nominal", ("no", "yes"))
"""The scale of one value of a set: whether it was named."""


def set_members(labels: Sequence[Label], scale: Scale) -> dict[str, tuple[list[Label], Scale]]:
    """Split labels of a set into one yes/no dimension per declared value: statistics are defined on these."""
    return {
        v: ([label._replace(value="yes" if v in label.value else "no") for label in labels], YES_NO)
        for v in scale.values
    }


def _index(names: Iterable[str]) -> dict[str, int]:
    return {name: code for code, name in enumerate(dict.fromkeys(names))}
