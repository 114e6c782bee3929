"""The widgets of the Rubric page: the version in force and all versions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.rubric import draft, rubric_form
from pages.parts.shared import rows as table_rows
from pages.parts.shared import views
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.rubric.as_toml import rubric_toml
from review.rubric.change import rubric_versions, waiting_in_file
from review.rubric.diff import rubric_diff
from review.rubric.rubric import Rubric, rubric_version
from review.settings.project import project_of
from storage.records_people import RubricVersion

VIEWS = {
    "form": "In force",
    "questions": "Open questions",
    "versions": "Versions",
    "change": "Change",
    "again": "Ask again",
}


def headline(here: Session, rubric: Rubric) -> None:
    """Draw which version is in force, since when, by whom and why, and whether spotcheck.toml holds another rubric."""
    rubric_form.style()
    row = rubric_versions(here.store)[0]
    st.markdown(
        f"Version **{rubric.version}**, since {row.at[:10]} by {as_text(here.names.get(row.by, row.by))}"
        + (f": {as_text(row.note)}" if row.note else "")
    )
    try:
        waiting = waiting_in_file(project_of(here.store.path), rubric)
    except ReviewError as error:
        st.warning(as_text(error), icon=":material/description:")
        return
    if waiting is not None:
        _differs_from_file(here, rubric, waiting)


def _differs_from_file(here: Session, rubric: Rubric, waiting: Rubric) -> None:
    """Draw how the rubric of spotcheck.toml differs from the one in force. A lead can open it in the editor."""
    differences = rubric_diff(rubric, waiting)
    st.warning(
        f"The rubric in `spotcheck.toml` differs from the one in force in {counted(len(differences), 'point')}. "
        "The one in force stays in use until a lead saves the one in the file as a new version.",
        icon=":material/description:",
    )
    with st.expander("The differences between the rubric in force and spotcheck.toml"):
        rubric_form.changes(differences)
        if here.rater.may("lead"):
            st.button("Edit the rubric of the file", key="rubric_file", on_click=_edit, args=(waiting, rubric.version))


def _edit(new: Rubric, base: int) -> None:
    """Put a rubric into the editor and open it; use it as a callback."""
    draft.begin(new, base=base)
    st.session_state["rubric_view"] = st.query_params["view"] = "change"


def choose_view(here: Session) -> str:
    """Draw the choice of views and return the chosen one. Only leads can change the rubric or ask again."""
    known = list(VIEWS) if here.rater.may("lead") else ["form", "questions", "versions"]
    return views.choose({name: VIEWS[name] for name in known}, key="rubric_view")


def form(rubric: Rubric) -> None:
    """Draw the rubric in force as reviewers see it."""
    rubric_form.form(rubric)


def versions(here: Session) -> None:
    """Draw every version with its date, author and reason, and what changed between any two."""
    rows = rubric_versions(here.store)
    frame = pd.DataFrame(
        [
            {"version": v.version, "at": v.at[:16].replace("T", " "), "by": here.names.get(v.by, v.by), "why": v.note}
            for v in rows
        ]
    )
    picked = table_rows.choose(
        frame, key="rubric_versions", id_column="version", named=True, file_name="rubric-versions.csv"
    )
    if picked.opened:
        st.query_params["version"] = picked.opened
    _opened(here, [v.version for v in rows])
    if len(rows) < 2:
        st.caption("There is one version so far. With a second one, this view shows what changed.")
        return
    titles = {v.version: _title(v) for v in rows}
    st.subheader("What changed")
    first, second = st.columns(2)
    before = first.selectbox("From", list(titles), index=1, format_func=titles.__getitem__, key="rubric_before")
    after = second.selectbox("To", list(titles), format_func=titles.__getitem__, key="rubric_after")
    found = rubric_diff(rubric_version(here.store, before), rubric_version(here.store, after))
    if found:
        rubric_form.changes(found)
    else:
        st.caption("Nothing changed.")
    with st.expander(f"Version {after} as TOML"):
        st.code(rubric_toml(rubric_version(here.store, after)), language="toml", wrap_lines=True)


def _opened(here: Session, known: Sequence[int]) -> None:
    """Draw the version that the address names, as reviewers saw it."""
    asked = st.query_params.get("version", "")
    if not (asked.isdecimal() and int(asked) in known):
        st.caption("Select a cell to read that version.")
        return
    with st.container(border=True):
        st.subheader(f"Version {asked}")
        rubric_form.form(rubric_version(here.store, int(asked)))


def _title(row: RubricVersion) -> str:
    return f"{row.version} · {row.at[:10]}" + (f" · {row.note[:60]}" if row.note else "")
