"""What runs every night, step by step; one that fails does not stop the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from review.audit.heads import note_head
from review.audit.verifying import check_store, in_words
from review.basics.errors import NothingToDo, Refused, ReviewError
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.rejects import expire_rejects
from review.settings.project import Project, project_of
from storage.connection import StorageError
from storage.store import Store

Step = Callable[[Store, Project], str]
"""Does one thing and returns it in words. Raises NothingToDo to be skipped; any other error is a failure."""


def note_the_head(store: Store, project: Project) -> str:
    """Write the head of the audit chain to the file of [audit], one line a day."""
    if project.heads is None:
        raise NothingToDo("spotcheck.toml names no file for heads; set heads in [audit].")
    return note_head(store, project.heads)


def check_the_records(store: Store, project: Project) -> str:
    """Check the audit chain and every row that it covers."""
    check = check_store(store)
    words = "; ".join(in_words(check))
    if not check.holds or check.unproven:
        raise Refused(words)
    return words


def expire_the_rejects(store: Store, project: Project) -> str:
    """Remove the files of rejected records that are older than the days in [privacy]."""
    days = project.privacy.rejects_days
    if not days:
        raise NothingToDo("spotcheck.toml keeps the files of rejected records for ever.")
    return f"{counted(expire_rejects(log_of(store.path), days), 'file')} of rejected records removed, after {days} days"


NIGHTLY: dict[str, Step] = {
    "heads": note_the_head,
    "verify": check_the_records,
    "rejects": expire_the_rejects,
}
"""Every step by name, in order. A new one is a function and a line here."""


@dataclass(frozen=True)
class Outcome:
    """How a step went, and what it said."""

    name: str
    status: Literal["done", "skipped", "failed"]
    seconds: float
    detail: str


def run_nightly(store: Store, *, steps: dict[str, Step] | None = None) -> list[Outcome]:
    """Run every step and return how each went. Raises InputError when spotcheck.toml cannot be read."""
    project = project_of(store.path)
    return [_run(name, step, store, project) for name, step in (NIGHTLY if steps is None else steps).items()]


def _run(name: str, step: Step, store: Store, project: Project) -> Outcome:
    begun = time.monotonic()
    status: Literal["done", "skipped", "failed"] = "done"
    try:
        detail = step(store, project)
    except NothingToDo as nothing:
        status, detail = "skipped", str(nothing)
    except (ReviewError, StorageError) as error:
        status, detail = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - it is reported, and the steps after it still have to run
        status, detail = "failed", f"{type(error).__name__}: {error}"
    return Outcome(name, status, round(time.monotonic() - begun, 3), detail)
