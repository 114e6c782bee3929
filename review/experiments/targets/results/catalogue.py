"""All kinds of result files in one dict, and the one that fits a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.experiments.targets.results.rows import ResultFormat, ResultRow

RESULTS = loaded(
    ResultFormat,
    {
        "spotcheck": "review.experiments.targets.results.own:RESULTS",
        "promptfoo": "review.experiments.targets.results.promptfoo:RESULTS",
        "deepeval": "review.experiments.targets.results.deepeval:RESULTS",
        "junit": "review.experiments.targets.results.junit:RESULTS",
        "pytest-json": "review.experiments.targets.results.pytest_json:RESULTS",
        "table": "review.experiments.targets.results.table:RESULTS",
    },
)
"""Every kind of result file. A new one is a file with a ``ResultFormat`` and a line here; the first that fits reads."""
HEAD = 65_536


def read_results_of(path: Path) -> Iterator[ResultRow]:
    """Yield the rows of a result file. Raises InputError when it cannot be read."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError(f"{path}: found a pipe or a device, expected a file of answers. Write the answers to a file.")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}). Check the path.") from None
    return next(format_ for format_ in RESULTS.values() if format_.fits(path, head)).read(path)
