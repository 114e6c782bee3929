"""Which examples a property test tries: all of them, always the same, where CI is set; else a part, always new."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

EVERY = os.environ.get("CI", "").lower() not in ("", "0", "false")
PART = 4
"""A run on somebody's machine tries one example of so many."""


def examples(count: int, **options: Any) -> settings:
    """Return settings for ``count`` examples, or for a quarter of them (at least five) where CI is not set."""
    return settings(max_examples=count if EVERY else max(5, count // PART), **options)


def load_profile() -> None:
    """Make ``examples(60)`` what tests get that say nothing, without a limit of time for each example.

    CI tries the same examples each time, so that a change is never held up by an example that it did not touch. Runs
    elsewhere try new ones.
    """
    # How long an example takes says more about the machine than about the code.
    settings.register_profile(
        "spotcheck", deadline=None, derandomize=EVERY, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("spotcheck")
    settings.register_profile("spotcheck", examples(60))
    settings.load_profile("spotcheck")
