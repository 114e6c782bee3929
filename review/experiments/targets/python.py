"""A Python function, as ``package.module:function``: it takes the question as a dict and returns the answer.

It runs in processes of its own, so that one that never ends can be ended. It returns a text, or a dict with the fields
of the protocol.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from review.basics.errors import InputError
from review.experiments.targets.exec import Processes
from review.experiments.targets.target import Setup, Target

_PLACE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def started(setup: Setup) -> Processes:
    """Return the processes that call the function. Raises InputError for another form of its name."""
    place = str(setup.options["function"])
    if not _PLACE.fullmatch(place):
        raise InputError(f"function: found {place[:120]!r}, expected a form such as agent:answer or shop.agent:answer.")
    here = str(Path(__file__).resolve().parents[3])
    paths = [str(setup.options["folder"] or Path.cwd()), here, os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, **setup.environment, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    words = (sys.executable, "-m", "review.experiments.targets.python_worker", place)
    return Processes(words, environment, setup.timeout)


TARGET = Target(
    title="Python function",
    about="a Python function; takes the question as a dict, returns the answer as a text or a dict",
    metavar="MODULE:FUNCTION",
    main="function",
    open=started,
    options={"folder": ""},
    identity=("function", "folder"),
)
