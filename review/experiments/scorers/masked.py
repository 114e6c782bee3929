"""Whether a text holds a masked value, such as ``[EMAIL_1]``: what was there is not known, so SQL cannot be run."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\[[A-Z][A-Z0-9_]*_[0-9]+\]")


def holds_a_mask(*texts: str | None) -> bool:
    """Whether any of the texts holds a token of masking."""
    return any(text and _TOKEN.search(text) for text in texts)
