"""How people use the product, and what two groups of users differ in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.parts.health import choices, working
from pages.parts.health.pictures import WHEN, Point, points_picture
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.log_paths import log_of
from review.basics.words import counted, percent
from review.log.log import log_state
from review.monitoring.engagement import Engaged, engagement
from review.statistics.quantity import Quantity

ROW = 3


def show(here: Session) -> None:
    """Draw who uses the product, as soon as it is counted."""
    asked = choices.choose_span(here)
    if asked is None:
        return
    log, project = log_of(here.store.path), here.project
    key = ("engagement", str(here.store.path), log_state(log), project.time_zone, repr(asked))
    work = working.WORK.ask(key, lambda: engagement(log, project, asked))
    working.when_done(here, work, lambda: _draw(work.result(), asked.by))


def _draw(windows: Sequence[Engaged], by: str) -> None:
    came = [one for one in windows if one.users]
    st.markdown(f"##### {as_text(_sentence(came, by))}")
    if not came:
        return
    drawn: dict[str, tuple[Callable[[Engaged], Quantity | float | None], bool]] = {
        "Users": (lambda one: one.users, False),
        "Usage rate": (lambda one: one.shares["usage_rate"], True),
        "Conversations per user": (lambda one: one.per_user, False),
        "Session length (minutes, median)": (lambda one: one.minutes[0], False),
        "Repeated questions": (lambda one: one.shares["repeated_questions"], True),
        "Answers copied": (lambda one: one.shares["copied"], True),
        "Answers edited": (lambda one: one.shares["edited"], True),
        "Gave a thumb": (lambda one: one.shares["thumbs_given"], True),
        "Thumbs down": (lambda one: one.shares["thumbs_down"], True),
    }
    pictures = {title: [_point(one, figure(one), by) for one in windows] for title, (figure, _) in drawn.items()}
    known = [title for title, points in pictures.items() if any(p.value is not None for p in points)]
    for k in range(0, len(known), ROW):
        for place, title in zip(st.columns(ROW), known[k : k + ROW], strict=False):
            with place:
                st.markdown(f"**{title}**", help=HELP.get(title))
                figures.draw(points_picture(pictures[title], title, percent=drawn[title][1]), key=f"engaged_{title}")
    with st.expander("Table and download"):
        frame = pd.DataFrame(
            [
                {"from (UTC)": one.start[:16], **{t: p.value for t in known if (p := pictures[t][k])}}
                for k, one in enumerate(windows)
            ]
        )
        figures.table(frame, key="engaged", file_name="engagement.csv")


HELP = {
    "Usage rate": "Of all users seen up to then, the share who came in this window.",
    "Session length (minutes, median)": "From the first to the last conversation of sessions with several.",
    "Repeated questions": "Of sessions with several conversations, those in which nearly the same question came again.",
    "Thumbs down": "Of the thumbs that users gave.",
}


def _point(one: Engaged, found: Quantity | float | None, by: str) -> Point:
    if isinstance(found, Quantity):
        low, high = found.ci or (None, None)
        return Point(start=one.start, by=by, value=found.value, low=low, high=high, n=found.n)
    return Point(start=one.start, by=by, value=found, low=None, high=None, n=one.traffic)


def _sentence(came: Sequence[Engaged], by: str) -> str:
    if not came:
        return "No conversation of this period names its user."
    last = came[-1]
    rate, again = last.shares["usage_rate"], last.shares["repeated_questions"]
    when = pd.Timestamp(last.start).strftime(WHEN[by])
    parts = [f"{when}: {counted(last.users or 0, 'user')} came, {last.new or 0:,} of them for the first time"]
    if rate.value is not None:
        parts.append(f"that is {percent(rate.value)} of all users seen so far")
    if again.value is not None:
        parts.append(f"{percent(again.value)} of longer sessions repeat a question")
    return f"{'; '.join(parts)}."
