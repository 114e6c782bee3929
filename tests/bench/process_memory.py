"""The memory of a process and of all that it started, as Linux tells it."""

from collections.abc import Iterator
from pathlib import Path


def family(pid: int) -> Iterator[int]:
    """A process and all that it started, those of them that still run."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def megabytes(pid: int) -> float:
    """The memory of a process and of those that it started, 0 when it has ended."""
    try:
        statuses = [Path(f"/proc/{one}/status").read_text() for one in family(pid)]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (
        sum(int(line.split()[1]) for text in statuses for line in text.splitlines() if line.startswith("VmRSS")) / 1024
    )
