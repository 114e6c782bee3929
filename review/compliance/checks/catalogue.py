"""All daily checks in one dict."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.compliance.checks.check import DailyCheck

DAILY = loaded(
    DailyCheck,
    {
        "personal_data": "review.compliance.checks.personal_data:CHECK",
        "secrets": "review.compliance.checks.secrets:CHECK",
        "toxicity": "review.compliance.checks.toxicity:CHECK",
        "reasoning_chain": "review.compliance.checks.reasoning_chain:CHECK",
        "links": "review.compliance.checks.links:CHECK",
        "hosts": "review.compliance.checks.hosts:CHECK",
        "retention": "review.compliance.checks.retention:CHECK",
        "spool": "review.compliance.checks.spool:CHECK",
        "erasures": "review.compliance.checks.erasures:CHECK",
    },
)
"""Every daily check by its name, in the order of the control report. A new one is a file and a line here."""


def title_of(name: str) -> str:
    """Return the title of a check; its name for one that ran earlier and is gone."""
    return DAILY[name].title if name in DAILY else name
