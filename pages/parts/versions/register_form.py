"""The form that registers a version."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics import setting
from review.basics.errors import ReviewError
from review.experiments.versions.registry import Wanted, register

NONE = "(none)"
MADE = "versions_registered"


def register_form(here: Session, known: Sequence[str], unregistered: Sequence[str]) -> None:
    """Draw the form, with the first id that the log names and nobody registered."""
    n = st.session_state.get(MADE, 0)
    with st.form(f"versions_register_{n}", border=False):
        left, right = st.columns(2)
        name = left.text_input(
            "Id", next(iter(unregistered), ""), key=f"versions_id_{n}", placeholder="v3",
            help="The id that the production log has for it. One that the log names is filled in.",
        )  # fmt: skip
        parent = right.selectbox("Made from", [NONE, *reversed(known)], key=f"versions_parent_{n}")
        description = st.text_input("What is new", key=f"versions_new_{n}")
        prompt = st.text_area("Prompt", key=f"versions_prompt_{n}", height=160)
        left, right = st.columns(2)
        model = left.text_input("Model", key=f"versions_model_{n}")
        parameters = right.text_input(
            "Parameters", "{}", key=f"versions_parameters_{n}", help='Of the model, as JSON such as {"temperature": 0}.'
        )
        left, right = st.columns(2)
        commit = left.text_input("Commit", key=f"versions_commit_{n}", help="Of the repository that holds the prompt.")
        path = right.text_input(
            "Path of the prompt", key=f"versions_path_{n}", help="The file that holds the prompt in that repository."
        )
        if not st.form_submit_button("Register", type="primary", icon=":material/new_label:"):
            return
    try:
        wanted = Wanted(
            id=(name or "").strip(),
            parent=None if parent == NONE else parent,
            description=description,
            prompt=prompt,
            model=model,
            parameters=setting.json_table("Parameters", parameters or "{}"),
            commit=commit,
            path=path,
        )
        made = register(here.store, wanted, by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    st.session_state[MADE] = n + 1
    st.toast(as_text(f"{made.id} is registered"), icon=":material/task_alt:")
    st.rerun()
