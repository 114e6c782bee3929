"""The ``[[alerts]]`` tables: which figures of production are watched, and when somebody is told.

The names of figures are checked where the figures are known, in :mod:`review.monitoring.alerts.declared`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import InputError

CONDITIONS = ("rises", "falls", "above", "below", "gone")
MOST_HOURS, MOST_N = 8_760, 1_000_000_000
"""The longest time until an alert is escalated, a year; the largest least count of a window."""
WINDOWS = ("day", "hour", "week")
DEFAULT_WINDOW = "day"
SETTINGS = (
    *("name", "title", "metric", "condition", "limit", "quantile"),
    *("window", "least_n", "slice", "owner", "escalate_hours", "on"),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LIMITED = ("above", "below")


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One figure that is watched.

    It rings when ``metric`` ``rises`` over its baseline or ``falls`` under it, stays ``above`` or ``below`` the
    ``limit``, or when traffic is ``gone``. While the baseline of a rate has too few events to say when it rises, its
    ``limit`` counts, if it has one. ``quantile`` is that of a metric such as latency. A ``window`` with fewer than
    ``least_n`` conversations is not looked at. ``slice`` narrows it to values of columns of the log. ``owner`` is told
    first; all leads are told when nobody has acknowledged after ``escalate_hours``.
    """

    name: str
    metric: str
    condition: str
    title: str = ""
    limit: float | None = None
    quantile: float | None = None
    window: str = DEFAULT_WINDOW
    least_n: int = 1
    slice: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    escalate_hours: float = 24.0
    on: bool = True


DEFAULTS = (
    Alert(
        name="slow_answers", title="Slow answers", metric="latency_ms", condition="above", quantile=0.95, limit=5_000,
    ),
    Alert(name="errors", title="Errors", metric="error_rate", condition="rises", limit=0.05),
    Alert(name="cost_per_day", title="Cost per day", metric="cost", condition="rises"),
    Alert(name="repairs", title="Repairs", metric="repair_needed", condition="rises", limit=0.1),
    Alert(name="judge_drift", title="Judge drift", metric="judge_drift", condition="rises", window="week"),
    Alert(
        name="personal_data", title="Personal data in answers", metric="check_personal_data", condition="rises",
        limit=0.01,
    ),
    Alert(name="traffic_gone", title="Traffic gone", metric="traffic", condition="gone", window="hour"),
)  # fmt: skip
"""The alerts that every project has; a table of the same name changes the settings that it gives."""


def alert_settings(path: Path, found: Any) -> tuple[Alert, ...]:
    """Return the alerts of the file ``path``: the defaults, as changed, and the project's own.

    Raises InputError that names the table by its name, or by its place while it has none.
    """
    tables = setting.listed(f"{path}, alerts", found)
    known = {one.name: one for one in DEFAULTS}
    seen: set[str] = set()
    for place, given in enumerate(tables, start=1):
        row = setting.table(f"{path}, alerts {place}", given, header="[[alerts]]")
        name = _name(f"{path}, alerts {place}, name", row.get("name"))
        if name in seen:
            raise InputError(f"{path}, alerts {place}: found a second alert called {name!r}, expected one name each.")
        seen.add(name)
        known[name] = _alert(f"{path}, alerts, {name}", row, known.get(name))
    return tuple(known.values())


def _name(where: str, found: object) -> str:
    if not isinstance(found, str) or not _NAME.fullmatch(found):
        raise setting.wrong(where, found, "a name of small letters, digits, _ and -, such as slow_answers")
    return found


def _alert(where: str, row: Mapping[str, Any], default: Alert | None) -> Alert:
    setting.known_keys(where, row, SETTINGS)
    metric = setting.text(f"{where}, metric", row.get("metric", default and default.metric), of="a metric")
    if default is not None and metric != default.metric:
        default = None  # its limits are those of another figure
    found = Alert(
        name=str(row["name"]),
        metric=metric,
        condition=setting.one_of(
            f"{where}, condition", row.get("condition", default and default.condition), CONDITIONS
        ),
        **_rest(where, row, default or Alert(name="", metric="", condition="")),
    )
    return _sound(where, found, given=row)


def _rest(where: str, row: Mapping[str, Any], usual: Alert) -> dict[str, Any]:
    """Return the settings that may be left out."""
    limit, quantile = row.get("limit", usual.limit), row.get("quantile", usual.quantile)
    pairs = setting.table(f"{where}, slice", row.get("slice", usual.slice), header="such as { model = 'gpt-5' }")
    return {
        "title": setting.text(f"{where}, title", row.get("title", usual.title)),
        "limit": None if limit is None else setting.number(f"{where}, limit", limit, above=0),
        "quantile": None if quantile is None else setting.number(f"{where}, quantile", quantile, least=0.5, most=0.999),
        "window": setting.one_of(f"{where}, window", row.get("window", usual.window), WINDOWS),
        "least_n": setting.whole_number(f"{where}, least_n", row.get("least_n", usual.least_n), least=1, most=MOST_N),
        "slice": {name: setting.text(f"{where}, slice.{name}", value) for name, value in pairs.items()},
        "owner": setting.text(f"{where}, owner", row.get("owner", usual.owner), of="the name of a person"),
        "escalate_hours": setting.number(
            f"{where}, escalate_hours",
            row.get("escalate_hours", usual.escalate_hours),
            above=0,
            most=MOST_HOURS,
            unit="hours",
        ),
        "on": setting.flag(f"{where}, on", row.get("on", usual.on)),
    }


def _sound(where: str, found: Alert, *, given: Mapping[str, Any]) -> Alert:
    """Return the alert if its condition and its limit go together."""
    if found.condition in _LIMITED and found.limit is None:
        raise setting.wrong(f"{where}, limit", given.get("limit"), f"a number for the condition {found.condition!r}")
    if found.condition in ("falls", "gone") and "limit" in given:
        raise InputError(
            f"{where}, limit: found {given['limit']!r}, expected none: {found.condition!r} compares with the baseline. "
            "Set the condition to above or below."
        )
    if found.condition in ("falls", "gone"):
        return replace(found, limit=None, quantile=None)
    return found
