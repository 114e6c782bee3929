"""The widgets of the rubric page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.rubric import rubric_form
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.current.assignments import closing_of
from review.current.rubric_in_use import annotations_by_version
from review.rubric.as_toml import rubric_from_toml, rubric_toml
from review.rubric.change import MAX_NOTE, change_rubric, rubric_versions, waiting_in_file
from review.rubric.diff import rubric_diff
from review.rubric.edit import value_rows, with_values
from review.rubric.rubric import Rubric, rubric_version
from review.settings.project import project_of
from review.week.requeue import planned, requeue
from storage.records_people import RubricVersion
from storage.records_review import Week

VIEWS = {"form": "In force", "versions": "Versions", "change": "Change", "again": "Ask again"}
TEXT, BASE = "rubric_text", "rubric_base"


def headline(here: Session, rubric: Rubric) -> None:
    """Which version is in force, since when, by whom and why; and whether spotcheck.toml says something else."""
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
    if waiting:
        st.warning(
            f"`spotcheck.toml` has a rubric that differs from the one in force in {len(waiting)} "
            f"point{'s' * (len(waiting) != 1)}. A lead takes it over with `spotcheck rubric update`; until then the "
            "one shown here counts.",
            icon=":material/description:",
        )
        with st.expander("The differences: in force, and in spotcheck.toml"):
            rubric_form.changes(waiting)


def choose_view(here: Session) -> str:
    """What to look at; changing and asking again are for leads."""
    known = list(VIEWS) if here.rater.may("lead") else ["form", "versions"]
    chosen = st.segmented_control(
        "Show",
        known,
        format_func=VIEWS.__getitem__,
        default="form",
        required=True,
        key="rubric_view",
        label_visibility="collapsed",
    )
    return str(chosen)


def form(rubric: Rubric) -> None:
    """The rubric in force as reviewers see it."""
    rubric_form.form(rubric)


def versions(here: Session) -> None:
    """Every version with who, when and why; and what changed between any two."""
    rows = rubric_versions(here.store)
    frame = pd.DataFrame(
        [
            {"version": v.version, "at": v.at[:16].replace("T", " "), "by": here.names.get(v.by, v.by), "why": v.note}
            for v in rows
        ]
    )
    figures.table(frame, key="rubric_versions", file_name="rubric-versions.csv")
    if len(rows) < 2:
        st.caption("With a second version this shows what changed.")
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
    """A new version: its text, checked as one goes, how the form will look, what changes, and why."""
    if TEXT not in st.session_state:
        _start_again(rubric)
    left, right = st.columns(2, gap="large")
    with left:
        text = st.text_area(
            "The rubric as TOML",
            height=520,
            key=TEXT,
            persist_state="session",
            help="Checked when you leave the field, or with Ctrl+Enter. `[[rubric.dimensions]]` begins a dimension.",
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
        st.markdown("##### The form")
        rubric_form.form(new)
    _save(here, rubric, new)


def _start_again(rubric: Rubric) -> None:
    st.session_state[TEXT], st.session_state[BASE] = rubric_toml(rubric), rubric.version


def _values_table(new: Rubric) -> None:
    """The values of one dimension as a table that can be edited, written back into the text."""
    with st.expander("Edit values in a table"):
        name = st.selectbox("Dimension", new.names, key="rubric_dimension")
        rows = value_rows(new[name]) or [{"place": 1, "value": "", "guidance": ""}]
        edited = st.data_editor(
            pd.DataFrame(rows),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            # The rows are in the key: an edit belongs to the values that it was made on.
            key=f"rubric_values_{name}_{hash(str(rows))}",
            column_config={"place": st.column_config.NumberColumn("place", help="Sorted by it; decimals are fine.")},
        )
        try:
            text = rubric_toml(
                with_values(new, name, ({str(k): v for k, v in r.items()} for r in edited.to_dict("records")))
            )
        except ReviewError as error:
            st.error(as_text(error), icon=":material/error:")
            return
        st.button(
            "Put it into the text",
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
            f"Version {rubric.version} came while you were writing; your text started from version {base}. "
            "Copy what you want to keep, and start again.",
            icon=":material/merge:",
        )
    if not found:
        st.caption("Nothing yet: the text says what is in force.")
        return
    rubric_form.changes(found)
    note = st.text_input(
        "Why",
        key=f"rubric_note_{rubric.version}",
        max_chars=MAX_NOTE,
        placeholder="What reviewers should know about this change",
    )
    if st.button(f"Save as version {rubric.version + 1}", type="primary", icon=":material/save:", key="rubric_save"):
        try:
            saved = change_rubric(here.store, new, by=here.rater.id, note=note or "", base=base)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        del st.session_state[TEXT], st.session_state[BASE]
        st.toast(f"Version {saved.version} is in force for weeks opened from now on", icon=":material/task_alt:")
        st.rerun()


def ask_again(here: Session, rubric: Rubric) -> None:
    """New assignments under the version in force for a sample of an open week."""
    weeks = [w for w in here.store.find(Week, order_by="name desc") if closing_of(here.store, w.name) is None]
    st.markdown(
        f"The holders of a sample are asked again under version {rubric.version}, without being shown what they said. "
        "That is kept under its own version, and counts no more for an item as soon as somebody has answered it anew."
    )
    if not weeks:
        st.info("No week is open; items of closed weeks are not asked again.", icon=":material/lock:")
        return
    names = [w.name for w in weeks]
    week = st.selectbox("Week", names, index=names.index(here.week) if here.week in names else 0, key="rubric_week")
    counts = annotations_by_version(here.store, [week])
    said = ", ".join(f"{n} under version {v}" for v, n in counts.items()) or "none yet"
    st.caption(f"Reviews in {week}: {said}")
    share = st.slider("Share of the items", 5, 100, 20, 5, format="%d %%", key="rubric_share") / 100
    try:
        plan = planned(here.store, week, share=share).result
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    for name in plan.without_role:
        st.caption(f":material/info: {as_text(name)} may not annotate any more and is not asked.")
    if not plan.assignments:
        st.info(f"{plan.sentence.capitalize()}.", icon=":material/task_alt:")
        return
    st.markdown(
        f"**{plan.items} items, {plan.assignments} reviews** to do"
        + (f"; {plan.replaced} of them stand in for reviews that are still open." if plan.replaced else ".")
    )
    reason = st.text_input("Reason", key="rubric_reason", placeholder="Told to nobody but the audit")
    if st.button("Ask again", type="primary", icon=":material/replay:", key="rubric_again"):
        try:
            done = requeue(here.store, week, by=here.rater.id, share=share, reason=reason or "")
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.toast(done.sentence.capitalize(), icon=":material/replay:")
        st.rerun()
