"""What was received and is not in the log yet: how much, since when and why, for those who look at production.

The process that fills the log notes it beside the spool, and others read the note, which costs them nothing. It holds
counts alone, and why a source is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.times import utc_text
from review.basics.whole_files import replacing
from review.basics.words import counted
from review.sources.collecting.frames import bytes_in, spool_files, spool_of

NOTE = "waiting.json"
EVERY = 5.0
"""Seconds between two notes."""
STALE = 300.0
"""Seconds after which a note is so old that no process fills the log any more: one import may take minutes."""


@dataclass(frozen=True, kw_only=True)
class WaitingNow:
    """What waits, as one process saw it ``at`` some seconds since 1970.

    ``since`` is when the first of the traces began to arrive. ``growing`` are traces whose spans came a moment ago,
    ``rootless`` those whose root has not come, ``refused`` says for each source why its traces do not come in.
    """

    at: float
    traces: int = 0
    spans: int = 0
    since: float | None = None
    growing: int = 0
    rootless: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the note. A full disk costs the note alone."""
        try:
            with replacing(folder / NOTE) as part:
                part.touch(mode=0o600)
                part.write_bytes(orjson.dumps(asdict(self)))
        except InputError:
            return

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``spotcheck health --json`` prints, with times as text."""
        return {**asdict(self), "at": _time(self.at), "since": None if self.since is None else _time(self.since)}


def noted(store: str | Path) -> WaitingNow | None:
    """Return what waits for a store by the last note; None without a spool, and where nothing was noted."""
    path = spool_of(store) / NOTE
    try:
        found = orjson.loads(path.read_bytes())
        return WaitingNow(**found)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError):  # written by another version
        return None


def waiting_words(store: str | Path) -> list[str]:
    """Return sentences on what waits for a store; none where no collector has run, and where nothing waits."""
    folder = spool_of(store)
    if not folder.is_dir():
        return []
    found = noted(store)
    if found is None or datetime.fromisoformat(now()).timestamp() - found.at > STALE:
        return _unattended(folder, found)
    if not found.traces:
        return []
    words = [
        f"{counted(found.spans, 'span')} of {counted(found.traces, 'trace')} arrived and "
        f"{'is' if found.spans == 1 else 'are'} not in the log yet, the first at {_minute(found.since or found.at)}."
    ]
    if found.growing:
        words.append(f"{counted(found.growing, 'trace')} may still get spans and will come in soon.")
    if found.rootless:
        words.append(
            f"{counted(found.rootless, 'trace')} without a root span so far: without one, a trace comes in ten "
            "minutes after its last span."
        )
    words += [
        f"Traces of '{source}' stay in the spool and are tried again: {why}" for source, why in found.refused.items()
    ]
    return words


def _unattended(folder: Path, found: WaitingNow | None) -> list[str]:
    """Say what waits while no process fills the log."""
    if not spool_files(folder):
        return []
    when = (
        "No collector fills the log" if found is None else f"No collector has filled the log since {_minute(found.at)}"
    )
    return [
        f"{when}, and {bytes_in(folder) / 1e6:,.1f} MB of requests wait in its spool. Start the collector; without it, "
        "the nightly steps bring in the traces that are whole."
    ]


def _time(moment: float) -> str:
    return utc_text(datetime.fromtimestamp(moment, UTC))


def _minute(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
