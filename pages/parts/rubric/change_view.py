"""The Change view of the Rubric page: form or text, the preview, what would change, and saving."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.desk import previewer
from pages.parts.rubric import draft, form_editor, rubric_form
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.limits import MAX_NOTE
from review.current.labels_of_open_weeks import labels_of_open_weeks
from review.rubric.as_toml import rubric_from_toml
from review.rubric.change import change_rubric
from review.rubric.comparable import WORDS, comparability
from review.rubric.diff import rubric_diff
from review.rubric.edit import with_preset
from review.rubric.presets import PRESETS
from review.rubric.rubric import Rubric, rubric_from

TEXT, WAY = "rubric_text", "rubric_way"
WAYS = {"form": "Form", "text": "Text (TOML)"}


def change(here: Session, rubric: Rubric) -> None:
    """Draw the editor of a new version: the form or the text, the preview, the changes, the reason."""
    text = draft.text(rubric)
    left, right = st.columns([3, 2], gap="large")
    new, why = _read(text)
    with left:
        way = _choose_way()
        if way == "text" or new is None:
            _text_editor(text, alone=way != "text")
        else:
            form_editor.form_editor(here, new)
        with st.container(horizontal=True):
            st.button(
                "Start again from the version in force",
                icon=":material/restart_alt:",
                key="rubric_restart",
                on_click=draft.begin,
                args=(rubric,),
                kwargs={"base": rubric.version},
            )
            _presets(rubric, new)
    if new is None:
        right.error(as_text(why), icon=":material/error:")
        return
    with right:
        st.markdown("##### As reviewers see it")
        previewer.preview(new)
        st.caption("Try it: choose values to see what is asked next. Nothing is kept.")
    _save(here, rubric, new)


def _read(text: str) -> tuple[Rubric | None, str]:
    try:
        return rubric_from_toml(text), ""
    except ReviewError as error:
        return None, str(error)


def _choose_way() -> str:
    st.session_state.setdefault(WAY, "form")
    return str(
        st.segmented_control(
            "Edit as",
            list(WAYS),
            format_func=WAYS.__getitem__,
            required=True,
            key=WAY,
            persist_state="session",
            label_visibility="collapsed",
        )
    )


def _presets(rubric: Rubric, new: Rubric | None) -> None:
    """Offer rubrics to start from: in place of the draft, or as further questions."""
    with st.popover("Presets", icon=":material/library_add:"):
        name = st.selectbox("Preset", list(PRESETS), format_func=lambda name: PRESETS[name].title, key="rubric_preset")
        st.caption(as_text(", ".join(d.title for d in rubric_from(PRESETS[name].document).dimensions)))
        st.button(
            "Add its questions",
            key="rubric_preset_add",
            disabled=new is None,
            on_click=draft.step,
            args=(with_preset, name),
            help="Nobody has to answer them, because not every item has what they ask about.",
        )
        st.button(
            "Replace the draft with it",
            key="rubric_preset_replace",
            on_click=draft.begin,
            args=(rubric_from(PRESETS[name].document),),
            kwargs={"base": rubric.version},
        )


def _text_editor(text: str, *, alone: bool) -> None:
    if alone:
        st.caption("The text has a mistake, so there is no form. Correct it here.")
    st.session_state[TEXT] = text
    st.text_area(
        "The rubric as TOML",
        height=520,
        key=TEXT,
        on_change=draft.write,
        args=(TEXT,),
        help="Leave the field or press Ctrl+Enter to check the text. `[[rubric.dimensions]]` starts a dimension.",
    )


def _save(here: Session, rubric: Rubric, new: Rubric) -> None:
    base, found = draft.base(), rubric_diff(rubric, new)
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
    _labels(here, rubric, new)
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
        draft.forget()
        st.toast(
            f"Version {saved.version} is in force for weeks that are opened from now on", icon=":material/task_alt:"
        )
        st.rerun()


def _labels(here: Session, rubric: Rubric, new: Rubric) -> None:
    """Draw which labels of the open weeks stay comparable, dimension by dimension."""
    weeks, counts = labels_of_open_weeks(here.store)
    st.markdown("##### Which labels stay comparable")
    frame = pd.DataFrame(
        [
            {
                "dimension": one.dimension,
                "earlier labels": WORDS[one.verdict],
                "labels kept": one.kept,
                "labels without a place": one.lost,
                "why": one.why or "nothing that changes a label",
            }
            for one in comparability(rubric, new, counts)
        ]
    )
    figures.table(frame, key="rubric_comparable", file_name="comparable.csv")
    if weeks:
        stay = "which is open and stays" if len(weeks) == 1 else "which are open and stay"
        st.caption(
            f"Counted: the labels of {', '.join(weeks)}, {stay} under the version of the opening until you ask again. "
            "Figures never mix versions."
        )
    else:
        st.caption("No week is open, so the change touches no labels. Figures never mix versions.")
