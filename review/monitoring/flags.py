"""How many conversations each check flags, of those on which it ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.sql_literals import sql_literal
from review.checks.catalogue import title_of
from review.monitoring.measuring import EXPIRED, N, counted_if, share
from review.monitoring.metrics import CHECK, flags
from review.statistics.quantity import Quantity

Ran = Mapping[str, frozenset[str]]
"""The checks that ran, by the id of the import."""


def flag_aggregates(ran: Ran) -> dict[str, str]:
    """Return the aggregates of a window that count flags, and the rows of imports with other checks than the rest.

    Imports mostly have the same checks; then every row of a window was read by each.
    """
    counts = {f"flag_{name}": counted_if(flags(name)) for name in _names(ran)}
    sets = _sets(ran)
    rows = {
        f"ran_{k}": counted_if(f"import_id IN ({', '.join(map(sql_literal, imports))})")
        for k, imports in enumerate(sets.values())
        if len(sets) > 1
    }
    return counts | rows


def checks_of(row: Mapping[str, Any], ran: Ran) -> dict[str, Quantity]:
    """Return the share that each check flags of what it read in one window, with what expired of it."""
    sets, live = _sets(ran), row[N] - row.get(EXPIRED, 0)
    gone = {key.removeprefix(CHECK)[:-2] for key in row if key.startswith(CHECK) and key.endswith("_n") and row[key]}
    found: dict[str, Quantity] = {}
    for name in sorted({*_names(ran), *gone}):
        read = sum(int(row.get(f"ran_{k}", live if len(sets) == 1 else 0)) for k, s in enumerate(sets) if name in s)
        flagged, read = (
            int(row.get(f"flag_{name}", 0) + row.get(f"{CHECK}{name}_k", 0)),
            int(read + row.get(f"{CHECK}{name}_n", 0)),
        )
        found[name] = share(flagged, read, f"the check did not run: {title_of(name)}")
    return found


def _names(ran: Ran) -> list[str]:
    return sorted(frozenset[str]().union(*ran.values()))


def _sets(ran: Ran) -> dict[frozenset[str], Sequence[str]]:
    """Return the imports by the set of checks that ran on them."""
    found: dict[frozenset[str], list[str]] = {}
    for name, checks in ran.items():
        found.setdefault(checks, []).append(name)
    return dict(found)
