"""What became of conversations in which the product asked back, as shares with intervals.

Once conversations of the period have expired it is not known any more: how one went on stands in the next one of its
session, and failed ones are kept longer than the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from review.basics.log_paths import LogPaths
from review.log.clarified import after_asking_back
from review.log.expired_counts import expired_span
from review.monitoring.health import Asked, gathered
from review.monitoring.measuring import share
from review.settings.project import Project
from review.statistics.quantity import Quantity

EXPIRED = "conversations of this period have expired, so what happened next is not known; choose a later start"


def outcomes_after(log: LogPaths, project: Project, asked: Asked) -> Mapping[str, Quantity]:
    """Return the share of each outcome among those whose outcome is known.

    Undefined where nobody was asked back, and where conversations of the period expired.
    """
    windows, _, spans = gathered(log, project, replace(asked, by="all", slices=()))
    counts = after_asking_back(log, windows) if spans else {}
    total = sum(counts.values())
    if spans and expired_span(log, windows, inside=True)[0] is not None:
        return {name: Quantity.missing(EXPIRED, n=total) for name in counts}
    return {name: share(n, total, "nobody was asked back") for name, n in counts.items()}
