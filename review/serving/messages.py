"""The messages about weeks, with the report that goes out when a week is closed."""

from __future__ import annotations

import os
from collections.abc import Mapping

from review.basics.errors import NothingToDo, Refused
from review.basics.words import counted
from review.notify.due import TEAM
from review.notify.reminders import Planned, Sending, planned, send_due
from review.people.people import require
from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.settings.project import Project
from storage.store import Store


def messages_due(store: Store, project: Project) -> list[Planned]:
    """Return what would be sent now. Writes nothing. Raises NothingToDo when [notify] names nobody."""
    return planned(store, project, lambda week: _report(store, week))


def send_now(store: Store, project: Project, *, by: str, environment: Mapping[str, str] = os.environ) -> Sending:
    """Send what is due, each message once. Raises Refused without the role lead."""
    require(store, by, "lead")
    return send_due(store, project, lambda week: _report(store, week), by=by, environment=environment)


def send_messages(store: Store, project: Project, *, by: str) -> str:
    """Send what is due and return it in words. Raises NothingToDo when nothing is, Refused when one failed."""
    done = send_now(store, project, by=by)
    said = sending_words(done)
    if done.failed or done.cut_off:
        raise Refused(said)
    if not done.sent:
        raise NothingToDo(said)
    return said


def sending_words(done: Sending) -> str:
    """Return how the messages went: what failed first, then what was sent, then who has no address."""
    parts = []
    if done.failed:
        failed = "; ".join(f"{recipient_of(one)} ({one.message.kind}): {why}" for one, why in done.failed)
        parts.append(f"{counted(len(done.failed), 'message')} could not be sent and will be tried again. {failed}")
    if done.cut_off:
        parts.append(
            f"Nobody knows if these arrived, because the sending was cut off; they are not sent again: "
            f"{', '.join(done.cut_off)}."
        )
    to = ", ".join(f"{recipient_of(one)} ({one.message.kind})" for one in done.sent)
    parts.append(f"Sent: {to}." if to else "No message was sent." if parts else "No message is due.")
    if done.unreachable:
        parts.append(f"No address for: {', '.join(sorted({recipient_of(one) for one in done.unreachable}))}.")
    return " ".join(parts)


def recipient_of(one: Planned) -> str:
    """Return to whom a message goes, in words."""
    return "the team" if one.message.recipient == TEAM else one.message.recipient


def _report(store: Store, week: str) -> str:
    return report_markdown(week_report(store, week))
