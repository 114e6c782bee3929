"""Scores by people that an import of conversations left in the log, as Spotcheck writes them out.

The rater is as the log has it: a keyed hash for an e-mail address.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import Rating, Record, Tool, objects, rated, text
from review.sources.human_scores import rater_of


def recognise(record: Record) -> bool:
    """Whether there are human scores of a conversation."""
    return "human_scores" in record and "conversation_id" in record


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield each score."""
    for row in objects(record.get("human_scores")):
        comment = text(row.get("comment")) or text(row.get("rationale"))
        yield rated(
            text(record.get("conversation_id")), rater_of(row), text(row.get("name")), row.get("value"), comment=comment
        )


LABELS = Tool(
    about="scores by people in the log",
    sign="conversation_id and human_scores",
    recognise=recognise,
    ratings=labels,
    sample={"conversation_id": "c-1", "human_scores": [{"name": "verdict", "value": "good", "rater": "Mara"}]},
)
