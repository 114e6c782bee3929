"""The processor seconds of each part of a benchmark that runs all of them on one machine."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
NAMED = {"nginx": "nginx", "chrom": "browser", "headless": "browser", "node": "browser", "postgres": "database"}
"""By how the name of a process begins: the part that it belongs to."""


def seconds_by_part(roots: Mapping[int, str], ended: str) -> dict[str, float]:
    """Return processor seconds by part, of the processes in ``roots`` and all that descend from them.

    A process is of the part that its name says, else of its root's, the nearest one. Children of this process that
    ended and were waited for are of the part ``ended``.
    """
    parents: dict[int, int] = {}
    found = defaultdict[str, float](float)
    spent: dict[int, tuple[str, float]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = place.read_text().rpartition(")")
        except OSError:  # it ended meanwhile
            continue
        pid, fields = int(place.parent.name), after.split()
        own, children = (sum(map(int, some)) / TICKS for some in (fields[11:13], fields[13:15]))
        if pid == os.getpid():
            found[ended], children = children, 0.0
        parents[pid], spent[pid] = int(fields[1]), (before.partition("(")[2], own + children)
    for pid, (name, seconds) in spent.items():
        root = next((one for one in _upwards(pid, parents) if one in roots), None)
        if root is not None:
            found[next((part for start, part in NAMED.items() if name.startswith(start)), roots[root])] += seconds
    return found


def _upwards(pid: int, parents: Mapping[int, int]) -> Iterable[int]:
    while pid:
        yield pid
        pid = parents.get(pid, 0)


def shares(before: dict[str, float], after: dict[str, float], seconds: float) -> str:
    """Say what each part took of the processor meanwhile, in percent of one core."""
    spent = {part: after[part] - before.get(part, 0.0) for part in after}
    parts = sorted(spent.items(), key=lambda one: -one[1])
    return ", ".join(f"{part} {100 * used / seconds:.0f}%" for part, used in parts)
