"""Messages about alerts: each goes to each person once, and one that failed is tried again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from review.notify import log
from review.notify.due import TEAM, Key
from review.notify.log import ESCALATED, WORSE
from review.notify.reminders import addresses_of
from review.notify.sending import tried
from review.notify.words import Text
from review.people.people import Person, people, require
from review.settings.notify import NotifySettings
from review.settings.project import Project
from storage.store import Store

AGAIN = "The sending of this message was cut off before anybody knew that it had arrived, so you may have it already."


class News(NamedTuple):
    """What is to be said about an alert, to its ``owner`` ("" for none); ``kind`` is alert, escalated or worse."""

    alert: str
    kind: str
    owner: str
    text: Text


class Told(NamedTuple):
    """Who got which message, and who did not and why. Each is written as "recipient (alert)"."""

    sent: tuple[str, ...]
    failed: tuple[str, ...]


def recipients(settings: NotifySettings, everybody: Sequence[Person], news: News) -> dict[str, str]:
    """Return who gets a message, with the variable of their address: the owner, else the team, else the leads.

    An alert that was escalated or became worse goes to all of these.
    """
    own = addresses_of(settings, everybody)
    leads = {p.id: own[p.id] for p in everybody if p.may("lead") and p.id in own}
    owner = {news.owner: own[news.owner]} if news.owner in own else {}
    team = {TEAM: settings.team} if settings.team else {}
    return {**owner, **team, **leads} if news.kind in (ESCALATED, WORSE) else owner or team or leads


def tell(
    store: Store, project: Project, news: Iterable[News], *, by: str, environment: Mapping[str, str] = os.environ
) -> Told:
    """Send what nobody was sent yet. One that fails does not stop the others; without [notify] nobody is told.

    A message whose sending was cut off is sent again and says so: an alert that nobody hears of is worse than two
    messages. Raises Refused without the role lead.
    """
    require(store, by, "lead")
    sent, failed = [], []
    everybody = people(store)
    for one in news:
        for recipient, variable in recipients(project.notify, everybody, one).items():
            key, text = Key(one.alert, one.kind, recipient), one.text
            if not log.begin(store, key, text.title, by=by):
                if not log.begin_again(store, key, text.title, by=by):
                    continue
                text = Text(text.title, f"{AGAIN}\n\n{text.body}")
            failure = tried(variable, text, environment)
            log.end(store, key, one.text.title, by=by, error=failure)
            to = "the team" if recipient == TEAM else recipient
            if failure:
                failed.append(f"{to} ({one.alert}): {failure}")
            else:
                sent.append(f"{to} ({one.alert})")
    return Told(tuple(sent), tuple(failed))
