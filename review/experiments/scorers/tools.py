"""The tools that must be called: which, in which order, with which arguments. Other calls between them are allowed."""

from __future__ import annotations

from collections.abc import Sequence

from review.experiments.scorers.scorer import Score, Scorer, each, not_scored
from review.experiments.values import Answer, Case, ToolCall


def _score(case: Case, answer: Answer) -> Score:
    wanted, given = case.expected_tools, answer.tool_calls
    if not wanted:
        return not_scored("the case expects no tool")
    names = [call.name for call in given]
    called = sum(w.name in names for w in wanted)
    in_order = _in_order(wanted, given, by_name=True)
    right = _in_order(wanted, given, by_name=False)
    detail = {
        "called": called / len(wanted),
        "in_order": in_order / len(wanted),
        "with_arguments": right / len(wanted),
        "missing": [w.name for w in wanted if w.name not in names],
    }
    return Score(right / len(wanted), detail=detail)


def _in_order(wanted: Sequence[ToolCall], given: Sequence[ToolCall], *, by_name: bool) -> int:
    """Return how many expected calls were made in their order: the longest common subsequence."""
    row = [0] * (len(given) + 1)
    for call in wanted:
        before = row[:]
        for k, made in enumerate(given, start=1):
            fits = call.name == made.name and (by_name or _fit(call, made))
            row[k] = before[k - 1] + 1 if fits else max(before[k], row[k - 1])
    return row[-1]


def _fit(wanted: ToolCall, made: ToolCall) -> bool:
    """Whether the arguments that the case names have their values; others may stand beside them."""
    given = made.arguments or {}
    return all(name in given and given[name] == value for name, value in (wanted.arguments or {}).items())


SCORER = Scorer(
    title="expected tools",
    about="the share of the expected tools that were called in order, with the expected arguments",
    score=each(_score),
    sample={"case": {"expected_tools": [["look_up", {"id": 7}]]}, "answer": {"tool_calls": [["look_up", {"id": 7}]]}},
)
