"""The ``[publish]`` table: the warehouses that results go to every night, by their address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.basics import setting


def publish_settings(path: Path, table: Mapping[str, Any]) -> dict[str, str]:
    """Return the addresses of the [publish] table by the names of warehouses, which publishing checks."""
    return {name: setting.text(f"{path}, publish.{name}", value, of="an address") for name, value in table.items()}
