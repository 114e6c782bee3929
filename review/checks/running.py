"""Run checks over conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from review.checks.catalogue import CHECKS
from review.checks.protocol import Check, Finding, Options, Texts, pair
from review.checks.settings import CheckSettings


class Ready(NamedTuple):
    """A check with all its options."""

    name: str
    check: Check
    options: Options


def ready(settings: CheckSettings, names: Sequence[str] | None = None) -> tuple[Ready, ...]:
    """Return the checks to run with their options; ``names`` None takes those of the settings.

    Tries each once, so that a missing model is reported before anything begins. Raises InputError for a check that
    cannot run here.
    """
    wanted = settings.run if names is None else tuple(names)
    checks = tuple(Ready(name, CHECKS[name], settings.of(name)) for name in wanted)
    for _, check, options in checks:
        check.find(pair("Where is it?", "On its way.", expected="It is on its way."), options)
    return checks


def findings_of(texts: Texts, checks: Sequence[Ready]) -> dict[str, Finding]:
    """Return the finding of each check by its name."""
    return {name: check.find(texts, options) for name, check, options in checks}


def findings_of_many(many: Sequence[Texts], checks: Sequence[Ready]) -> list[dict[str, Finding]]:
    """Return the findings of many conversations in order; checks that can read them together do so."""
    together = {name: check.find_many(many, options) for name, check, options in checks if check.find_many}
    return [
        {name: together[name][k] if name in together else check.find(texts, options) for name, check, options in checks}
        for k, texts in enumerate(many)
    ]


def flagged(findings: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of the checks that flag, in the order they ran."""
    return tuple(name for name, one in findings.items() if one["flagged"])
