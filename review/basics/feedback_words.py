"""Words in which products write a user's thumb, and what of a feedback is that word."""

from __future__ import annotations

# Words for a thumb down. 0 is not among them: many logs write it for "no feedback given".
NEGATIVE_FEEDBACK = (
    "down", "thumb_down", "thumbs_down", "thumb-down", "thumbs-down", "thumb down", "thumbs down", "thumbsdown",
    "negative", "dislike", "disliked", "bad", "false", "-1", "-1.0", "\U0001f44e",
)  # fmt: skip
POSITIVE_FEEDBACK = (
    "up", "thumb_up", "thumbs_up", "thumb-up", "thumbs-up", "thumb up", "thumbs up", "thumbsup",
    "positive", "like", "liked", "good", "true", "1", "1.0", "\U0001f44d",
)  # fmt: skip


def feedback_word(feedback: str | None) -> str:
    """Return what says whether feedback is negative: "down" for "Down,copied", "" without feedback. Pure."""
    return (feedback or "").split(",")[0].strip().lower()
