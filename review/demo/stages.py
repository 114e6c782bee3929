"""Declare and read data/failures.toml: what is served in each week, and what the curator finds about its failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.demo.data_files import record, tables


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is served from ``back`` weeks before the open week on, until the next stage.

    ``serves`` and ``others`` are versions of the data agent, for most users and for the rest. With ``dates`` they write
    dates in the wrong format; ``cause`` is why, and ``fixed_by`` the version that will fix it. ``claims`` is the note
    with which ``serves`` claims to have fixed it, "" for no claim. ``incident`` is the share of the assistant's
    conversations that fail while the incident of the week lasts, 0 without one.
    """

    back: int
    serves: str
    others: str
    dates: bool
    cause: str = ""
    fixed_by: str = ""
    claims: str = ""
    incident: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FollowedMode:
    """The failure mode that the demonstration follows; ``group`` is its kind of error."""

    name: str
    group: str
    description: str


@dataclass(frozen=True, kw_only=True)
class FailuresFile:
    """All of data/failures.toml. ``causes`` are root causes by kind of failure."""

    mode: FollowedMode
    causes: Mapping[str, str]
    unknown_cause: str
    no_candidate: str
    stage: tuple[Stage, ...]


FAILURES = record(FailuresFile, tables("failures"), "failures.toml")


def stage_of(back: int) -> Stage:
    """Return what is served ``back`` weeks before the open week; before the first stage, what that one serves."""
    begun = [stage for stage in FAILURES.stage if stage.back >= back]
    return begun[-1] if begun else FAILURES.stage[0]
