"""Rubrics to start from, as data: that of a new project, and the one for answers in SQL."""

from __future__ import annotations

from typing import Any, NamedTuple

from review.rubric.default import DEFAULT_RUBRIC

SQL_RUBRIC: dict[str, Any] = {
    "reveal": True,
    "dimensions": [
        {
            "name": "semantic_accuracy",
            "title": "Means what was asked",
            "scale": "ordinal",
            "values": ["no", "partly", "yes"],
            "positive": "no",
            "guidance": "Does the query answer the question that was asked? Judge its tables, joins, filters, period "
            "and grouping, not its style. A query may run and still mean something else.",
            "value_guidance": {
                "no": "It answers another question, or its figures are wrong.",
                "partly": "The right idea, but a condition, a group or a column that matters is missing or too much.",
                "yes": "Somebody who knows the data would accept it as it is.",
            },
        },
        {
            "name": "sql_reasons",
            "title": "What is wrong with it",
            "scale": "set",
            "values": [
                *("wrong_table", "wrong_join", "repeated_rows", "missing_filter", "wrong_period", "wrong_grouping"),
                *("wrong_column", "misunderstood", "answer_differs"),
            ],
            "shown_when": {"semantic_accuracy": ["no", "partly"]},
            "guidance": "Choose every reason that applies, then Enter.",
            "value_guidance": {
                "repeated_rows": "A join repeats rows, so sums and counts are too high.",
                "answer_differs": "The words of the answer do not say what the result says.",
            },
        },
    ],
}


class Preset(NamedTuple):
    """A rubric to start from: what the Rubric page calls it, and the document."""

    title: str
    document: dict[str, Any]


PRESETS = {
    "support": Preset("Support: correctness, reasons, intent, politeness", DEFAULT_RUBRIC),
    "sql": Preset("Answers in SQL: meaning and reasons", SQL_RUBRIC),
}
"""Every preset by the name that ``preset`` in [rubric] takes. A new one is data and a line here."""
