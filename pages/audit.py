"""Who did what and when: the chain of entries, filtered and exported, and the look at an original."""

from __future__ import annotations

import streamlit as st

from pages.parts.audit import audit_view
from pages.parts.shared import session

here = session.current()
here.need_role("auditor")

st.title("Audit")
audit_view.chain(here)
audit_view.table(here, audit_view.search(here))
if here.rater.may("lead"):
    audit_view.reveal(here)
