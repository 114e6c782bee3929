"""Whether an alert that is open has become clearly worse: its level at the opening is the baseline from then on.

The same detector watches it, so an alert that stays as it was is called worse in at most 5% of years.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from review.monitoring.alerts.basis import Basis
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.evaluating import Past, basis_since
from review.monitoring.alerts.found import Ring
from review.monitoring.alerts.series import Series
from review.monitoring.alerts.spans import after
from review.monitoring.alerts.watching import expected_totals, rings
from review.statistics.intervals import wilson
from review.statistics.watching.totals import UsualTotal

UPPER = 2.576
"""The upper limit of a total lies so many standard errors over what was found: 99.5%, one-sided, as of its baseline."""


def worse(one: Declared, series: Series, past: Past, *, since: str, at: str, told: str) -> Ring | None:
    """Return the first ring of a figure against its level from window ``since`` to the last one that people knew.

    They knew window ``at``, and those that had ended before ``told``, a day or an hour as windows are named. ``bound``
    of the ring is the upper limit of that level, or the bound of the alert where this is higher.
    """
    known = basis_since(one, series, past)
    if known.undefined or since not in series.starts or at not in series.starts:
        return None
    ended = [k for k, name in enumerate(series.starts) if after(name, one.alert.window) <= told]
    span = slice(series.starts.index(since), max([series.starts.index(at), *ended[-1:]]) + 1)
    raised = _of_totals(one, series, known, span) if one.how == "total" else _of_rates(series, known, span)
    # Against the level that is known already no limit counts any more.
    risen = replace(one, alert=replace(one.alert, condition="rises"))
    return next(iter(rings(risen, series, raised, start=span.stop)), None)


def _of_rates(series: Series, known: Basis, span: slice) -> Basis:
    x, n = series.events[:, span].sum(axis=1), series.trials[:, span].sum(axis=1)
    limits, rates = known.limits.copy(), known.rates.copy()
    for k in np.flatnonzero(n > 0):
        limits[k] = max(limits[k], wilson(x[k] / known.spreads[k], n[k] / known.spreads[k])[1])
        rates[k] = x[k] / n[k]
    return replace(known, limits=limits, rates=rates, new=known.new & (n == 0))


def _of_totals(one: Declared, series: Series, known: Basis, span: slice) -> Basis:
    assert isinstance(known.total, UsualTotal)
    usual = float(expected_totals(one, series, known)[span].sum())
    found = float(series.events[0, span].sum())
    over = (found + UPPER * math.sqrt(max(known.total.spread * found, 0.0))) / usual if usual > 0 else 1.0
    return replace(known, total=replace(known.total, limit=known.total.limit * max(over, 1.0)))
