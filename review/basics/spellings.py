"""One form for each value of a table: missing values and spellings of the same value, before anything is counted.

A cell is missing when it is empty or says so (``MISSING``, in any case), unless a declared value is written like that.
A declared value is recognised in any case and in any form of its number. Without declared values, forms of one number
are one value, and values that differ only in case or blanks stay apart and are named in a warning.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from review.basics.labels import canonical_text, number_text, one_line, spelled
from review.basics.words import counted

MISSING = frozenset(("na", "n/a", "#n/a", "#na", "<na>", "nan", "none", "null", "-", "\u2013", "\u2014"))
"""What stands for a missing value, folded to lower case."""


def is_missing(text: str) -> bool:
    """Whether a cell is empty or says that its value is missing, where no value is written like that."""
    return not text.strip() or text.strip().casefold() in MISSING


_NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


@dataclass
class Spellings:
    """Reads the cells of one file's values, and remembers what it joined and what it read as missing.

    ``declared`` are all values of the scale, or () when they are not declared; ``also`` are values that are known to
    exist (such as the positive one) on a scale that is not declared.
    """

    declared: Sequence[str] = ()
    also: Sequence[str] = ()
    missing: Counter[str] = field(default_factory=Counter)
    written: dict[str, Counter[str]] = field(default_factory=dict)
    """Value -> the forms in which the file writes it."""

    def of(self, raw: object) -> str | None:
        """Return the value of a cell in its one form, None for a missing one. An undeclared value comes as it is."""
        if raw is None or (isinstance(raw, float) and math.isnan(raw)):
            return None
        text = canonical_text(raw)
        if not text:
            return None
        value = spelled(text, self.declared) or spelled(text, self.also)
        if value is None and text.casefold() in MISSING:
            self.missing[text] += 1
            return None
        if value is None and not self.declared:
            value = _number_form(text)
        form = text if value is None else value
        self.written.setdefault(form, Counter())[text] += 1
        return form

    def of_set(self, raw: object) -> object:
        """Return the cell of a set with each value in its declared form, None for one that says it is missing."""
        text = raw.strip() if isinstance(raw, str) else ""
        if text.casefold() in MISSING and spelled(canonical_text(text), self.declared) is None:
            self.missing[text] += 1
            return None
        parts = raw.split("|") if isinstance(raw, str) else raw
        if not isinstance(parts, list | tuple):
            return raw
        return [spelled(canonical_text(part), self.declared) or part for part in parts]

    def sentences(self, where: str, what: str = "label") -> list[str]:
        """Return what a reader must know about these cells; ``where`` begins each sentence."""
        found = []
        if self.missing:
            total, shown = self.missing.total(), _listed(self.missing)
            verb = "is" if total == 1 else "are"
            found.append(f"{where}: {counted(total, what)} {verb} missing: {shown}. Declare such a value to keep it.")
        joined = [f"{_listed(forms)} as '{value}'" for value, forms in self.written.items() if len(forms) > 1]
        if joined:
            shown = "; ".join(joined[:6]) + ("; ..." if len(joined) > 6 else "")
            found.append(f"{where}: spellings of one value were joined: {shown}.")
        alike: dict[str, dict[str, int]] = {}
        for value, forms in self.written.items():
            alike.setdefault(one_line(value), {})[value] = forms.total()
        for values in () if self.declared else alike.values():
            if len(values) > 1:
                found.append(
                    f"{where}: {_listed(values)} differ only in case or blanks and count as different values. "
                    "Declare the values to join them, or correct the file."
                )
        return found


def _listed(forms: Mapping[str, int]) -> str:
    shown = [f"'{form}' ({n:,})" for form, n in sorted(forms.items(), key=lambda pair: -pair[1])[:6]]
    return ", ".join(shown) + (", ..." if len(forms) > 6 else "")


def _number_form(text: str) -> str:
    """Return the shortest form of a number that is written otherwise; any other text (007, 1_000) unchanged."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    return number_text(number) if math.isfinite(number) else text
