"""What the log says about alerts: events and trials by window, for all traffic and for each slice of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Key = tuple[str, ...]
ALL: Key = ("", "")
"""The key of all traffic; others are a column of the log and one of its values, or two columns with their values."""


def is_pair(key: Key) -> bool:
    """Return whether a key is a pair: a column and its value, and another column and its value."""
    return len(key) > len(ALL)


@dataclass(frozen=True, kw_only=True)
class Series:
    """Events and trials of one alert, shape (keys, windows); the first key is all traffic unless ``parts_only``.

    ``starts`` names the windows, which follow each other without gaps. ``parts_only``: each key is watched by itself,
    and there is no total.
    """

    starts: tuple[str, ...]
    keys: tuple[Key, ...]
    events: Floats
    trials: Floats
    parts_only: bool = False

    def since(self, place: int) -> Series:
        """Return the series from a window on."""
        return Series(
            starts=self.starts[place:], keys=self.keys, events=self.events[:, place:], trials=self.trials[:, place:],
            parts_only=self.parts_only,
        )  # fmt: skip


def window_names(first: datetime, last: datetime, window: str) -> tuple[str, ...]:
    """Return the windows from that of ``first`` to the last one that ended before ``last`` (times of the project)."""
    if window == "hour":
        begin = first.replace(minute=0, second=0, microsecond=0)
        hours = int((last - begin) // timedelta(hours=1))
        return tuple((begin + timedelta(hours=k)).strftime("%Y-%m-%dT%H") for k in range(hours))
    day, step = first.date(), 1
    end = last.date()
    if window == "week":
        day, step = day - timedelta(days=day.weekday()), 7
        end -= timedelta(days=end.weekday())
    return tuple((day + timedelta(days=k)).isoformat() for k in range(0, max((end - day).days, 0), step))


def series_of(rows: Mapping[Key, Sequence[Mapping[str, Any]]], name: str, starts: Sequence[str], window: str) -> Series:
    """Return the series of one alert from rows by key, each with ``window`` and the aggregates of the alert."""
    place = {start: k for k, start in enumerate(starts)}
    keys = tuple(sorted(rows, key=lambda key: key != ALL))
    events, trials = np.zeros((len(keys), len(starts))), np.zeros((len(keys), len(starts)))
    for k, key in enumerate(keys):
        for row in rows[key]:
            at = place.get(_start(str(row["window"]), window))
            if at is not None:
                events[k, at] += float(row[f"{name}_x"])
                trials[k, at] += float(row[f"{name}_n"])
    kept = [k for k, key in enumerate(keys) if key == ALL or trials[k].any()]
    return Series(starts=tuple(starts), keys=tuple(keys[k] for k in kept), events=events[kept], trials=trials[kept])


def _start(name: str, window: str) -> str:
    """Return the window of a day or an hour of the log."""
    if window != "week":
        return name
    day = date.fromisoformat(name)
    return (day - timedelta(days=day.weekday())).isoformat()
