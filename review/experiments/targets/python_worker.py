"""The process that calls a Python function for each line: ``python -m review.experiments.targets.python_worker``.

What the function prints goes to standard error, so that only answers are on standard output.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any


def main(place: str) -> None:
    """Answer every line of standard input with the function at ``place``."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    module, _, name = place.partition(":")
    function: Callable[[dict[str, Any]], Any] = getattr(importlib.import_module(module), name)
    for line in sys.stdin:
        answers.write(json.dumps(answered(function, json.loads(line)), default=str) + "\n")
        answers.flush()


def answered(function: Callable[[dict[str, Any]], Any], question: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of the function; what it raises is its error. An id that it names itself must be the case's."""
    try:
        found = function(question)
    except Exception as error:  # noqa: BLE001 - whatever the product raises is its error on this case
        found = {"error": f"{type(error).__name__}: {error}"}
    given = found if isinstance(found, dict) else {"answer": found}
    return {"id": question["id"], **given}


if __name__ == "__main__":
    main(sys.argv[1])
