"""Versions of the product side by side: what changed, by how much, whether the new one may ship, and the trend."""

from __future__ import annotations

import streamlit as st

from pages.parts.compare import answers_read, case_list, choose, figures_view, gate_view, slice_view, trend_view
from pages.parts.shared import session, views

here = session.current()
here.need_role("adjudicator")

st.title("Compare")
GATE = "gate"
VIEWS = {
    "cases": ("Cases", case_list.show),
    "figures": ("Figures", figures_view.show),
    "slices": ("Slices", slice_view.show),
    "wording": ("Wording", answers_read.show),
    GATE: ("Gate", gate_view.show),
}
TREND = "trend"
view = views.choose({**{name: title for name, (title, _) in VIEWS.items()}, TREND: "Trend"}, key="compare_view")
if view == TREND:
    trend_view.show(here)
else:
    chosen = choose.choose(here, told=view != GATE)
    if chosen is not None:
        VIEWS[view][1](here, chosen)
