"""Compliance: findings of the daily checks, the control report, and the evidence for an auditor."""

from __future__ import annotations

import streamlit as st

from pages.parts.compliance import control_report, erasure, evidence_pack, findings, retention
from pages.parts.shared import session, views

here = session.current()
here.need_role("auditor")

st.title("Compliance")
VIEWS: dict[str, views.View] = {
    "findings": ("Findings", findings.show),
    "report": ("Control report", control_report.show),
    "retention": ("Retention", retention.show),
    "erasure": ("Erasure", erasure.show),
    "pack": ("Evidence pack", evidence_pack.show),
}
views.show(here, VIEWS, key="compliance_view")
