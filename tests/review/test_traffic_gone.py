"""Traffic gone: data that has not arrived yet is no silence, a live collector's silence is, and late data explains."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
from golden_store import new_store
from watched_log import START, at, write_log

from review.log.arrivals import Arrival
from review.monitoring.alerts.checking import Checked, check
from review.monitoring.alerts.found import Ring
from review.monitoring.alerts.gathering import Traffic
from review.monitoring.alerts.states import raised
from review.monitoring.alerts.stopped import filled, stretches
from review.settings.project import project_of
from storage.store import Store

DAYS = 40
HOUR = timedelta(hours=1)


def until(hours: int, **sources: np.ndarray) -> dict[str, np.ndarray]:
    """Each source up to its last row, then nothing until so many hours after START."""
    return {name: np.pad(n, (0, hours - len(n))) for name, n in sources.items()}


def files(name: str, nights: int, *, minute: int, parts: int = 1) -> list[Arrival]:
    """Whole days that arrive soon after midnight, in so many files a minute apart each."""
    return [
        Arrival(
            at=(START + timedelta(days=DAYS - k, minutes=20 + minute + part)).isoformat(),
            latest=(START + timedelta(days=DAYS - k, seconds=-1)).isoformat(),
            source=name,
        )
        for k in reversed(range(nights))
        for part in range(parts)
    ]


def flushes(name: str, hours: int) -> list[Arrival]:
    """A collector that writes what came within each hour."""
    ends = [START + k * HOUR for k in range(1, hours + 1)]
    return [Arrival(at=(e + timedelta(minutes=1)).isoformat(), latest=e.isoformat(), source=name) for e in ends]


def last(sources: dict[str, np.ndarray], arrivals: list[Arrival]) -> Ring | None:
    return stretches(traffic(sources, arrivals))[-1][1]


def traffic(sources: dict[str, np.ndarray], arrivals: list[Arrival]) -> Traffic:
    hours = np.sum(list(sources.values()), axis=0)
    return Traffic(first=START, hours=hours, arrivals=sorted(arrivals), sources=sources)


def test_whole_days_of_several_files_are_no_silence_until_the_next_ones_are_due() -> None:
    day = np.full(DAYS * 24, 10.0)
    for nights, parts in ((1, 1), (2, 1), (5, 30)):
        came = [one for k, name in enumerate(("app", "web")) for one in files(name, nights, minute=k, parts=parts)]
        for after in (3, 24):
            assert last(until(DAYS * 24 + after, app=day, web=day), came) is None, (nights, parts, after)
        ring = last(until(DAYS * 24 + 34, app=day, web=day), came)
        assert ring is not None and set(ring.sources) == {"app", "web"} and ring.late == 24, (nights, parts)


def test_the_silence_of_a_collector_rings_beside_files_of_whole_days_and_only_its_own_data_explains_it() -> None:
    silent = DAYS * 24 + 10
    live, day = np.full(silent, 10.0), np.full(DAYS * 24, 10.0)
    came = [*flushes("live", silent), *files("files", 12, minute=0)]
    ring = last(until(silent + 5, live=live, files=day), came)
    assert ring is not None and ring.sources == ("live",) and ring.late <= 1
    assert ring.bound < 10 * 5 + 1, "the files' own conversations are not missed yet"
    whole = np.full(DAYS * 24 + 24, 10.0)
    for sources, explained in (
        (until(len(whole), live=live, files=whole), False),
        (until(len(whole), live=whole, files=day), True),
    ):
        assert filled(traffic(sources, came), since=ring.since, at=ring.at, sources=ring.sources) is explained


def looked(store: Store, day: float) -> Checked:
    with at(day):
        return check(store, project_of(store.path), None, by="lea")


def test_data_that_comes_late_closes_the_alert_and_a_later_silence_rings(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    write_log(store.path, DAYS, seed=5, at_once=DAYS - 3)
    (alert,) = looked(store, DAYS + 1.9).opened
    assert alert.name == "traffic_gone" and "data of production is known up to" in alert.found["words"][1]
    assert "it came Sat 12 September 02:00 UTC, and more usually follows within 26 hours" in alert.found["words"][1]
    write_log(store.path, 2, seed=6, first=DAYS)
    later = looked(store, DAYS + 2.1)
    assert [one.id for one in later.explained] == [alert.id] and not later.opened
    (closed,) = raised(store)
    assert closed.state == "closed" and "later" in closed.events[-1].reason
    assert [one.name for one in looked(store, DAYS + 3.9).opened] == ["traffic_gone"]
    assert not looked(store, DAYS + 4.0).explained, "nothing came"
