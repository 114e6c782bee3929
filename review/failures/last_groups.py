"""The groups that were proposed last to a person for some weeks, kept by this server: a page that is reloaded has them.

They are gone when the server starts anew or a person was erased. What has a mode since, and what the person may not
see any more, is left out each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from review.basics.clock import now
from review.basics.log_paths import log_of
from review.basics.remembered import Remembered
from review.current.known import Known
from review.failures.analysis import Proposed, rows_without_mode
from review.failures.modes import mode_list
from review.failures.rules import failure_rules
from review.log.log import log_state
from review.settings.project import Project
from storage.queries.erasing import erasures_so_far
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class LastGroups:
    """Proposed groups, ``how`` they were compared and when; ``others`` failures without a mode are in none of them."""

    groups: Sequence[Proposed]
    how: str
    at: str
    others: int = 0


def keep_groups(store: Store, weeks: Sequence[str], groups: Sequence[Proposed], *, viewer: str, how: str) -> None:
    """Keep what was proposed to a person for some weeks, in place of what was proposed before."""
    _LAST.put(_key(store, weeks, viewer), LastGroups(groups=tuple(groups), how=how, at=now()))


def replace_group(store: Store, weeks: Sequence[str], key: str, parts: Sequence[Proposed], *, viewer: str) -> None:
    """Put its parts in the place of the group that has the failure ``key``."""
    place = _key(store, weeks, viewer)
    last = _LAST.known(place)
    if last is not None:
        groups = [new for one in last.groups for new in (parts if key in one.alike.ids else [one])]
        _LAST.put(place, replace(last, groups=tuple(groups)))


def last_groups(store: Store, project: Project, weeks: Sequence[str], *, viewer: str) -> LastGroups | None:
    """Return the groups that were proposed last to a person for some weeks, without what has a mode now."""
    last = _LAST.known(_key(store, weeks, viewer))
    if last is None:
        return None
    waiting = _waiting(store, project, weeks, viewer)
    left = [one.only([i for i in one.alike.ids if i in waiting]) for one in last.groups]
    groups = tuple(one for one in left if one is not None)
    return replace(last, groups=groups, others=len(waiting) - sum(len(one.alike.ids) for one in groups))


def _waiting(store: Store, project: Project, weeks: Sequence[str], viewer: str) -> frozenset[str]:
    rules = failure_rules(store, project, viewer=viewer, weeks=weeks)
    key = tuple(weeks), rules.key, mode_list(store).version
    make = partial(_ids_without_mode, store, project, weeks, viewer)
    return _WAITING.get(store, key, partial(log_state, log_of(store.path), weeks=weeks), make)


def _ids_without_mode(store: Store, project: Project, weeks: Sequence[str], by: str) -> frozenset[str]:
    return frozenset(row.id for row in rows_without_mode(store, project, weeks, by=by))


def _key(store: Store, weeks: Sequence[str], viewer: str) -> tuple[object, ...]:
    return str(store.path), erasures_so_far(store), tuple(weeks), viewer


_LAST: Remembered[LastGroups] = Remembered(32)
_WAITING: Known[frozenset[str]] = Known(16)
