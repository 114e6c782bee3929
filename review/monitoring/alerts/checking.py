"""Check all alerts of a project against its log: gather, decide, raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from review.basics.clock import now
from review.basics.log_paths import log_of
from review.basics.times import utc_text
from review.basics.words import counted
from review.monitoring.alerts.deciding import open_alert, to_open
from review.monitoring.alerts.declared import Declared, declared
from review.monitoring.alerts.evaluating import NEVER, Past, evaluate, ringing, spans_of
from review.monitoring.alerts.following import close_filled, note_worse
from review.monitoring.alerts.found import Ring, Watched
from review.monitoring.alerts.gathering import Gathered, gather
from review.monitoring.alerts.pairs import with_pair
from review.monitoring.alerts.series import Series
from review.monitoring.alerts.states import Raised, pasts, raised
from review.people.people import people, require
from review.settings.project import Project
from storage.queries.alerts import switches
from storage.store import Store

PREVIEWED = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The state of every alert, those raised, explained or worse just now, and what a person must know of the log."""

    watched: Sequence[Watched]
    opened: Sequence[Raised]
    explained: Sequence[Raised]
    worsened: Sequence[Raised]
    notes: Sequence[str]


def watch(
    store: Store, project: Project, judged: Series | None, *, replay: bool = False
) -> tuple[list[Watched], list[str]]:
    """Return the state of every alert of the project, and notes on the log. Writes nothing.

    ``judged`` is how often each judge differs from people, by week; None without any. With ``replay`` the clock was
    set back, so later conversations are no news. Raises InputError for a wrong alert.
    """
    alerts, found = _gathered(store, project, judged)
    if replay:
        found = replace(found, apart=replace(found.apart, future=0))
    before = pasts(raised(store), project.time_zone)
    return _watched(store, alerts, found, before), [*_notes(found), *_strangers(store, alerts)]


def _gathered(store: Store, project: Project, judged: Series | None) -> tuple[list[Declared], Gathered]:
    alerts = declared(project)
    moment = datetime.fromisoformat(now())
    found = gather(log_of(store.path), alerts, time_zone=project.time_zone, now=moment)
    if judged is not None:
        drifting = {one.alert.name: judged for one in alerts if one.how == "judges"}
        found = replace(found, series={**found.series, **drifting})
    return alerts, found


def _watched(store: Store, alerts: Sequence[Declared], found: Gathered, before: Mapping[str, Past]) -> list[Watched]:
    switched = switches(store)
    return [
        evaluate(one, found, on=switched.get(one.alert.name, one.alert.on), past=before.get(one.alert.name, NEVER))
        for one in alerts
    ]


def check(store: Store, project: Project, judged: Series | None, *, by: str) -> Checked:
    """Raise an alert for everything that rings and is not open yet. A second check at once raises nothing twice.

    Raises Refused without the role lead, InputError for a wrong alert.
    """
    require(store, by, "lead")
    alerts, found = _gathered(store, project, judged)
    explained = [done for one in alerts for done in close_filled(store, one, found.traffic, by=by)]
    # What follows notes and opens alerts, and closes none: what is known of earlier ones stays.
    known, zone = raised(store), project.time_zone
    before = pasts(known, zone)
    watched, notes = _watched(store, alerts, found, before), [*_notes(found), *_strangers(store, alerts)]
    worsened, opened = [], []
    for one in watched:
        if one.state != "off":
            series, past = found.series.get(one.name), before.get(one.name, NEVER)
            worsened += note_worse(store, one.declared, series, past, time_zone=zone, by=by)
    for one in watched:
        ring = live_ring(one) if one.state == "ringing" else None
        if ring is None or not to_open(known, one.declared, ring):
            continue
        told = _explained(store, one, ring, found=found, past=before.get(one.name, NEVER), zone=zone)
        new = open_alert(store, one.declared, told, by=by)
        if new is not None:
            opened.append(new)
    return Checked(watched=watched, opened=opened, explained=explained, worsened=worsened, notes=notes)


def _explained(store: Store, one: Watched, ring: Ring, *, found: Gathered, past: Past, zone: str) -> Ring:
    """Return a ring with the pair of columns that explains it best, where one does."""
    series, alert = found.series.get(one.name), one.declared
    if series is None or alert.how != "rate":
        return ring
    spans = spans_of(alert, series, past, ring, zone)
    return with_pair(log_of(store.path), alert, ring, spans=spans, latest=utc_text(found.now))


def live_ring(one: Watched) -> Ring | None:
    """Return the ring for which an alert is raised now: the first one of the last weeks; for traffic the last one."""
    if one.declared.how == "gone":
        return one.rings[-1] if one.rings else None
    return ringing(list(one.rings), datetime.fromisoformat(now()).date())


def would_have_sent(one: Watched) -> list[Ring]:
    """Return the rings of the last 30 days: what the alert would have sent if it had been on."""
    begin = (datetime.fromisoformat(now()) - PREVIEWED).date().isoformat()
    return [ring for ring in one.rings if ring.at[:10] >= begin]


def _strangers(store: Store, alerts: Sequence[Declared]) -> list[str]:
    known = {text.casefold() for p in people(store) for text in (p.id, p.name)}
    return [
        f"Alert {one.alert.name}: its owner {one.alert.owner} is not in the store, so nobody owns it."
        for one in alerts
        if one.alert.owner and one.alert.owner.casefold() not in known
    ]


def _notes(found: Gathered) -> list[str]:
    notes = []
    if found.apart.future:
        n = counted(found.apart.future, "conversation")
        notes.append(f"{n} dated in the future: they are not looked at. Check the clock of the product.")
    if found.apart.undated:
        notes.append(f"{counted(found.apart.undated, 'conversation')} without a time: no alert sees them.")
    if found.apart.too_old:
        n = counted(found.apart.too_old, "conversation")
        notes.append(f"{n} dated before the year 2000: they are not looked at. Check the clock of the product.")
    return notes
