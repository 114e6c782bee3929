"""A Phoenix data set: the body of ``POST /v1/datasets/upload?sync=true`` with parallel lists.

Source: Arize-ai/phoenix, src/phoenix/server/api/routers/v1/datasets.py (upload_dataset).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from review.golden.rows import Exported, ReleaseInfo, picked
from review.golden.writers.writer import KEPT, Writer, expected_of, turns_of


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write the whole release as one body."""
    body = {
        "action": "create",
        "name": f"{info.name}-{info.content_hash[:12]}",
        "description": f"Golden examples of Spotcheck, release {info.name}, SHA-256 {info.content_hash}",
        "inputs": [{"question": e.content["question"], "messages": turns_of(e.content)} for e in examples],
        "outputs": [expected_of(e.content) for e in examples],
        "metadata": [
            {**picked(e.content, KEPT), "context": e.content["context"], "answer": e.content["answer"], **e.carried}
            for e in examples
        ],
        "splits": [e.content["split"] for e in examples],
    }
    target.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    return [target]


WRITER = Writer(about="a data set to upload to Phoenix", write=write, suffix=".phoenix.json")
