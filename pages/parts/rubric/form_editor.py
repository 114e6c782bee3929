"""The form of the rubric editor: the dimensions in order, and everything about one of them."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import streamlit as st

from pages.parts.rubric import draft
from pages.parts.rubric.rubric_form import KINDS
from pages.parts.shared import address, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.labels import ScaleKind
from review.rubric import edit
from review.rubric.rubric import Dimension, Rubric
from review.settling.guidance_examples import settled_examples

CHOSEN = "rubric_dimension"
SCALES = get_args(ScaleKind)


def form_editor(here: Session, new: Rubric) -> None:
    """Draw the dimensions with their order, and the settings of the chosen one. Each change goes into the draft."""
    draft.trouble()
    address.take("dimension", key=CHOSEN, known=new.names)
    name = st.pills(
        "Dimension",
        new.names,
        format_func=lambda n: as_text(new[n].title or n),
        required=True,
        key=CHOSEN,
        on_change=address.follow,
        args=("dimension", CHOSEN),
    )
    dimension = new[str(name)]
    _order(new, dimension)
    _settings(new, dimension)
    _values(new, dimension)
    _move_values(dimension)
    _conditions(new, dimension)
    _examples(here, dimension)


def _order(new: Rubric, dimension: Dimension) -> None:
    place, last = new.names.index(dimension.name), len(new.names) - 1
    with st.container(horizontal=True):
        for label, icon, by, off in (
            ("Earlier", ":material/arrow_back:", -1, place == 0),
            ("Later", ":material/arrow_forward:", 1, place == last),
        ):
            st.button(
                label, icon=icon, key=f"rubric_move_{by}", disabled=off, on_click=draft.step,
                args=(edit.move_dimension, dimension.name, by),
            )  # fmt: skip
        st.button(
            "Remove", icon=":material/delete:", key="rubric_remove", disabled=last == 0, on_click=draft.step,
            args=(edit.remove_dimension, dimension.name),
        )  # fmt: skip
        with st.popover("Add a dimension", icon=":material/add:"):
            st.text_input("Name", key="rubric_new_name", placeholder="such as completeness")
            st.selectbox("Scale", SCALES, format_func=KINDS.__getitem__, key="rubric_new_scale")
            st.button("Add", type="primary", key="rubric_add", on_click=_add)


def _add() -> None:
    name = str(st.session_state["rubric_new_name"] or "").strip()
    if draft.changed(edit.add_dimension, name, scale=st.session_state["rubric_new_scale"]):
        st.session_state[CHOSEN], st.session_state["rubric_new_name"] = name, ""
        address.say(dimension=name)


def _settings(new: Rubric, dimension: Dimension) -> None:
    """Draw the fields of a dimension. Their keys stay the same, and so does the focus; the draft gives their values."""
    name, values = dimension.name, dimension.scale.values
    keys = {f: f"rubric_{f}_{name}" for f in ("name", "title", "scale", "required", "positive", "guidance")}
    st.session_state.update(
        {
            keys["name"]: name,
            keys["title"]: dimension.title,
            keys["scale"]: dimension.scale.kind,
            keys["required"]: dimension.required,
            keys["guidance"]: dimension.guidance,
        }
    )
    left, right = st.columns(2)
    left.text_input("Title", key=keys["title"], on_change=_set, args=(name, "title", keys["title"]))
    right.text_input(
        "Name", key=keys["name"], on_change=_rename, args=(name, keys["name"]),
        help="Stands in files and exports. Labels under another name do not carry over.",
    )  # fmt: skip
    left.selectbox(
        "Scale", SCALES, format_func=KINDS.__getitem__, key=keys["scale"], on_change=_scale, args=(name, keys["scale"])
    )
    if values:
        st.session_state[keys["positive"]] = dimension.positive
        right.selectbox(
            "Positive value", values, index=None, key=keys["positive"], placeholder="none", on_change=_set,
            args=(name, "positive", keys["positive"]),
            help="The value to look for, such as the bad one: recall and quality are about it.",
        )  # fmt: skip
    st.toggle("Must be answered", key=keys["required"], on_change=_set, args=(name, "required", keys["required"]))
    st.text_area("Guidance", key=keys["guidance"], height=90, on_change=_set, args=(name, "guidance", keys["guidance"]))


def _set(name: str, setting: str, key: str) -> None:
    value = st.session_state[key]
    draft.step(edit.with_settings, name, **{setting: value.strip() if isinstance(value, str) else value})


def _rename(name: str, key: str) -> None:
    new = str(st.session_state[key] or "").strip()
    if draft.changed(edit.rename_dimension, name, new):
        st.session_state[CHOSEN] = new
        address.say(dimension=new)


def _scale(name: str, key: str) -> None:
    draft.step(edit.with_scale, name, st.session_state[key])


def _values(new: Rubric, dimension: Dimension) -> None:
    """Draw the values as a table; its changes are taken over together, because a step in between may be wrong."""
    st.markdown("**Values**")
    if not dimension.scale.values and dimension.scale.numeric:
        st.caption("Reviewers type a number. Add values here to let them choose instead.")
    rows = edit.value_rows(dimension) or [{"place": 1, "value": "", "guidance": "", "key": "", "was": ""}]
    column = st.column_config
    edited = st.data_editor(
        pd.DataFrame(rows),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        # The key holds the rows, because Streamlit keeps edits by position: they must not land on other values.
        key=f"rubric_values_{dimension.name}_{hash(str(rows))}",
        column_order=("place", "value", "key", "guidance"),
        column_config={
            "place": column.NumberColumn(
                "place", width=70, help="Values are sorted by this number. Decimals work too."
            ),
            "value": column.TextColumn("value", width=150),
            "key": column.TextColumn(
                "key", width=60, max_chars=1, help="One letter or digit. Empty: 1, 2, 3 and so on."
            ),
            "guidance": column.TextColumn("guidance", width=300),
        },
    )
    try:
        changed = edit.with_values(new, dimension.name, figures.rows_of(edited))
    except ReviewError as error:
        st.error(as_text(error), icon=":material/error:")
        return
    if changed != new:
        st.button(
            "Take the values over", type="primary", key="rubric_values_in", icon=":material/check:",
            on_click=draft.step, args=(edit.with_values, dimension.name, figures.rows_of(edited)),
        )  # fmt: skip


def _move_values(dimension: Dimension) -> None:
    """Draw the buttons that move one value; for an ordered scale its place is its meaning."""
    values = dimension.scale.values
    if len(values) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"rubric_value_{dimension.name}"
        if st.session_state.get(key) not in values:
            st.session_state[key] = values[0]
        value = st.selectbox("Move a value", values, key=key, width=220)
        for label, icon, by, end in (
            ("Up", ":material/arrow_upward:", -1, 0),
            ("Down", ":material/arrow_downward:", 1, -1),
        ):
            st.button(
                label, icon=icon, key=f"rubric_value_move_{by}", disabled=value == values[end], on_click=draft.step,
                args=(edit.move_value, dimension.name, value, by),
            )  # fmt: skip


def _conditions(new: Rubric, dimension: Dimension) -> None:
    """Draw for each earlier dimension after which of its values this one is asked."""
    earlier = [d for d in new.dimensions[: new.names.index(dimension.name)] if d.scale.kind != "set" and d.scale.values]
    if not earlier:
        return
    with st.expander("When it is asked", expanded=bool(dimension.shown_when)):
        st.caption("Leave all empty to ask always. With several, all of them must hold.")
        for other in earlier:
            key = f"rubric_when_{dimension.name}_{other.name}"
            st.session_state[key] = list(dimension.shown_when.get(other.name, ()))
            st.multiselect(
                as_text(f"Only when {other.title or other.name} is"), other.scale.values, key=key,
                placeholder="anything", on_change=_condition, args=(dimension.name, other.name, key),
            )  # fmt: skip


def _condition(name: str, other: str, key: str) -> None:
    draft.step(edit.with_condition, name, other, st.session_state[key])


def _examples(here: Session, dimension: Dimension) -> None:
    """Draw settled items for a value, each with the button that adds it to the guidance of that value."""
    values = dimension.scale.values
    if not values:
        return
    with st.expander("Examples from settled items"):
        value = str(st.selectbox("Value", values, key=f"rubric_example_value_{dimension.name}"))
        found = settled_examples(here.store, dimension.name, value, viewer=here.rater.id)
        if not found:
            st.caption(f"No item was settled as {as_text(value)} by several people in the last eight weeks.")
            return
        items = {one.item_id: one for one in found}
        chosen = st.selectbox(
            "Item", list(items), format_func=lambda i: items[i].question[:100], key=f"rubric_example_{dimension.name}"
        )
        one = items[str(chosen)]
        st.caption(as_text(f"Question: {one.question[:400]}"))
        st.caption(as_text(f"Answer: {one.answer[:600]}"))
        quoted = _shortened(one.answer or one.question)
        key = f"rubric_example_text_{dimension.name}_{one.item_id}"
        said = st.text_input("What the guidance will say", value=quoted, key=key)
        st.button(
            as_text(f"Add to the guidance of {value}"), icon=":material/add:", key="rubric_example_add",
            disabled=not said, on_click=draft.step, args=(edit.with_example, dimension.name, value, said or ""),
        )  # fmt: skip


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return f"“{words}”" if len(words) <= 120 else f"“{words[:117]}…”"
