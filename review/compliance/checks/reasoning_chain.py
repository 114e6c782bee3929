"""Answered conversations without the steps that led to the answer, so that nobody could explain it later."""

from __future__ import annotations

from review.checks.protocol import Span
from review.compliance.checks.check import Clause, DailyCheck, Look, each, place
from review.settings.project import Project
from storage.records_log import Conversation, final_answer

MISSING, EMPTY = "no steps", "empty steps"


def look(project: Project) -> Look:
    """Return the look at conversations."""
    return each(_found)


def _found(conversation: Conversation) -> list[Span]:
    if final_answer(conversation.messages, conversation.status) is None or _tools(conversation):
        return []
    if not conversation.steps:
        return [place("steps", 0, 0, MISSING)]
    return [] if any(_says(step) for step in conversation.steps) else [place("steps", 0, 0, EMPTY)]


def _tools(conversation: Conversation) -> bool:
    """Return whether the messages themselves record what was called, as logs of chat endpoints do."""
    return any(m["role"] == "tool" or m.get("tool_calls") for m in conversation.messages)


def _says(step: object) -> bool:
    """Return whether a step holds anything."""
    if isinstance(step, dict):
        return any(_says(value) for value in step.values())
    if isinstance(step, list | tuple):
        return any(map(_says, step))
    return step is not None and str(step).strip() != ""


CHECK = DailyCheck(
    title="reasoning chain",
    about="answered conversations whose log has no step: no reasoning, no tool that was called",
    clauses=(
        Clause("GDPR", "Art. 15(1)(h)", "meaningful information about the logic involved can be given on request"),
        Clause("GDPR", "Art. 22(3)", "a decision can be contested only if it can be explained"),
        Clause("GDPR", "Art. 5(2)", "accountability"),
    ),
    days=14,
    traffic=look,
    method=lambda project: "steps of the log, or calls of tools in the messages, for every conversation with an answer",
)
