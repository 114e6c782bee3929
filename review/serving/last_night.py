"""How the last night went, in a file beside the store.

A night must be able to say that the store could not be written or signed, so this is no row of the store. It proves
nothing: what the night did is in the store, in its own rows and entries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics.whole_files import replacing
from review.notify.log import FAILED, SENT
from review.statistics.answers.next_steps import FailedStep
from storage.queries.notices import latest_notices
from storage.records_weeks import Week
from storage.store import Store


@dataclass(frozen=True)
class Night:
    """When a night ran (ISO 8601, UTC), and each step by name with its ``status`` and ``detail``."""

    at: str
    steps: Mapping[str, Mapping[str, Any]]


def note_night(store: Path, night: Night) -> None:
    """Keep a night instead of the one before. Raises InputError when the file cannot be written."""
    with replacing(_file(store)) as temporary:
        temporary.write_text(json.dumps({"at": night.at, "steps": dict(night.steps)}), encoding="utf-8")


def last_night(store: Path) -> Night | None:
    """Return the last night; None before the first, and for a file that cannot be read."""
    try:
        found = json.loads(_file(store).read_text(encoding="utf-8"))
        steps = {
            str(name): {"status": str(s["status"]), "detail": str(s["detail"])} for name, s in found["steps"].items()
        }
        return Night(str(found["at"]), steps)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def failed_steps(store: Store) -> list[FailedStep]:
    """Return the steps that failed in the last night and still need somebody.

    A week that did not open needs nobody once somebody has opened one since; messages need nobody once all that failed
    were sent.
    """
    night = last_night(store.path)
    if night is None:
        return []
    opened_since = any(week.opened_at > night.at for week in store.find(Week))
    solved = {"week"} if opened_since else set()
    notices = latest_notices(store)
    if any(n.state == SENT and n.at > night.at for n in notices) and all(n.state != FAILED for n in notices):
        solved.add("reminders")
    failed = [(name, step["detail"]) for name, step in night.steps.items() if step["status"] == "failed"]
    return [FailedStep(name, detail) for name, detail in failed if name not in solved]


def opened_last_night(store: Store, week: str) -> str:
    """Return what the last night drew and dealt when it opened this week, in words; "" if it did not open it."""
    night = last_night(store.path)
    step = night.steps.get("week") if night is not None else None
    if step is None or step["status"] != "done":
        return ""
    begin = f"{week} is open: "
    return next((one.removeprefix(begin) for one in step["detail"].split("; ") if one.startswith(begin)), "")


def _file(store: Path) -> Path:
    return store.with_name(f"{store.name}.night.json")
