"""What a server tells Prometheus: what it has done since it started, and how the store stands now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from review.basics.clock import now
from review.basics.errors import ReviewError
from review.basics.exposition import Counted, Level, Timed, exposition
from review.basics.measured import level_of
from review.monitoring.alerts.states import raised
from review.serving.last_night import last_night
from review.sources.collecting.frames import bytes_in, spool_of
from storage.connection import StorageError
from storage.leases import held_here, held_in_database
from storage.postgres_connecting import connections_in_use
from storage.store import Store

DONE: tuple[Counted | Timed, ...] = (
    Counted("requests", "Requests by kind of address and status.", ("kind", "status")),
    Counted("submissions", "Submissions of reviewers by outcome.", ("outcome",)),
    Timed("submit_seconds", "Time to write what one browser sent.", ()),
    Timed("page_seconds", "Time of one run of a page.", ("page",)),
)
"""What this process has done."""


def figures(store: Store | None) -> bytes:
    """Return the figures as text; those of the store are left out, and ``store_up`` is 0, while it does not answer.

    Raises NothingToDo where prometheus_client is not installed.
    """
    used, waiting = connections_in_use()
    levels = [
        Level("pool_connections_in_use", "Connections to the database that work now.", used),
        Level("pool_waiting", "Statements that wait for a connection.", waiting),
        Level("read_ahead_left", "Weeks that are still read ahead since the start.", level_of("read_ahead_left")),
        Level("leases_held_here", "Things that this process alone does now.", held_here()),
    ]
    try:
        levels += [] if store is None else list(_of_store(store))
        up = store is not None
    except (ReviewError, StorageError):
        up = False
    return exposition([*DONE, *levels, Level("store_up", "Whether the store answers.", int(up))])


def _of_store(store: Store) -> Iterator[Level]:
    spool = spool_of(store.path)
    open_now = sum(one.state == "open" for one in raised(store))
    night = last_night(store.path)
    yield Level("alerts_open", "Alerts that nobody has acknowledged or closed.", open_now)
    age = None if night is None else (_moment(now()) - _moment(night.at)).total_seconds()
    yield Level("nightly_age_seconds", "Time since the last nightly steps ended.", age)
    yield Level("spool_bytes", "Bytes of spans that are not in the log yet.", bytes_in(spool) if spool.is_dir() else 0)
    yield Level("leases_held", "Things that one process of any server does now.", held_in_database(store.path))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
