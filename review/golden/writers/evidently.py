"""Evidently: a Parquet file, and in ``definition.json`` the arguments of its DataDefinition.

The settled label of a dimension is the target, and the latest verdict of a judge on it the prediction. Source:
evidentlyai/evidently, src/evidently/core/datasets.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from review.golden.rows import Exported, ReleaseInfo, dimensions_of, labels_flat, picked
from review.golden.writers.parquet import write_rows
from review.golden.writers.writer import Writer

ID = "example_id"
SPOKEN, CONTEXT = ("question", "answer", "expected_answer"), "context_text"
TEXTS = (*SPOKEN, CONTEXT)
GROUPS = ("kind", "scenario", "split", "source", "expected_behaviour")
DEFINITION = "definition.json"


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write the folder ``target``."""
    dimensions = dimensions_of(examples)
    judged = sorted(
        {(v["judge"], v["dimension"]) for e in examples for v in e.verdicts if v["dimension"] in dimensions}
    )
    rows = [_row(e, dimensions, judged) for e in examples]
    values = [*GROUPS, *(f"label_{d}" for d in dimensions), *(_verdict(*pair) for pair in judged)]
    columns = [*TEXTS, *values, *(examples[0].carried if examples else ())]
    data, definition = target / "data.parquet", target / DEFINITION
    write_rows(rows, [ID, *columns], info, data)
    classes = [
        {"name": _verdict(judge, d), "target": f"label_{d}", "prediction_labels": _verdict(judge, d)}
        for judge, d in judged
    ]
    described = {
        "id_column": ID,
        "text_columns": list(TEXTS),
        "categorical_columns": values,
        "numerical_columns": [],
        "classification": classes,
    }
    definition.write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2))
    return [data, definition]


def _verdict(judge: str, dimension: str) -> str:
    return f"verdict_{judge}_{dimension}"


def _row(e: Exported, dimensions: Sequence[str], judged: Sequence[tuple[str, str]]) -> dict[str, Any]:
    content = e.content
    said = {_verdict(v["judge"], v["dimension"]): v["value"] for v in e.verdicts}
    return {
        **picked(content, (ID, *SPOKEN, *GROUPS)),
        CONTEXT: "\n\n".join(content["context"]),
        **labels_flat(content["labels"], dimensions),
        **{_verdict(*pair): said.get(_verdict(*pair)) for pair in judged},
        **e.carried,
    }


WRITER = Writer(
    about="Parquet with its data definition, for Evidently", write=write, suffix="-evidently", marker=DEFINITION
)
