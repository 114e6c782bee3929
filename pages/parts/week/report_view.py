"""The report of a week as a view of the Week page: to read here, to print, and to send as a file."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared import views
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.people.people import require
from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.report.model import WeekReport
from review.report.page import report_html, report_inside
from review.serving.last_night import failed_steps

VIEWS = {"now": "This week", "report": "Report"}
KEY = "weekly_view"


def choose() -> None:
    """Draw the choice between the week and its report; the address carries it."""
    views.choose(VIEWS, key=KEY)


def chosen() -> bool:
    """Return whether the report is asked for."""
    return bool(st.session_state.get(KEY) == "report")


def show(here: Session, week: str) -> None:
    """Draw the report with what sends it. It holds what this person may see."""
    try:
        with st.spinner("Making the report"):
            report = _report(here, week)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="report_bar"):
        st.download_button(
            "Page as a file",
            report_html(report),
            file_name=f"week-{week}.html",
            mime="text/html",
            icon=":material/download:",
            help="One file to send or keep. It needs no network.",
            key="weekly_report",
            on_click="ignore",
        )
        with st.popover("Text for a chat", icon=":material/content_copy:"):
            st.code(report_markdown(report), language="markdown", wrap_lines=True)
        st.caption("To print it or to save it as PDF, use the print command of your browser.")
    st.html(report_inside(report))


def _report(here: Session, week: str) -> WeekReport:
    """Return the report. Raises Refused when the person has lost the role since the page was drawn."""
    viewer = require(here.store, here.rater.id, "reader").id
    return week_report(here.store, week, viewer=viewer, failed=failed_steps(here.store))
