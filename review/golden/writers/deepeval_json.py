"""DeepEval goldens: a JSON list for ``EvaluationDataset.add_goldens_from_json_file``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.deepeval import golden
from review.golden.writers.writer import Writer


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one golden per example."""
    target.write_bytes(orjson.dumps([golden(e) for e in examples], option=orjson.OPT_INDENT_2))
    return [target]


WRITER = Writer(about="goldens for DeepEval, as one JSON list", write=write, suffix=".deepeval.json")
