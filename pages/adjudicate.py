"""Settle disagreements: votes side by side without names, final labels, the reason, and approval as golden."""

from __future__ import annotations

from pages.parts.desk import adjudicator
from pages.parts.shared import session

here = session.current()
here.need_role("adjudicator")
adjudicator.adjudicate(here, here.need_week())
