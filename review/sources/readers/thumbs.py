"""What scores of users mean: a thumb up or down."""

from __future__ import annotations

import math
from typing import Any

NAMES = frozenset(
    (
        *("feedback", "user_feedback", "userfeedback", "thumb", "thumbs", "thumbs_up", "thumb_up"),
        *("user_score", "user_rating", "helpful"),
    )
)
"""Names of scores that users give, in lower case with underscores."""
UP = frozenset(("up", "thumbs_up", "thumb_up", "thumbsup", "positive", "like", "liked", "good", "true", "yes"))
DOWN = frozenset(
    ("down", "thumbs_down", "thumb_down", "thumbsdown", "negative", "dislike", "disliked", "bad", "false", "no")
)


def is_thumb(name: object) -> bool:
    """Whether a score of this name is a user's thumb."""
    return isinstance(name, str) and _plain(name) in NAMES


def thumb_of(value: Any) -> str | None:
    """Return up or down for a value that means one; None for any other, such as a grade between."""
    if isinstance(value, bool):
        return "up" if value else "down"
    if isinstance(value, str):
        word = _plain(value)
        if word in UP or word in DOWN:
            return "up" if word in UP else "down"
        try:
            value = float(word)
        except ValueError:
            return None
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return "up" if value == 1 else "down" if value == -1 else None


def thumb_of_score(value: Any) -> str | None:
    """The same for a score that exists only when somebody gave it: 0 is a thumb down."""
    zero = not isinstance(value, bool) and value in (0, "0", "0.0")
    return "down" if zero else thumb_of(value)


def _plain(text: str) -> str:
    return text.strip().lower().replace("-", "_").replace(" ", "_")
