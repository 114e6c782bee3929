"""The failures of a week, and one of them with its steps, its notes and its mode."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.failures import note_field, steps_view
from pages.parts.shared import conversation, noted, rows, submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, percent, shortened
from review.failures.archive import Failure, FailureShown, failure_shown, failures, steps_of
from review.failures.modes import mode_list
from review.failures.triage import triage_groups
from review.failures.working import give_mode, write_note
from review.log.failed import Narrowed

CAUSES = {
    "error": "failed",
    "repaired": "repaired",
    "low_confidence": "with low confidence",
    "feedback": "with negative feedback",
    "wrong": "found wrong by reviewers",
}
PAGE = 50
STEPS = 6
"""Steps that are named in the sentence about all failures."""
FORM = "failure_note"
OPEN = "failure"
"""The name of the open failure in the address."""


def show(here: Session) -> None:
    """Draw the filters, the failures as lines, and the open one."""
    week = here.need_week()
    groups = triage_groups(here.store, here.project, week, viewer=here.rater.id)
    modes = {g.found.group: g.title for g in groups}
    with st.container(horizontal=True):
        mode = st.selectbox(
            "Group", list(modes), index=None, format_func=modes.__getitem__, placeholder="all", key="failures_mode",
            width=260,
        )  # fmt: skip
        versions = sorted({g.found.version for g in groups})
        version = st.selectbox("Version", versions, index=None, placeholder="all", key="failures_version", width=200)
        cause = st.selectbox(
            "Why", list(CAUSES), index=None, format_func=CAUSES.__getitem__, placeholder="all", key="failures_why",
            width=220,
        )  # fmt: skip
    total = sum(
        (g.found.causes.get(cause, 0) if cause else g.found.n)
        for g in groups
        if mode in (None, g.found.group) and version in (None, g.found.version)
    )
    st.markdown(f"**{counted(total, 'failure')}**")
    if total and (mode, version, cause) == (None, None, None):
        _began(here, week)
    pages = -(-total // PAGE)
    at = st.pagination(pages, key=f"failures_page_{mode}_{version}_{cause}") if pages > 1 else 1
    wanted = Narrowed(weeks=[week], group=mode, version=version, cause=cause)
    found = failures(here.store, here.project, wanted, most=PAGE, skip=(int(at or 1) - 1) * PAGE, viewer=here.rater.id)
    if not found:
        st.caption("Nothing fits. Remove a filter.")
        return
    _opened(here, [f.row.id for f in found])
    picked = rows.choose(
        pd.DataFrame([_cells(f) for f in found]), key="failures_rows", id_column="failure", file_name="failures.csv"
    )
    if picked.opened:
        st.query_params[OPEN] = picked.opened
        st.rerun()


def _began(here: Session, week: str) -> None:
    """Say in which steps the failures of the week began, also those whose conversations have expired."""
    steps = steps_of(here.store, here.project, week, viewer=here.rater.id)
    if steps is None:
        st.caption("Too many failures to look for the step of each. Choose one below to see where it began.")
        return
    total = sum(steps.values())
    known = [(step, n) for step, n in steps.items() if step]
    if not known:
        st.caption("Where they began is not known: their traces name no step that failed.")
        return
    shown = [f"{step} {n:,} ({percent(n / total)})" for step, n in known[:STEPS]]
    others, unknown = sum(n for _, n in known[STEPS:]), steps.get("", 0)
    more = [
        f"{what} {n:,} ({percent(n / total)})" for what, n in (("other steps", others), ("not known", unknown)) if n
    ]
    st.caption(as_text(f"Where they began: {', '.join([*shown, *more])}"))


def _cells(one: Failure) -> dict[str, object]:
    return {
        "question": one.question[:200],
        "mode": one.mode,
        "began in": one.step,
        "about": one.offending,
        "version": one.row.version,
        "repair rounds": one.row.repair_rounds,
        "state": one.state,
        "what people said": one.said,
        "failure": one.row.id,
    }


def line(one: Failure) -> None:
    """Draw a failure as one line with a button that opens it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            as_text(shortened(one.question, 90) or one.row.id),
            key=f"failures_open_{one.row.id}", type="tertiary", on_click=_open, args=(one.row.id,),
        )  # fmt: skip
        about = (one.step and f"began in {one.step}", one.offending, shortened(one.said, 160))
        if any(about):
            st.caption(as_text(" · ".join(part for part in about if part)))


