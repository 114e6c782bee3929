"""The rubric: the version in force, all versions, the editor, and asking again under a new version."""

from __future__ import annotations

import streamlit as st

from pages.parts.rubric import rubric_editor
from pages.parts.rubric.ask_again import ask_again
from pages.parts.rubric.change_view import change
from pages.parts.rubric.open_questions import open_questions
from pages.parts.shared import session
from review.rubric.rubric import current_rubric

here = session.current()
rubric = current_rubric(here.store)

st.title("Rubric")
rubric_editor.headline(here, rubric)
view = rubric_editor.choose_view(here)

if view == "versions":
    rubric_editor.versions(here)
elif view == "questions":
    open_questions(here)
elif view == "change":
    change(here, rubric)
elif view == "again":
    ask_again(here, rubric)
else:
    rubric_editor.form(rubric)
