"""The ``[publish]`` table: the warehouses that results go to every night, by their address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("clickhouse", "postgres", "duckdb", "parquet")


def publish_settings(path: Path, table: Mapping[str, Any]) -> dict[str, str]:
    """Return the address of each warehouse of the [publish] table. A file or folder is beside spotcheck.toml."""
    found = {name: setting.text(f"{path}, publish.{name}", value, of="an address") for name, value in table.items()}
    local = ("duckdb", "parquet")
    return {name: str(path.parent / text) if name in local else text for name, text in found.items()}
