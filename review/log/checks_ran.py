"""Which checks ran on each import: an import runs the same ones on all of its conversations."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from review.basics.log_paths import LogPaths
from review.basics.remembered import Remembered
from review.log.checks_of_rows import checks_by_import, checks_of_import
from review.log.log import log_files
from review.log.mixed import is_mixed

MOST = 10_000
_RAN: Remembered[frozenset[str]] = Remembered(MOST)
_MIXED: Remembered[dict[str, frozenset[str]]] = Remembered(MOST)
"""Of the files that hold rows of several imports."""


def checks_ran(log: LogPaths) -> dict[str, frozenset[str]]:
    """Return the names of the checks that ran by the id of the import, from one conversation of each."""
    found: dict[str, frozenset[str]] = {}
    own: dict[str, list[Path]] = {}
    for path in log_files(log):
        if is_mixed(path):
            held = _MIXED.get(str(path), partial(checks_by_import, [path]))
            found |= {name: checks | found.get(name, frozenset()) for name, checks in held.items()}
        else:
            own.setdefault(path.parent.name, []).append(path)
    return found | {name: _RAN.get(str(some[0]), partial(checks_of_import, some)) for name, some in sorted(own.items())}
