"""All exports of tools in two dicts, those with labels of people and those with verdicts of judges."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.exchange.tools.tool import Tool

LABEL_READERS = loaded(
    Tool,
    {
        "label_studio": "review.exchange.tools.label_studio:LABELS",
        "label_studio_min": "review.exchange.tools.label_studio:ROWS",
        "argilla": "review.exchange.tools.argilla:NESTED",
        "argilla_flat": "review.exchange.tools.argilla:FLAT",
        "prodigy": "review.exchange.tools.prodigy:LABELS",
        "doccano": "review.exchange.tools.doccano:LABELS",
        "langfuse_scores": "review.exchange.tools.langfuse:LABELS",
        "langfuse_traces": "review.exchange.tools.langfuse:OF_TRACES",
        "langsmith_feedback": "review.exchange.tools.langsmith:LABELS",
        "langsmith_runs": "review.exchange.tools.langsmith:OF_RUNS",
        "openinference": "review.exchange.tools.openinference:LABELS",
        "arena": "review.exchange.tools.arena_votes:LABELS",
        "logged_scores": "review.exchange.tools.logged_scores:LABELS",
    },
)
"""Exports with labels by their name in ``labels import --format``."""

VERDICT_READERS = loaded(
    Tool,
    {
        "promptfoo": "review.exchange.tools.promptfoo:VERDICTS",
        "deepeval": "review.exchange.tools.deepeval:VERDICTS",
        "ragas": "review.exchange.tools.ragas:VERDICTS",
        "evidently": "review.exchange.tools.evidently:VERDICTS",
        "openinference": "review.exchange.tools.openinference:VERDICTS",
        "openai_evals": "review.exchange.tools.openai_evals:VERDICTS",
        "langfuse_scores": "review.exchange.tools.langfuse:VERDICTS",
        "langsmith_feedback": "review.exchange.tools.langsmith:VERDICTS",
        "label_studio": "review.exchange.tools.label_studio:VERDICTS",
        "argilla": "review.exchange.tools.argilla:VERDICTS",
    },
)
"""Exports with verdicts by their name in ``verdicts import --format``."""