def _open(name: str) -> None:
    st.query_params[OPEN] = name
    st.session_state["failures_view"] = st.query_params["view"] = "list"


def _opened(here: Session, ids: Sequence[str]) -> None:
    """Draw the failure that the address names, with keys for the one before and the next; without one, how to begin."""
    name = st.query_params.get(OPEN)
    if not name:
        st.button(
            "Open the first", shortcut="j", key="failures_first", icon=":material/arrow_forward:", on_click=_open,
            args=(ids[0],),
        )  # fmt: skip
        return
    try:
        one = failure_shown(here.store, here.project, name, viewer=here.rater.id)
    except ReviewError as error:
        st.warning(as_text(error), icon=":material/search_off:")
        return
    noted.opened(here, name)
    with st.container(border=True):
        if name in ids and len(ids) > 1:
            at = ids.index(name)
            with st.container(horizontal=True):
                for words, key, step in (("Previous", "k", -1), ("Next", "j", 1)):
                    to = ids[(at + step) % len(ids)]
                    st.button(words, shortcut=key, key=f"failure_{words}", on_click=_open, args=(to,))
        _what(one)
        steps_view.show(one)
        _note(here, one, ids)
        if one.talk is not None:
            with st.expander("Conversation", expanded=not one.steps):
                conversation.show(one.talk)


def _what(one: FailureShown) -> None:
    if one.talk is None:
        st.info(
            as_text(f"{one.gone} What people said of it stays."),
            icon=":material/delete:",
        )
    else:
        st.markdown(f"**{as_text(shortened(one.talk.question, 300))}**")
    if one.failure is None:
        return
    row = one.failure.row
    rounds = row.repair_rounds and f"{counted(row.repair_rounds, 'repair round')}"
    parts = (CAUSES[row.cause], one.failure.mode, row.version and f"version {row.version}", rounds, one.failure.state)
    st.caption(as_text(" · ".join(str(part) for part in parts if part)))
    if row.error_message:
        st.code(row.error_message, language=None, wrap_lines=True)
    if one.offending:
        meant = f"; probably meant: {one.nearest}" if one.nearest else ""
        st.markdown(as_text(f"The error is about {one.offending}{meant}."))


def _note(here: Session, one: FailureShown, ids: Sequence[str]) -> None:
    """Draw the notes and the form. Enter saves; the next failure opens."""
    for by, comment in one.comments:
        st.caption(as_text(f"{here.names.get(by, by)}, while reviewing: {comment}"))
    for event in one.events:
        if event.text:
            st.caption(as_text(f"{here.names.get(event.by, event.by)}: {event.text}"))
    modes = {m.id: m.name for m in mode_list(here.store).current}
    with st.form(FORM, border=False, clear_on_submit=True):
        st.text_input(
            "What went wrong, in your own words",
            key=submitted.key("failure_text"),
            placeholder="Enter saves it and opens the next one.",
        )
        st.selectbox(
            "Mode",
            list(modes),
            index=None,
            format_func=modes.__getitem__,
            key=submitted.key("failure_mode"),
            placeholder="leave as it is" if modes else "no mode has a name yet: name one under Modes",
        )
        st.form_submit_button(
            "Save", key="failure_save", icon=":material/check:", on_click=_save, args=(here, one.id, ids)
        )
    submitted.show_refusal(FORM)
    note_field.show()


def _save(here: Session, name: str, ids: Sequence[str]) -> None:
    """Save the note and the mode of the open failure, and open the next one; with neither, stay and say so."""
    if st.query_params.get(OPEN) != name:  # sent twice: the next one is open already
        return
    fields = ("failure_text", "failure_mode")
    text, mode = submitted.values(fields)
    text = (text or "").strip()
    if not text and not mode:
        submitted.refuse(FORM, "Nothing was saved: write what went wrong, or choose a mode.")
        return

    def write() -> None:
        if text:
            write_note(here.store, name, text, by=here.rater.id)
        if mode:
            give_mode(here.store, [name], mode, by=here.rater.id)

    if submitted.write(here, FORM, "adjudicator", write, fields=fields) and name in ids:
        st.query_params[OPEN] = ids[(ids.index(name) + 1) % len(ids)]
