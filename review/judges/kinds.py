"""All kinds of judge in one glance, behind the small protocol of ``protocol.py``."""

from __future__ import annotations

from review.judges import learned, llm, local, recorded
from review.judges.protocol import Kind

JUDGES: dict[str, Kind] = {
    "llm": llm.KIND,
    "local": local.KIND,
    "learned": learned.KIND,
    "recorded": recorded.KIND,
}
"""Every kind of judge by name. A new one is a file with a ``KIND`` and a line here."""
