"""The two groups of an A/B comparison: from a table of outcomes, or from the log's own variants."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.log_paths import LogPaths
from review.basics.tables import Row, load, with_columns
from review.basics.times import read_time
from review.basics.words import counted
from review.log.buckets import THREADS
from review.log.outcomes import MOST_VALUE
from review.log.per_user import per_user
from review.monitoring.health import everything
from review.statistics.ab_test import Groups, Sums

CONTROL = ("control", "a", "baseline", "without", "holdout", "off", "none", "old", "0", "false")
"""Names of the group that is compared with, in lower case."""
DAY = 86_400.0


@dataclass(kw_only=True)
class _Users:
    """What rows say of users: their variants, when each was exposed first, and their values by metric."""

    variants: dict[str, set[str]] = field(default_factory=dict)
    exposed: dict[str, datetime] = field(default_factory=dict)
    values: dict[str, dict[str, float]] = field(default_factory=dict)
    future: int = 0


def read_outcomes(
    file: str | InputFile, *, control: str | None = None, treated: str | None = None, until: datetime | None = None
) -> tuple[Groups, tuple[str, ...]]:
    """Return the groups of a table with user, variant, metric, value and exposed_at, and notes for the user.

    Each user of the table counts, also one without a metric, without a value or without exposure. ``until`` is when
    the outcomes were read; without it the comparison ends with the last exposure. Raises InputError for a bad cell.
    """
    table = with_columns(load(file), required=["user", "variant"], optional=["metric", "value", "exposed_at"])
    found = _Users()
    for row in table.rows:
        _take(found, row)
    names = sorted({name for variants in found.variants.values() for name in variants})
    pair = chosen_pair(names, control, treated, where=table.file)
    return _groups(found, pair, until), table.notes


def _take(found: _Users, row: Row) -> None:
    user, variant, metric = row.required("user"), row.required("variant"), row.text("metric")
    found.variants.setdefault(user, set()).add(variant)
    value = row.number("value")
    if value is not None and abs(value) > MOST_VALUE:
        raise row.error("value", row.text("value"), f"a number of at most {MOST_VALUE:g}")
    if value is not None and not metric:
        raise row.error("metric", "", f"the name of what {value:g} is", "Fill the cell or empty the value.")
    if metric:
        values = found.values.setdefault(metric, {})
        values[user] = values.get(user, 0.0) + (value or 0.0)
    text = row.text("exposed_at")
    if not text:
        return
    moment = read_time(text)
    if moment is None:
        raise row.error("exposed_at", text, "a date or time such as 2026-11-03T10:15:00Z, or nothing")
    if moment > datetime.fromisoformat(now()):
        found.future += 1
    else:
        found.exposed[user] = min(moment, found.exposed.get(user, moment))


def chosen_pair(names: Sequence[str], control: str | None, treated: str | None, *, where: str) -> tuple[str, str]:
    """Return the variants to compare. Raises InputError unless it is clear which two are meant."""
    for option, name in (("control", control), ("treated", treated)):
        if name is not None and name not in names:
            raise InputError(f"{option}: found '{name}', expected one of {', '.join(names) or 'no variant'}.")
    first = control or next((n for n in names if n.lower() in CONTROL and n != treated), None)
    if first is None and len(names) == 2:
        first = next(n for n in names if n != treated)
    others = [treated] if treated else [n for n in names if n != first]
    if first is None or len(others) != 1 or others[0] == first:
        found = ", ".join(names) if names else "none"
        if len(names) < 2:
            raise InputError(
                f"{where}, variant: found {found}, expected two variants, because two groups are compared."
            )
        raise InputError(
            f"{where}, variant: found {found}; two are compared. Choose them.",
            command_hint="Name them with --control and --treated.",
        )
    return first, others[0]


def _groups(found: _Users, pair: tuple[str, str], until: datetime | None) -> Groups:
    among = {user: variants & set(pair) for user, variants in found.variants.items() if variants & set(pair)}
    crossed = {user for user, variants in among.items() if len(variants) > 1}
    variant = {user: next(iter(variants)) for user, variants in among.items() if user not in crossed}
    times = [moment for user, moment in found.exposed.items() if user in variant]
    last = max([until] if until else times, default=None)
    return Groups(
        control=pair[0],
        treated=pair[1],
        users={name: sum(v == name for v in variant.values()) for name in pair},
        exposed={name: sum(v == name and user in found.exposed for user, v in variant.items()) for name in pair},
        sums={
            metric: {name: _sums(x for user, x in values.items() if variant.get(user) == name) for name in pair}
            for metric, values in sorted(found.values.items())
        },
        crossed=len(crossed),
        days=max(0.0, (last - min(times)).total_seconds() / DAY) if times and last else None,
        warnings=_warnings(len(crossed), found.future),
    )


def _sums(values: Iterable[float]) -> Sums:
    found = list(values)
    total = math.fsum(found)
    mean = total / len(found) if found else 0.0
    return Sums(total, math.fsum((x - mean) ** 2 for x in found), len(found))


def _warnings(crossed: int, future: int) -> list[str]:
    found = []
    if crossed:
        found.append(f"{counted(crossed, 'user')} in both groups: they count in neither.")
    if future:
        found.append(f"{counted(future, 'exposure')} dated in the future: these times do not count.")
    return found


def groups_of_log(
    log: LogPaths, *, control: str | None = None, treated: str | None = None, threads: int = THREADS
) -> Groups:
    """Return the groups of the log's own variants: what its users did, and the ``outcomes`` of its rows.

    Only people who used the product are in a log. Users of a group without the product need a table of outcomes.
    Raises InputError when the log does not have two variants.
    """
    found = per_user(log, everything(threads=threads))
    pair = chosen_pair(sorted(found.users), control, treated, where="the log")
    whole = Groups(
        control=pair[0], treated=pair[1], users={n: found.users[n] for n in pair}, exposed={},
        sums=_of_pair(found.sums, pair), crossed=found.crossed, days=_days(found.first, found.last),
        warnings=_warnings(found.crossed, 0),
    )  # fmt: skip
    return replace(whole, exposed=whole.users)


def _of_pair(
    sums: Mapping[str, Mapping[str, tuple[float, float, int]]], pair: tuple[str, str]
) -> dict[str, dict[str, Sums]]:
    return {metric: {name: Sums(*by[name]) for name in pair if name in by} for metric, by in sums.items()}


def _days(first: str | None, last: str | None) -> float | None:
    if first is None or last is None:
        return None
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() / DAY
