"""Messages about weeks from the store: gather what is due, send it, and log it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.basics.errors import NothingToDo
from review.basics.weeks import today_in
from review.current.assignments import closing_of, with_due_dates
from review.current.progress import progress
from review.notify import log
from review.notify.due import TEAM, Left, Message, WeekState, due_messages
from review.notify.sending import tried, why
from review.notify.words import Text, words
from review.people.people import Person, people, require
from review.settings.access import public_url
from review.settings.notify import NotifySettings
from review.settings.project import Project
from storage.queries.weeks import weeks_in_use
from storage.store import Store

ReportOf = Callable[[str], str]
"""Returns the report of a week as Markdown."""


@dataclass(frozen=True)
class Planned:
    """A message that is due, in words, with the variable that holds its address, "" for nobody's.

    ``broken`` says why its report could not be made, so that it cannot be sent.
    """

    message: Message
    text: Text
    variable: str
    broken: str = ""


@dataclass(frozen=True)
class Sending:
    """How the messages of one run went.

    ``unreachable`` have no address. ``cut_off`` are earlier messages of which nobody knows whether they arrived.
    """

    sent: tuple[Planned, ...]
    failed: tuple[tuple[Planned, str], ...]
    unreachable: tuple[Planned, ...]
    cut_off: tuple[str, ...]


def planned(
    store: Store, project: Project, report_of: ReportOf, *, environment: Mapping[str, str] = os.environ
) -> list[Planned]:
    """Return what would be sent now, in words. Writes nothing.

    Raises NothingToDo when [notify] names nobody, InputError for settings that cannot be read.
    """
    settings = project.notify
    if not settings.people and not settings.team:
        raise NothingToDo("spotcheck.toml names nobody who gets messages; set people or team in [notify].")
    everybody = people(store)
    addresses = addresses_of(settings, everybody)
    today = today_in(project.time_zone)
    weeks = week_states(store, project)
    found = due_messages(
        weeks,
        today,
        kinds=settings.kinds,
        days_before=settings.days_before,
        over=log.over(store, [w.name for w in weeks]),
        to_all=[TEAM] if settings.team else [p.id for p in everybody if p.may("lead") and p.id in addresses],
    )
    names = {p.id: p.name for p in everybody}
    url = public_url(project.access, environment)
    out = []
    for m in found:
        report, broken = _report(m, report_of)
        name = "" if m.recipient in addresses else names.get(m.recipient, "")
        text = words(m, today, url=url, report=report, name=name)
        out.append(Planned(m, text, addresses.get(m.recipient, settings.team), broken))
    return out


def _report(message: Message, report_of: ReportOf) -> tuple[str, str]:
    """Return the report that a message holds, "" for none, and why it could not be made: the others still go out."""
    try:
        return (report_of(message.week.name) if message.kind == "closed" else ""), ""
    except Exception as error:  # noqa: BLE001 - one report that breaks must not keep the other messages back
        return "", f"the report of {message.week.name} cannot be made: {why(error)}"


def addresses_of(settings: NotifySettings, everybody: Sequence[Person]) -> dict[str, str]:
    """Return the variable with the address of each person who has one of their own, by id."""
    named = {name.casefold(): variable for name, variable in settings.people.items()}
    found = {p.id: named.get(p.id.casefold()) or named.get(p.name.casefold()) for p in everybody}
    return {person: variable for person, variable in found.items() if variable}


def week_states(store: Store, project: Project) -> list[WeekState]:
    """Return every week with its due date, its closing, and what each person has left in it."""
    found = []
    for week in with_due_dates(store, weeks_in_use(store)):
        closing = closing_of(store, week.name)
        left = () if closing else progress(store, week.name)
        found.append(
            WeekState(
                week.name,
                date.fromisoformat(week.due),
                date.fromisoformat(closing.at[:10]) if closing else None,
                tuple(Left(p.rater_id, p.left, p.minutes_left) for p in left if p.left),
            )
        )
    return found


def send_due(
    store: Store, project: Project, report_of: ReportOf, *, by: str, environment: Mapping[str, str] = os.environ
) -> Sending:
    """Send what is due, each message once; one that fails does not stop the others and is tried again next time.

    Raises Refused without the role lead, NothingToDo when [notify] names nobody.
    """
    require(store, by, "lead")
    cut_off = [f"{n.recipient} ({n.kind}, {n.week})" for n in log.close_cut_off(store, by=by)]
    sent: list[Planned] = []
    failed: list[tuple[Planned, str]] = []
    due = planned(store, project, report_of, environment=environment)
    for one in due:
        if not one.variable or not log.begin(store, one.message.key, one.text.title, by=by):
            continue
        failure = one.broken or tried(one.variable, one.text, environment)
        log.end(store, one.message.key, one.text.title, by=by, error=failure)
        if failure:
            failed.append((one, failure))
        else:
            sent.append(one)
    return Sending(tuple(sent), tuple(failed), tuple(one for one in due if not one.variable), tuple(cut_off))
