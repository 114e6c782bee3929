"""The alerts of a project with the figures they watch, checked once, and how each figure is counted in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from review.basics.errors import InputError
from review.basics.sql_literals import sql_literal
from review.basics.words import spoken
from review.monitoring.latency_bins import bin_of
from review.monitoring.metrics import SLICES, Metric, metrics_for
from review.settings.alerts import Alert
from review.settings.project import Project

JUDGE_DRIFT = "judge_drift"
"""The figure that the log does not hold: how often judges differ from people, by week."""
How = Literal["rate", "total", "gone", "judges"]
FALLING = ("falls", "below")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One alert with its figure. ``metric`` is None for the drift of judges. ``how`` says which method watches it."""

    alert: Alert
    metric: Metric | None
    how: How

    @property
    def title(self) -> str:
        """The name of the alert as people read it, with the currency of a cost."""
        currency = f", {self.metric.unit}" if self.metric and self.metric.kind == "sum" and self.metric.unit else ""
        return f"{self.alert.title or spoken(self.alert.name).capitalize()}{currency}"

    @property
    def falling(self) -> bool:
        """Whether it waits for a fall. Then events are what the figure does not count: 1 - rate is the figure."""
        return self.alert.condition in FALLING

    @property
    def fixed(self) -> float | None:
        """The share of events that somebody set as the limit, None where the baseline decides."""
        a = self.alert
        if self.how != "rate" or a.condition not in ("above", "below"):
            return None
        if a.quantile is not None:
            return 1 - a.quantile
        return a.limit if a.condition == "above" or a.limit is None else 1 - a.limit


class Counted(NamedTuple):
    """The aggregates of one alert: its events and its trials, as DuckDB computes them.

    ``told`` counts the rows that tell the figure at all: where it is 0, neither says anything. All three add up.
    """

    events: str
    trials: str
    told: str = "1"

    @property
    def alone(self) -> str:
        """The events and the trials as two columns, 0 where no row tells the figure."""
        if self.told == "1":
            return f"{self.events}, {self.trials}"
        return ", ".join(f"CASE WHEN {self.told} > 0 THEN {count} ELSE 0 END" for count in self[:2])


_CONDITIONS = {
    "share": ("rises", "falls", "above", "below"),
    "quantile": ("above",),
    "sum": ("rises", "above"),
    "count": ("rises", "above", "gone"),
}


def declared(project: Project) -> list[Declared]:
    """Return the alerts of a project. Raises InputError that names the alert and what is wrong with it."""
    metrics = metrics_for(project.confidence, project.judges.currency)
    return [_declared(f"{project.path}, alerts, {one.name}", one, metrics) for one in project.alerts]


def _declared(where: str, one: Alert, metrics: Mapping[str, Metric]) -> Declared:
    unknown = [name for name in one.slice if name not in SLICES]
    if unknown:
        raise InputError(f"{where}, slice: found {unknown[0]!r}, expected one of {', '.join(SLICES)}.")
    if one.metric == JUDGE_DRIFT:
        if one.condition != "rises" or one.window != "week" or one.slice:
            raise InputError(
                f"{where}: found metric 'judge_drift' with condition {one.condition!r} and window {one.window!r}, "
                "expected condition 'rises', window 'week' and no slice: judges are compared with people once a week."
            )
        return Declared(alert=one, metric=None, how="judges")
    metric = metrics.get(one.metric)
    if metric is None:
        raise InputError(
            f"{where}, metric: found {one.metric!r}, expected one of {', '.join([*metrics, JUDGE_DRIFT])}."
        )
    able = _CONDITIONS[metric.kind]
    if one.condition not in able:
        raise InputError(
            f"{where}, condition: found {one.condition!r}, expected one of {', '.join(able)} for the metric "
            f"{one.metric!r}, which is a {metric.kind}."
        )
    if metric.kind == "quantile" and one.quantile is None:
        raise InputError(f"{where}, quantile: found nothing, expected a number such as 0.95 for {one.metric!r}.")
    if metric.kind == "share" and one.limit is not None and one.limit >= 1:
        raise InputError(f"{where}, limit: found {one.limit:g}, expected a share under 1, such as 0.05 for 5%.")
    how: How = "rate" if metric.kind in ("share", "quantile") else "gone" if one.condition == "gone" else "total"
    if how == "total" and one.window == "hour":
        raise InputError(f"{where}, window: found 'hour', expected day or week: totals are compared by weekday.")
    return Declared(alert=one, metric=metric, how=how)


def counted_in_log(one: Declared, ran: Mapping[str, frozenset[str]]) -> Counted:
    """Return how the log counts an alert. ``ran`` are the checks that ran on each import; others say nothing of it."""
    metric, a = one.metric, one.alert
    assert metric is not None, a.name
    among = "".join(f" AND {name} = {sql_literal(value)}" for name, value in a.slice.items())
    if metric.kind == "quantile":
        known = f"{metric.value} IS NOT NULL{among}"
        # By its bin, which is what stays of it once its conversation has expired.
        return Counted(f"count(*) FILTER ({bin_of(metric.value)} > {a.limit!r}{among})", f"count(*) FILTER ({known})")
    if metric.kind == "sum":
        known = f"{metric.value} IS NOT NULL{among}"
        return Counted(f"coalesce(sum({metric.value}) FILTER ({known}), 0)", f"count(*) FILTER ({known})")
    base = f"({metric.denominator}){among}"
    if metric.check:
        imports = ", ".join(sql_literal(i) for i, checks in ran.items() if metric.check in checks)
        base += f" AND import_id IN ({imports})" if imports else " AND false"
    hit = f"coalesce({metric.numerator}, false)"
    hit = f"NOT {hit}" if one.falling else hit
    told = f"count(*) FILTER ({metric.told}{among})" if metric.told else "1"
    return Counted(f"count(*) FILTER ({base} AND {hit})", f"count(*) FILTER ({base})", told)
