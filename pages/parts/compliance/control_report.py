"""The control report: which checks ran on which days, what they found, what is overdue, and the 18 identifiers."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.clock import now
from review.basics.errors import ReviewError
from review.compliance.page import head_of, report_page, waiting_of
from review.compliance.report import ControlReport, cited, control_report, report_csv


def period(key: str, days: int) -> tuple[str, str] | None:
    """Draw the choice of a period. Returns its first and last day, None while only one is chosen."""
    today = date.fromisoformat(now()[:10])
    chosen = st.date_input("Days, in UTC", (today - timedelta(days=days), today), key=key, width=300)
    if not isinstance(chosen, tuple) or len(chosen) != 2:
        st.caption("Choose the last day as well.")
        return None
    return chosen[0].isoformat(), chosen[1].isoformat()


def show(here: Session) -> None:
    """Draw the report of a period, and its files."""
    days = period("control_days", 30)
    if days is None:
        return
    try:
        report = control_report(here.store, here.project, first=days[0], last=days[1], by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    head = head_of(report)
    st.markdown(f"#### {as_text(head)}")
    if report.waiting:
        st.warning(as_text(waiting_of(report)), icon=":material/hourglass_empty:")
    name = f"control-report-{report.first}-{report.last}"
    with st.container(horizontal=True):
        for label, text, mime in (
            ("Page as a file", report_page(report), "text/html"),
            ("CSV", report_csv(report), "text/csv"),
        ):
            ending = "html" if mime.endswith("html") else "csv"
            st.download_button(
                label, text, file_name=f"{name}.{ending}", mime=mime, icon=":material/download:",
                key=f"control_{ending}", on_click="ignore",
            )  # fmt: skip
    _checks(report)
    _identifiers(report)


def _checks(report: ControlReport) -> None:
    frame = pd.DataFrame(
        [
            {
                "check": c.title,
                "state": c.state,
                "days": c.days,
                "looked at": c.looked,
                "found in": c.found,
                "open": c.open,
                "overdue": c.overdue,
                "serves": cited(c.clauses),
                "with": c.detail,
            }
            for c in report.controls
        ]
    )
    figures.table(frame, key="control_checks", file_name="checks.csv")


def _identifiers(report: ControlReport) -> None:
    st.subheader("The 18 identifiers of HIPAA")
    st.caption(
        "45 CFR 164.514(b)(2)(i). What masking and the checks find in any text. Found means the usual written forms; "
        "partly, only some of them or only beside a word that names them."
    )
    colours = {"found": "green", "partly": "orange", "not looked for": "gray"}
    # Two columns, which fit a narrow screen.
    lines = ["| identifier | how, and why not more |", "|---|---|"]
    for one in report.hipaa:
        kinds = f"{', '.join(one.kinds)}: " if one.kinds else ""
        state = f":{colours[one.status]}-badge[{one.status}]"
        lines.append(f"| {one.letter}. {as_text(one.name)} | {state} {as_text(f'{kinds}{one.why}')} |")
    st.markdown("\n".join(lines))
