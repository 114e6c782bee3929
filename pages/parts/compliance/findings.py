"""What the daily checks found: how much is overdue and open, then each finding with its owner and deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from pages.parts.compliance import finding_form, lacking
from pages.parts.shared import rows
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from review.basics.words import counted
from review.compliance.checks.catalogue import DAILY, title_of
from review.compliance.findings import Found, findings
from review.compliance.running import due_days, run_checks
from storage.queries.compliance import passes_made

STATES = {name: name.capitalize() for name in ("overdue", "open", "resolved", "all")}


def show(here: Session) -> None:
    """Draw the answer, the filters and the findings."""
    found, waiting = findings(here.store), sum(sum(n.values()) for n in due_days(here.store).values())
    overdue, open_ = sum(f.overdue for f in found), sum(f.state == "open" for f in found)
    looked = bool(found or passes_made(here.store))
    if looked:
        _answer(overdue, open_, waiting)
    else:
        _nothing_ran(waiting)
    if (
        waiting
        and here.rater.may("lead")
        and st.button("Look at them now", icon=":material/policy:", key="findings_run")
    ):
        tried(lambda: _run(here))
    lacking.show(here)
    if not found:
        if looked and not waiting:
            st.info("The checks have found nothing. They run every night.", icon=":material/verified:")
        return
    shown = _filtered(here, found, "overdue" if overdue else "open" if open_ else "all")
    if not shown:
        st.caption("Nothing fits. Remove a filter.")
        return
    st.caption("Tick findings to act on them together; select a cell to open its finding.")
    picked = rows.choose(
        pd.DataFrame([_cells(here, f) for f in shown]), key="findings_rows", id_column="finding", boxes=True,
        file_name="findings.csv", narrow=False,
    )  # fmt: skip
    if picked.opened:
        st.session_state["findings_opened"] = picked.opened
    opened = next((f for f in shown if f.id == st.session_state.get("findings_opened")), None)
    if opened is not None:
        finding_form.details(here, opened)
    ticked = [f for f in shown if f.id in picked.ticked] or ([opened] if opened else [])
    if ticked and here.rater.may("lead"):
        finding_form.act(here, ticked)


def _run(here: Session) -> None:
    with st.status("Looking at conversations", expanded=False) as status:
        run_checks(here.store, here.project, by=here.rater.id, tell=lambda day: status.update(label=day))


def _nothing_ran(waiting: int) -> None:
    """Say that no check has looked at anything: that nothing is overdue would not be an answer."""
    if not waiting:
        st.info(
            "No check has run yet, as no conversation has come in. The checks run every night over all conversations.",
            icon=":material/inbox:",
        )
        return
    st.markdown(f"#### No check has run yet · {counted(waiting, 'conversation')} not looked at yet")
    st.caption(
        f"The checks run every night over all conversations, drawn or not: {', '.join(title_of(n) for n in DAILY)}."
    )


def _answer(overdue: int, open_: int, waiting: int) -> None:
    """Say in one line what there is to do."""
    words = [
        f":red[**{overdue:,} overdue**]" if overdue else "**None overdue**",
        f"{open_:,} open",
        *([f"{counted(waiting, 'conversation')} not looked at yet"] if waiting else []),
    ]
    st.markdown(f"#### {' · '.join(words)}")


def _filtered(here: Session, found: Sequence[Found], usual: str) -> list[Found]:
    names = here.names
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = st.segmented_control(
            "State", list(STATES), format_func=STATES.__getitem__, default=usual, required=True, key="findings_state",
        )  # fmt: skip
        checks = st.multiselect(
            "Check", list(dict.fromkeys(f.name for f in found)), format_func=title_of, key="findings_checks",
            placeholder="all", width=320,
        )  # fmt: skip
        owner = st.selectbox(
            "Owner", list(dict.fromkeys(f.owner for f in found)), index=None, key="findings_owner", placeholder="all",
            format_func=lambda i: names.get(i, i), width=200,
        )  # fmt: skip
    return [
        f
        for f in found
        if (state == "all" or f.state == state or (state == "overdue" and f.overdue))
        and (not checks or f.name in checks)
        and owner in (None, f.owner)
    ]


def _cells(here: Session, f: Found) -> dict[str, object]:
    return {
        "due": date.fromisoformat(f.due),
        "state": "overdue" if f.overdue else f.state,
        "check": f.title,
        "found": f.what,
        "in": f"{f.n:,} of {f.looked:,}",
        "day": f.day,
        "source": f.source,
        "owner": here.names.get(f.owner, f.owner),
        "finding": f.id,
    }
