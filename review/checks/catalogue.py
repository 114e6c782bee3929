"""All checks in one dict."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.checks.protocol import Check

CHECKS = loaded(
    Check,
    {
        "personal_data": "review.checks.personal_data:CHECK",
        "language": "review.checks.language:CHECK",
        "length": "review.checks.length:CHECK",
        "repetition": "review.checks.repetition:CHECK",
        "refusal": "review.checks.refusal:CHECK",
        "clarification": "review.checks.clarification:CHECK",
        "politeness": "review.checks.politeness:CHECK",
        "toxicity": "review.checks.toxicity:CHECK",
        "similarity": "review.checks.similarity:CHECK",
        "sql_proof": "review.checks.sql_proof:CHECK",
    },
)
"""Every check by its name in ``[checks]``. A new one is a file with a ``Check`` and a line here."""

CHEAP = tuple(name for name, check in CHECKS.items() if check.cheap)
"""The checks that run on import unless the project says otherwise."""


def title_of(name: str) -> str:
    """Return the title of a check; its name for one that an older log ran and that is gone."""
    return CHECKS[name].title if name in CHECKS else name
