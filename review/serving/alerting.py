"""Alerts checked, escalated and told: what joins the log, the judges and the messages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from review.basics.clock import shifted
from review.basics.errors import NothingToDo, Refused
from review.basics.words import counted
from review.monitoring.alerts.checking import Checked, check, watch
from review.monitoring.alerts.deciding import escalate_overdue
from review.monitoring.alerts.found import Watched
from review.monitoring.alerts.states import Raised, raised
from review.notify.alerting import News, Told, tell
from review.notify.log import ALERT, ESCALATED, WORSE
from review.notify.words import Text
from review.people.people import require
from review.serving.judge_drift import drift_series
from review.settings.access import public_url
from review.settings.project import Project
from storage.records_alerts import AlertEvent
from storage.store import Store


@dataclass(frozen=True)
class Looked:
    """One look at all alerts: what was found, which were escalated, and who was told."""

    checked: Checked
    escalated: tuple[Raised, ...]
    told: Told


def look(store: Store, project: Project, *, by: str, environment: Mapping[str, str] = os.environ) -> Looked:
    """Check every alert, raise what rings, escalate what nobody acknowledged, and tell people, each of it once.

    Raises Refused without the role lead, InputError for a wrong alert.
    """
    require(store, by, "lead")
    checked = check(store, project, drift_series(store), by=by)
    escalated = escalate_overdue(store, project, by=by)
    url = public_url(project.access, environment)
    story = raised(store)
    news = [_news(one, url) for one in story if one.state == "open"]
    news += [_worse(one, event, url) for one in story if one.state != "closed" for event in one.worse]
    return Looked(checked, tuple(escalated), tell(store, project, news, by=by, environment=environment))


def look_only(store: Store, project: Project, *, until: str = "") -> tuple[list[Watched], list[str]]:
    """Return the state of every alert and notes on the log. Writes nothing and tells nobody.

    With ``until`` (a UTC text) it is that of an earlier moment, as the conversations up to then tell it now.
    """
    judged = drift_series(store)
    if not until:
        return watch(store, project, judged)
    with shifted(datetime.fromisoformat(until) - datetime.now(UTC)):
        return watch(store, project, judged, replay=True)


def look_in_words(store: Store, project: Project, *, by: str) -> str:
    """Check every alert and return it in words, for the night. Raises Refused when a message failed."""
    done = look(store, project, by=by)
    said = [f"{counted(len(done.checked.opened), 'alert')} raised"]
    said[0] += f": {', '.join(one.id for one in done.checked.opened)}" if done.checked.opened else ""
    if done.checked.explained:
        said.append(f"closed, because late data filled the gap: {', '.join(one.id for one in done.checked.explained)}")
    if done.checked.worsened:
        said.append(f"clearly worse: {', '.join(one.id for one in done.checked.worsened)}")
    still = [one.id for one in raised(store) if one.state != "closed" and one not in done.checked.opened]
    if still:
        said.append(f"not closed yet: {', '.join(still)}")
    if done.escalated:
        said.append(
            f"nobody acknowledged {', '.join(one.id for one in done.escalated)} in time, so all leads hear of it"
        )
    unknown = [one.name for one in done.checked.watched if one.state in ("undefined", "missing", "no data")]
    if unknown:
        said.append(f"nothing known yet: {', '.join(unknown)}")
    if done.told.sent:
        said.append(f"told: {', '.join(done.told.sent)}")
    said += [note.rstrip(".") for note in done.checked.notes]
    words = "; ".join(said)
    if done.told.failed:
        raise Refused(f"Not told, and tried again: {' '.join(done.told.failed)} {words}.")
    if all(one.state in ("off", "no data") for one in done.checked.watched) and not still:
        raise NothingToDo("the log holds no conversation that an alert could look at.")
    return words


def _worse(one: Raised, event: AlertEvent, url: str) -> News:
    """Return the message that an alert has become worse: it goes to all leads, also of one that is acknowledged."""
    title, words = str(one.found.get("title", one.name)), [str(w) for w in event.detail["words"]]
    body = "\n".join([f"{title}: {words[0]}.", *(f"- {w}" for w in words[1:])])
    last = f"\n\nIt is {one.state}. See the Health page: {url}/health?view=alerts" if url else ""
    return News(f"{one.id}, worse {event.detail['at']}", WORSE, one.owner, Text(f"Worse: {title}", f"{body}{last}"))


def _news(one: Raised, url: str) -> News:
    title, words = str(one.found.get("title", one.name)), [str(w) for w in one.found.get("words", [])]
    body = "\n".join([f"{title}: {words[0] if words else ''}.", *(f"- {w}" for w in words[1:])])
    last = f"\n\nAcknowledge it on the Health page: {url}/health?view=alerts" if url else ""
    kind = ESCALATED if one.escalated else ALERT
    first = "Nobody has acknowledged this alert. " if one.escalated else ""
    return News(one.id, kind, one.owner, Text(f"Alert: {title}", f"{first}{body}{last}"))
