"""The options of ``spotcheck run`` that name a target: one for each kind, from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from review.basics.errors import InputError
from review.basics.words import capital
from review.commands.numbers import read_number
from review.experiments.targets.catalogue import TARGETS
from review.settings.project import Project

F = TypeVar("F", bound=Callable[..., Any])


def target_options(function: F) -> F:
    """Add ``--exec CMD``, ``--http URL`` and the others, and ``--target NAME`` for one of spotcheck.toml."""
    help_ = "A target of spotcheck.toml, under [targets.NAME]."
    function = click.option("--target", "preset", metavar="NAME", help=help_)(function)
    function = click.option(
        "--set", "settings", multiple=True, metavar="OPTION=VALUE",
        help="An option of the target, such as key_env=SHOP_KEY, receive.answer=output.text or price_in=2.5.",
    )(function)  # fmt: skip
    for name, target in reversed(TARGETS.items()):
        words = f"{capital(target.about)}."
        function = click.option(f"--{name}", f"target_{name}", metavar=target.metavar, help=words)(function)
    return function


def target_in(given: Mapping[str, Any], project: Project) -> tuple[str, dict[str, Any]]:
    """Return the kind and the options of the one target that was named. Raises InputError for none or several."""
    named = [(name, given[f"target_{name}"]) for name in TARGETS if given.get(f"target_{name}") is not None]
    preset = given.get("preset")
    if len(named) + (preset is not None) != 1:
        known = ", ".join(f"--{name}" for name in TARGETS)
        raise InputError(f"expected one target, of {known} and --target.")
    if preset is None:
        kind, value = named[0]
        options = {TARGETS[kind].main: value}
    elif preset in project.targets:
        found = project.targets[preset]
        kind, options = found.kind, dict(found.options)
    else:
        listed = ", ".join(project.targets) or "none yet"
        raise InputError(f"--target: found {preset!r}, expected one of spotcheck.toml ({listed}).")
    return kind, _with_settings(options, given.get("settings") or ())


def _with_settings(options: dict[str, Any], settings: tuple[str, ...]) -> dict[str, Any]:
    for text in settings:
        name, found, value = text.partition("=")
        if not found or not name:
            raise InputError(f"--set: found {text!r}, expected OPTION=VALUE.")
        outer, _, inner = name.partition(".")
        if inner:
            options[outer] = {**options.get(outer, {}), inner: value}
        else:
            options[name] = _value(value)
    return options


def _value(text: str) -> str | float:
    found = read_number(text)
    return text if found is None else found
