"""The cases of a comparison, flips first, a page at a time; each opens, and some can go to review."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from pages.parts.compare import case_page
from pages.parts.compare.choose import Chosen
from pages.parts.shared import rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, shortened
from review.experiments.comparing.comparison import ComparedCase
from review.experiments.comparing.sending import send_to_review
from review.settings.project import project_of

PER_PAGE = 100
SHOWN = {"flips": "What changed", "broke": "Broke", "fixed": "Fixed", "same": "Unchanged", "all": "All"}


def show(here: Session, chosen: Chosen) -> None:
    """Draw the list of cases, or the case that the address names."""
    wanted = st.query_params.get("case")
    found = next((row for row in chosen.comparison.rows if row.case.id == wanted), None)
    if found is not None:
        st.button("All cases", icon=":material/arrow_back:", key="compare_back", on_click=_leave)
        case_page.show(here, chosen, found)
        return
    among = _in_slice(chosen)
    changes = Counter(row.change for row in among)
    flips, total = changes["broke"] + changes["fixed"], len(among)
    counts: dict[str, int] = {**{str(name): n for name, n in changes.items()}, "flips": flips, "all": total}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Cases",
            list(SHOWN),
            format_func=lambda name: f"{SHOWN[name]} ({counts.get(name, 0):,})",
            default="flips",
            required=True,
            key="compare_which",
            label_visibility="collapsed",
        )
        listed = [row for row in among if fits(row, str(which))]
        pages = max(1, -(-len(listed) // PER_PAGE))
        page = 1
        if pages > 1:
            page = int(st.number_input(f"Page of {pages:,}", 1, pages, 1, key=f"compare_page_{which}", width=140))
    if not listed:
        st.info("No case is like this.", icon=":material/check_circle:")
        return
    shown = listed[(page - 1) * PER_PAGE : page * PER_PAGE]
    frame = pd.DataFrame([_row(row, chosen) for row in shown])
    may_send = here.rater.may("lead")
    picked = rows.choose(
        frame, key="compare_cases", id_column="case", boxes=may_send, file_name="cases.csv", wrapped=True
    )
    if picked.opened:
        st.query_params["case"] = picked.opened
        st.rerun()
    if may_send:
        _send(here, chosen, picked.ticked)


def open_cases(**chosen: str) -> None:
    """Show one ``case``, or the cases of a ``slice``, named as the gate names it: ``scenario refunds``."""
    st.query_params.update({**chosen, "view": "cases"})
    st.session_state.pop("compare_view", None)
    st.rerun()


def _in_slice(chosen: Chosen) -> list[ComparedCase]:
    """Return the cases of the slice that the address names, else all, with the button that shows all again."""
    name = st.query_params.get("slice", "")
    found = [row for row in chosen.comparison.rows if name in map(" ".join, row.case.slices)] if name else []
    if not found:
        return list(chosen.comparison.rows)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(as_text(f"Only the {counted(len(found), 'case')} of {name}."))
        st.button("All cases", icon=":material/close:", key="compare_slice_all", type="tertiary", on_click=_all_slices)
    return found


def _all_slices() -> None:
    del st.query_params["slice"]


def fits(row: ComparedCase, which: str) -> bool:
    """Return whether a case belongs to a part of the list."""
    return which == "all" or row.change == which or (which == "flips" and row.change != "same")


def _row(row: ComparedCase, chosen: Chosen) -> dict[str, object]:
    scores = {
        version: None if score is None else round(score, 2)
        for version, score in zip(chosen.comparison.versions, row.scores, strict=True)
    }
    return {
        "question": shortened(row.case.question, 160),
        "change": row.change + (", must pass" if row.case.must_pass else ""),
        **scores,
        "scenario": row.case.scenario or "",
        "kind": row.case.kind or "",
        "case": row.case.id,
    }


def _send(here: Session, chosen: Chosen, ticked: list[str]) -> None:
    """Draw the button that puts the ticked cases into this week as pairs."""
    if len(chosen.runs) != 2:
        st.caption("Choose exactly two versions to send cases to review: people compare two answers at a time.")
        return
    words = f"Send {counted(len(ticked), 'case')} to review" if ticked else "Tick cases to send them to review"
    if st.button(words, icon=":material/forward_to_inbox:", key="compare_send", disabled=not ticked):
        try:
            done = send_to_review(
                here.store, project_of(here.store.path), chosen.comparison, ticked, by=here.rater.id, week=here.week
            )
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.success(as_text(f"{done.sentence}. Reviewers see both answers without names."), icon=":material/check:")


def _leave() -> None:
    st.query_params.pop("case", None)
