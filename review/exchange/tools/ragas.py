"""Scores of Ragas: a row for each sample, a column for each metric. An empty cell is no verdict: the judge failed.

The item is an id column, else the question.

Facts: SingleTurnSample and the metric names of the package ragas 0.4.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import ITEM_KEYS, Rating, Record, Tool, item_of, number, rated, text

INPUTS = frozenset(
    (
        *("user_input", "response", "reference", "retrieved_contexts", "reference_contexts", "rubrics"),
        *("retrieved_context_ids", "reference_context_ids", "multi_responses", "reference_topics"),
        *("reference_tool_calls", "persona_name", "query_style", "query_length", "synthesizer_name"),
    )
)


def recognise(record: Record) -> bool:
    """Whether a sample of Ragas has at least one more column that holds numbers."""
    return "user_input" in record and bool({"response", "reference"} & set(record)) and bool(_metrics(record))


def _metrics(record: Record) -> list[str]:
    """Return the columns of metrics: numbers, or empty."""
    left = [name for name in record if name not in INPUTS and name not in ITEM_KEYS]
    return [name for name in left if record[name] in (None, "") or number(record[name]) is not None]


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the score of each metric."""
    item = item_of({key: value for key, value in record.items() if key in ITEM_KEYS}, otherwise=record["user_input"])
    for name in _metrics(record):
        score = number(record[name])
        yield rated(
            item,
            "ragas",
            name,
            None if score is None else text(record[name]),
            score=score,
            error="" if score is not None else "missing",
        )


OTHER = "cell beside the sample that is no number, so no score"


def no_scores(record: Record) -> Iterator[str]:
    """Yield that a cell beside the sample holds no score."""
    taken = {*INPUTS, *ITEM_KEYS, *_metrics(record)}
    return (OTHER for name in record if name not in taken and name not in ("", "Unnamed: 0", "index"))


VERDICTS = Tool(
    about="scores of Ragas",
    sign="user_input, response and a column of numbers for each metric",
    recognise=recognise,
    ratings=verdicts,
    left_out=no_scores,
    sample={"id": "c-1", "user_input": "How many?", "response": "Seven.", "verdict": "0.9"},
)
