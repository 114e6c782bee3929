"""The values of a label or verdict file: their one form, what the rubric does not have, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from review.basics.errors import InputError
from review.basics.labels import Value, canonical_text, one_line
from review.basics.spellings import Spellings
from review.basics.tables import Row
from review.basics.words import counted
from review.exchange.items import label_text
from review.rubric.rubric import Dimension, Rubric

SHOWN = 8


class UnknownValues(InputError):
    """A file has values that the rubric does not have, so nothing was imported. ``unknown`` counts them."""

    unknown: Mapping[str, Mapping[str, int]]
    values: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class NotInRubric:
    """What a cell holds that is no value of its dimension."""

    text: str


@dataclass(kw_only=True)
class ValuesRead:
    """Reads the labels of one file and counts them by dimension and value.

    ``tables`` translate a file's own words (dimension -> word -> value of the rubric).
    """

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    first: dict[str, Row] = field(default_factory=dict)
    spellings: dict[str, Spellings] = field(default_factory=dict)

    def of(self, row: Row, d: Dimension) -> Value | NotInRubric | None:
        """Return the canonical label of a row, None for a missing one."""
        self.dimensions[d.name] = d
        spellings = self.spellings.setdefault(d.name, Spellings(d.scale.values))
        raw = row.cells.get("label")
        if d.scale.kind != "set" and isinstance(raw, list | tuple) and len(raw) == 1:
            raw = raw[0]
        raw = self._translated(raw, d)
        plain = spellings.of_set(raw) if d.scale.kind == "set" else spellings.of(raw)
        try:
            value = d.scale.canonical(plain)
        except ValueError:
            text = canonical_text(raw)
            self.unknown.setdefault(d.name, Counter())[text] += 1
            self.first.setdefault(d.name, row)
            return NotInRubric(text)
        if value is not None:
            self.values.setdefault(d.name, Counter())[label_text(value)] += 1
        return value

    def _translated(self, raw: object, d: Dimension) -> object:
        table = {one_line(word): value for word, value in self.tables.get(d.name, {}).items()}
        if not table or raw is None:
            return raw
        parts = raw.split("|") if d.scale.kind == "set" and isinstance(raw, str) else raw
        if isinstance(parts, list | tuple):
            return [table.get(one_line(canonical_text(part)), part) for part in parts]
        return table.get(one_line(canonical_text(raw)), raw)

    def refuse_unknown(self, file: str, what: str, *, command_hint: str) -> None:
        """Raise UnknownValues when a label was not in the rubric; it names all of them, and what is allowed."""
        if not self.unknown:
            return
        lines = []
        for name, found in self.unknown.items():
            shown = ", ".join(f"'{text[:60]}' ({n:,})" for text, n in found.most_common(SHOWN))
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            lines.append(
                f"line {self.first[name].line}, column 'label': {counted(found.total(), what)} in dimension '{name}' "
                f"{'has a value' if found.total() == 1 else 'have values'} that the rubric does not have: "
                f"{shown}{more}. Expected: {_allowed(self.dimensions[name])}."
            )
        error = UnknownValues(
            f"{file}, {' '.join(lines)} Nothing was imported. Correct the file, or translate the values.",
            command_hint=command_hint,
        )
        error.unknown, error.values = as_counts(self.unknown), as_counts(self.values)
        raise error

    def sentences(self, file: str) -> tuple[str, ...]:
        """Return what a reader must know of missing and joined values."""
        found = ((f"{file}, {name}", one) for name, one in self.spellings.items())
        return tuple(text for where, one in found for text in one.sentences(where))


def as_counts(found: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    """Return counts by dimension and value as plain dicts, the most frequent first."""
    return {name: dict(values.most_common()) for name, values in found.items()}


def _allowed(d: Dimension) -> str:
    if not d.scale.values:
        return "a number that is not negative" if d.scale.kind == "ratio" else "a number"
    return ", ".join(d.scale.values[:40]) + (", ..." if len(d.scale.values) > 40 else "")


def value_tables(options: Iterable[str], rubric: Rubric) -> dict[str, dict[str, str]]:
    """Read ``politeness:Polite=friendly`` options as tables. Raises InputError for what the rubric does not have."""
    tables: dict[str, dict[str, str]] = {}
    for option in options:
        where = f"the translation '{option}'"
        name, colon, pair = (part.strip() for part in option.partition(":"))
        raw, equals, value = (part.strip() for part in pair.rpartition("="))
        if not colon or not equals or not raw:
            raise InputError(f"{where}: expected DIMENSION:RAW=VALUE such as politeness:Polite=friendly.")
        if name not in rubric.names:
            raise InputError(f"{where}: there is no dimension '{name}'; expected one of {', '.join(rubric.names)}.")
        d = rubric[name]
        try:
            d.scale.canonical(value)
        except ValueError:
            raise InputError(f"{where}: found the value '{value}', expected {_allowed(d)}.") from None
        tables.setdefault(name, {})[raw] = value
    return tables
