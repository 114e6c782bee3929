"""Reading the ``[privacy]`` table of spotcheck.toml; its settings stand in ``privacy.py``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import InputError
from review.privacy.presidio import LIBRARIES
from review.settings.privacy import Privacy

SETTINGS = (
    "originals",
    "patterns",
    "phone_region",
    "countries",
    "library",
    "names",
    "addresses",
    "ids",
    "rejects_days",
)
ORIGINALS = ("apart", "encrypted", "none")


def privacy_settings(path: Path, table: Mapping[str, Any]) -> Privacy:
    """Read the [privacy] table of the file ``path``. Raises InputError that names the setting."""
    return Privacy(
        originals=setting.one_of(f"{path}, privacy.originals", table.get("originals", "apart"), ORIGINALS),
        patterns=_patterns(f"{path}, privacy.patterns", table.get("patterns", {})),
        phone_region=setting.text(f"{path}, privacy.phone_region", table.get("phone_region", "US")),
        countries=setting.texts(
            f"{path}, privacy.countries", table.get("countries", []), of="countries such as ['US', 'DE']"
        ),
        library=setting.one_of(f"{path}, privacy.library", table.get("library", ""), LIBRARIES),
        names=setting.text(
            f"{path}, privacy.names", table.get("names", ""), of="the name of a spaCy model such as en_core_web_sm"
        ),
        addresses=setting.flag(f"{path}, privacy.addresses", table.get("addresses", False)),
        ids=setting.one_of(f"{path}, privacy.ids", table.get("ids", "hash"), ("hash", "keep")),
        rejects_days=setting.whole_number(f"{path}, privacy.rejects_days", table.get("rejects_days", 90), least=0),
    )


def _patterns(where: str, found: object) -> dict[str, str]:
    patterns = setting.table(where, found, header="[privacy.patterns]")
    for name, pattern in patterns.items():
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise InputError(f"{where}: found the name {name!r}, expected capitals such as CUSTOMER.")
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise InputError(f"{where}.{name}: {pattern!r} is not a valid regular expression ({error}).") from None
    return patterns
