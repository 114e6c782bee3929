"""How many conversations each check flags, of those on which it ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import Windows, aggregated
from review.log.checks_ran import checks_ran


@dataclass(kw_only=True)
class Flags:
    """Conversations of one window by check: how many it read, and how many of these it flags."""

    read: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)


def flag_counts(log: LogPaths, windows: Windows) -> Mapping[tuple[str, tuple[str | None, ...]], Flags]:
    """Return the flags of each window and slice in it.

    Rows are grouped by the few combinations of names that occur, and by which checks ran on their import.
    """
    ran = checks_ran(log)
    sets = sorted(set(ran.values()), key=sorted)
    keys = {"names": "flagged", "ran": _which(ran, sets)}
    found: dict[tuple[str, tuple[str | None, ...]], Flags] = {}
    for row in aggregated(log, windows, {"n": "count(*)"}, keys=keys):
        flags = found.setdefault((row["window"], row["slice"]), Flags())
        names, n = (row["names"] or "").split(), int(row["n"])
        flags.read.update(dict.fromkeys(sets[row["ran"]] | set(names), n) if sets else {})
        flags.flagged.update(dict.fromkeys(names, n))
    return found


def _which(ran: Mapping[str, frozenset[str]], sets: list[frozenset[str]]) -> str:
    """Return the expression of the number of the set of checks that ran on a row."""
    cases = [
        f"WHEN import_id IN ({', '.join(sql_literal(i) for i, names in ran.items() if names == one)}) THEN {k}"
        for k, one in enumerate(sets[1:], start=1)
    ]
    return f"CASE {' '.join(cases)} ELSE 0 END" if cases else "0"
