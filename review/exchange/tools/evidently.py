"""Judges of Evidently: a column for each judge and ``X reasoning`` (and often ``X score``) beside it.

The item is an id column, else the column without a name, which is the row's number.

Facts: the tutorial examples/LLM_judge.mdx of Evidently's documentation; not run.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import ITEM_KEYS, Rating, Record, Tool, item_of, number, rated, text

REASONING, SCORE = (" reasoning", " score")


def recognise(record: Record) -> bool:
    """Whether a column has another one with its reasoning."""
    return bool(_judges(record))


def _judges(record: Record) -> list[str]:
    named = (key.removesuffix(REASONING) for key in record if key.endswith(REASONING))
    return [name for name in named if name in record]


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the verdict of each judge with its reasoning."""
    index = next((record[key] for key in ("", "Unnamed: 0", "index") if key in record), None)
    item = item_of({key: value for key, value in record.items() if key in ITEM_KEYS}, otherwise=index)
    for name in _judges(record):
        label = record[name] if record[name] not in (None, "") else None
        yield rated(
            item,
            "evidently",
            name,
            label,
            comment=text(record.get(name + REASONING)),
            score=number(record.get(name + SCORE)),
            error="" if label is not None else "missing",
        )


ALONE = "reasoning without the column of its judge"


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield that a reasoning stands alone."""
    named = (key.removesuffix(REASONING) for key in record if key.endswith(REASONING))
    return (ALONE for name in named if name not in record)


VERDICTS = Tool(
    about="judges of Evidently",
    sign="a column with another one called like it and 'reasoning'",
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={"id": "c-1", "verdict": "good", "verdict reasoning": "It is right."},
)
