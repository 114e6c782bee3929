"""The widgets of the Rubric page: the version in force, all versions, the editor."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.rubric import rubric_form
from pages.parts.shared import address, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.limits import MAX_NOTE
from review.basics.words import counted
from review.rubric.as_toml import rubric_from_toml, rubric_toml
from review.rubric.change import change_rubric, rubric_versions, waiting_in_file
from review.rubric.diff import rubric_diff
from review.rubric.edit import value_rows, with_values
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
TEXT, BASE = "rubric_text", "rubric_base"


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
    st.session_state[TEXT], st.session_state[BASE] = rubric_toml(new), base
    st.session_state["rubric_view"] = st.query_params["view"] = "change"


def choose_view(here: Session) -> str:
    """Draw the choice of views and return the chosen one. Only leads can change the rubric or ask again."""
    known = list(VIEWS) if here.rater.may("lead") else ["form", "questions", "versions"]
    address.take("view", key="rubric_view", known=known)
    chosen = st.segmented_control(
        "Show",
        known,
        format_func=VIEWS.__getitem__,
        required=True,
        key="rubric_view",
        label_visibility="collapsed",
        on_change=address.follow,
        args=("view", "rubric_view"),
    )
    return str(chosen)


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
    figures.table(frame, key="rubric_versions", file_name="rubric-versions.csv")
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


def _title(row: RubricVersion) -> str:
    return f"{row.version} · {row.at[:10]}" + (f" · {row.note[:60]}" if row.note else "")


def change(here: Session, rubric: Rubric) -> None:
    """Draw the editor of a new version: the text and its errors, a preview of the form, the changes, the reason."""
    if TEXT not in st.session_state:
        _start_again(rubric)
    left, right = st.columns(2, gap="large")
    with left:
        text = st.text_area(
            "The rubric as TOML",
            height=520,
            key=TEXT,
            persist_state="session",
            help="Leave the field or press Ctrl+Enter to check the text. `[[rubric.dimensions]]` starts a dimension.",
        )
        st.session_state.setdefault(BASE, rubric.version)
        st.button(
            "Start again from the version in force",
            icon=":material/restart_alt:",
            key="rubric_restart",
            on_click=_start_again,
            args=(rubric,),
        )
    with right:
        try:
            new = rubric_from_toml(text or "")
        except ReviewError as error:
            st.error(as_text(error), icon=":material/error:")
            return
        _values_table(new)
        st.markdown("##### Preview of the form")
        rubric_form.form(new)
    _save(here, rubric, new)


def _start_again(rubric: Rubric) -> None:
    st.session_state[TEXT], st.session_state[BASE] = rubric_toml(rubric), rubric.version


def _values_table(new: Rubric) -> None:
    """Draw the values of one dimension as an editable table, and the button that writes them into the text."""
    with st.expander("Edit values in a table"):
        name = st.selectbox("Dimension", new.names, key="rubric_dimension")
        rows = value_rows(new[name]) or [{"place": 1, "value": "", "guidance": ""}]
        edited = st.data_editor(
            pd.DataFrame(rows),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            # The key holds the rows, because Streamlit keeps edits by position: they must not land on other values.
            key=f"rubric_values_{name}_{hash(str(rows))}",
            column_config={
                "place": st.column_config.NumberColumn(
                    "place", help="Values are sorted by this number. Decimals work too."
                )
            },
        )
        try:
            text = rubric_toml(with_values(new, name, figures.rows_of(edited)))
        except ReviewError as error:
            st.error(as_text(error), icon=":material/error:")
            return
        st.button(
            "Put the values into the text",
            disabled=text == rubric_toml(new),
            key="rubric_values_in",
            on_click=st.session_state.update,
            args=({TEXT: text},),
        )


def _save(here: Session, rubric: Rubric, new: Rubric) -> None:
    base = int(st.session_state[BASE])
    found = rubric_diff(rubric, new)
    st.subheader("What changes")
    if base != rubric.version:
        st.warning(
            f"Somebody saved version {rubric.version} while you were writing; your text started from version {base}. "
            "Copy what you want to keep, then press **Start again from the version in force**.",
            icon=":material/merge:",
        )
    if not found:
        st.caption("Nothing yet: the text is the same as the version in force.")
        return
    rubric_form.changes(found)
    note = st.text_input(
        "Why",
        key=f"rubric_note_{rubric.version}",
        max_chars=MAX_NOTE,
        placeholder="Why the rubric changes; reviewers can read this",
    )
    if st.button(f"Save as version {rubric.version + 1}", type="primary", icon=":material/save:", key="rubric_save"):
        try:
            saved = change_rubric(here.store, new, by=here.rater.id, note=note or "", base=base)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        del st.session_state[TEXT], st.session_state[BASE]
        st.toast(
            f"Version {saved.version} is in force for weeks that are opened from now on", icon=":material/task_alt:"
        )
        st.rerun()
