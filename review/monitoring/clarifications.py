"""What became of conversations in which the product asked back, as shares with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from review.basics.log_paths import LogPaths
from review.log.clarified import after_asking_back
from review.monitoring.health import Asked, gathered
from review.monitoring.measuring import share
from review.settings.project import Project
from review.statistics.quantity import Quantity


def outcomes_after(log: LogPaths, project: Project, asked: Asked) -> Mapping[str, Quantity]:
    """Return the share of each outcome among those whose outcome is known; undefined where nobody was asked back."""
    windows, _, spans = gathered(log, project, replace(asked, by="all", slices=()))
    counts = after_asking_back(log, windows) if spans else {}
    total = sum(counts.values())
    return {name: share(n, total, "nobody was asked back") for name, n in counts.items()}
