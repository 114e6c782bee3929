"""Bring conversations in, look at what each import did and undo it, and browse the log."""

from __future__ import annotations

import streamlit as st

from pages.parts.conversations import arrive, browse, imports, judgements, pair_upload, progress, sources
from pages.parts.conversations.dropped import VIEW
from pages.parts.shared import session, views

here = session.current()
here.need_role("lead")

st.title("Conversations")
imports.summary(here)
VIEWS = {
    "import": "Import",
    "sources": "Sources",
    "imports": "Past imports",
    "browse": "Browse the log",
    "judgements": "Labels and verdicts",
    "pairs": "Pairs",
}
view = views.choose(VIEWS, key=VIEW)
if view == "import":
    progress.jobs(here)
    arrive.drop(here)
elif view == "sources":
    sources.sources(here)
elif view == "imports":
    imports.past(here)
elif view == "judgements":
    judgements.arrive(here)
elif view == "pairs":
    pair_upload.arrive(here)
else:
    browse.log(here)
