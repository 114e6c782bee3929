"""All kinds of targets in one dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics import setting
from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.experiments.targets.target import Target

TARGETS = loaded(
    Target,
    {
        "exec": "review.experiments.targets.exec:TARGET",
        "http": "review.experiments.targets.http:TARGET",
        "openai": "review.experiments.targets.openai:TARGET",
        "python": "review.experiments.targets.python:TARGET",
        "file": "review.experiments.targets.file:TARGET",
    },
)
"""Every kind of target by the name of its option. A new one is a file with a ``Target`` and a line here."""


def target_named(kind: str) -> Target:
    """Return a kind of target. Raises InputError that lists them."""
    if kind not in TARGETS:
        raise InputError(f"target: found the kind {kind!r}, expected one of {', '.join(TARGETS)}.")
    return TARGETS[kind]


def checked_options(kind: str, given: Mapping[str, Any], *, where: str = "target") -> dict[str, Any]:
    """Return all options of a target, each of the type of its default. Raises InputError that names the option."""
    target = target_named(kind)
    known = {target.main: "", **target.options}
    setting.known_keys(where, given, tuple(known))
    found = {**known, **given}
    setting.text(f"{where}, {target.main}", found[target.main], of=target.metavar)
    if not found[target.main].strip():
        raise InputError(f"{where}, {target.main}: found nothing, expected {target.metavar}.")
    for name, default in target.options.items():
        place = f"{where}, {name}"
        if isinstance(default, bool):
            setting.flag(place, found[name])
        elif isinstance(default, str):
            setting.text(place, found[name])
        elif isinstance(default, Mapping):
            found[name] = setting.text_table(place, found[name])
        elif found[name] is not None:
            setting.number(place, found[name], least=0)
    return found
