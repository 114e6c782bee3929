"""The ``[[sources]]`` of spotcheck.toml: systems that Spotcheck reads by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import InputError, UnknownError

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
KEYS = ("public_key", "secret_key", "api_key", "token")
"""Settings that name a variable of the environment. The key itself does not belong in the file."""


@dataclass(frozen=True, kw_only=True)
class PulledSource:
    """One source: its ``name`` (also the source of its conversations), its ``kind``, and the settings of this kind.

    ``where`` is its place in the settings, for messages.
    """

    name: str
    kind: str
    options: Mapping[str, str]
    where: str


def pulled_sources(path: Path, found: object) -> tuple[PulledSource, ...]:
    """Read the sources of the file ``path``. Raises InputError that names the wrong setting."""
    sources = tuple(
        _source(f"{path}, sources[{number}]", one)
        for number, one in enumerate(setting.listed(f"{path}, sources", found), start=1)
    )
    names = [one.name for one in sources]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path}, sources: found the name '{twice}' twice, expected one name for each source.")
    return sources


def named_source(sources: tuple[PulledSource, ...], name: str) -> PulledSource:
    """Return the source of this name. Raises UnknownError that lists those there are."""
    found = next((one for one in sources if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in sources) or "none"
        raise UnknownError(f"no source '{name}' in spotcheck.toml (there are: {known}).")
    return found


def _source(where: str, found: object) -> PulledSource:
    given: dict[str, Any] = dict(setting.table(where, found, header="[[sources]]"))
    name = setting.text(f"{where}.name", given.pop("name", ""), of="a name such as 'shop'")
    if not re.fullmatch(r"\w[\w.-]{0,63}", name):
        raise setting.wrong(f"{where}.name", name, "up to 64 letters, digits, '.', '_' or '-'")
    kind = setting.text(f"{where}.kind", given.pop("kind", ""))
    options = {key: setting.text(f"{where}.{key}", value) for key, value in given.items()}
    for key in KEYS:
        if key in options and not VARIABLE.fullmatch(options[key]):
            # The value may be the key itself, so it is not repeated.
            raise InputError(
                f"{where}.{key}: found a text that is no name of a variable, expected one such as LANGFUSE_SECRET_KEY. "
                "Keys do not belong in this file."
            )
    return PulledSource(name=name, kind=kind, options=options, where=where)
