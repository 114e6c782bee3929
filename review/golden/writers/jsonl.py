"""JSON Lines: one object per example with everything that was frozen, its provenance, and the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.writer import Writer


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one line per example."""
    return [write_lines(({**e.content, **e.carried, "judge_verdicts": e.verdicts} for e in examples), target)]


def write_lines(objects: Iterable[Any], target: Path) -> Path:
    """Write objects as lines of JSON."""
    with target.open("wb") as file:
        file.writelines(orjson.dumps(o, option=orjson.OPT_APPEND_NEWLINE) for o in objects)
    return target


WRITER = Writer(about="JSON Lines, one example a line with its votes and verdicts", write=write, suffix=".jsonl")
