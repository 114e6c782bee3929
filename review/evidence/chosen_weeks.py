"""Which weeks somebody means. Commands ask this first, so nothing here waits for the statistics."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.errors import NothingToDo, UnknownError
from review.current.rubric_in_use import used_version, weeks_under
from storage.queries.weeks import weeks_in_use
from storage.store import Store

DEFAULT_WEEKS = 4


def weeks_between(store: Store, wanted: str | None) -> tuple[str, ...]:
    """Return weeks in order: ``2026-W44..2026-W47``, ``2026-W47``, several by comma, or None for the last four.

    The last four stop where the rubric changed, because labels under different versions are mixed only on request.
    Short forms such as ``W44..W47`` mean weeks of the latest year. Raises UnknownError for a week that is not in the
    store.
    """
    weeks = {w.name: w for w in weeks_in_use(store)}
    names = list(weeks)
    if not names:
        raise NothingToDo("no week is open in this store yet.", command_hint="`spotcheck sample` opens one.")
    if wanted is None:
        recent = [weeks[n] for n in names[-DEFAULT_WEEKS:]]
        return tuple(weeks_under(store, recent, used_version(store, recent[-1])))
    if ".." in wanted:
        first, last = (_full_name(part, names) for part in wanted.split("..", 1))
        chosen = tuple(n for n in names if first <= n <= last)
    else:
        chosen = tuple(sorted({_full_name(part, names) for part in wanted.split(",")}))
    unknown = [n for n in chosen if n not in names] if chosen else [wanted]
    if unknown:
        raise UnknownError(f"week '{unknown[0]}' is not in the store; it has {', '.join(names)}.")
    return chosen


def weeks_up_to(store: Store, week: str) -> tuple[str, ...]:
    """Return the last four weeks that end with ``week``, without those counted under another rubric version."""
    recent = [w for w in weeks_in_use(store) if w.name <= week][-DEFAULT_WEEKS:]
    return tuple(weeks_under(store, recent, used_version(store, recent[-1]))) if recent else ()


def _full_name(text: str, names: Sequence[str]) -> str:
    text = text.strip()
    return f"{names[-1][:5]}{text}" if text.startswith("W") else text
