"""How production does while it runs: what changed, every figure over time, alerts, engagement and A/B comparisons."""

from __future__ import annotations

import streamlit as st

from pages.parts.health import ab_view, alerts, engagement_view, overview
from pages.parts.shared import session, views

here = session.current()
here.need_role("adjudicator")

st.title("Health")
VIEWS = {
    "figures": ("Figures", overview.show),
    "alerts": ("Alerts", alerts.show),
    "engagement": ("Engagement", engagement_view.show),
    "ab": ("Two groups", ab_view.show),
}
views.show(here, VIEWS, key="health_view")
