"""Running checks over a conversation: on import, and wherever somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from review.checks.catalogue import CHECKS, TOGETHER
from review.checks.protocol import Check, Finding, Options, Texts, pair
from review.checks.settings import CheckSettings


class Ready(NamedTuple):
    """A check with its whole options."""

    name: str
    check: Check
    options: Options


def ready(settings: CheckSettings, names: Sequence[str] | None = None) -> tuple[Ready, ...]:
    """The checks that are to run, each tried once, so that a model that is not there is said before anything begins.

    ``names`` None are those of the settings. Raises InputError for what cannot run here.
    """
    wanted = settings.run if names is None else tuple(names)
    found = tuple(Ready(name, CHECKS[name], settings.of(name)) for name in wanted)
    for one in found:
        one.check(pair("Where is it?", "On its way.", expected="It is on its way."), one.options)
    return found


def findings_of(texts: Texts, checks: Sequence[Ready]) -> dict[str, Finding]:
    """What each check finds, by its name."""
    return {name: check(texts, options) for name, check, options in checks}


def findings_of_many(many: Sequence[Texts], checks: Sequence[Ready]) -> list[dict[str, Finding]]:
    """The same for many conversations, in order; checks with a model read them together."""
    together = {c.name: TOGETHER[c.name](many, c.options) for c in checks if c.name in TOGETHER}
    return [
        {c.name: together[c.name][k] if c.name in together else c.check(texts, c.options) for c in checks}
        for k, texts in enumerate(many)
    ]


def flagged(findings: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The names of the checks that raise their hand, in the order they ran."""
    return tuple(name for name, found in findings.items() if found["flagged"])
