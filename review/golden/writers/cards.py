"""The judge card of a release as a JSON file beside the export."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from review.golden.rows import ReleaseInfo


def release_of(info: ReleaseInfo) -> dict[str, Any]:
    """Return what an export says about its release as plain data, with the judge cards."""
    found = {f.name: getattr(info, f.name) for f in fields(info)}
    return {**found, "judges": [card.to_json() for card in info.judges]}


def write_cards(info: ReleaseInfo, target: Path) -> Path:
    """Write the release's name, version and hash with its judge cards."""
    card = {
        "release": info.name,
        "release_version": info.version,
        "content_hash": info.content_hash,
        "judges": [one.to_json() for one in info.judges],
    }
    target.write_bytes(orjson.dumps(card, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return target
