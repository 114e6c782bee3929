"""What makes a row of the log a failure, and which kind of error it has, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from review.basics.sql_literals import sql_literal
from review.log.told import ToldBySteps

CAUSES = ("error", "repaired", "low_confidence", "feedback", "wrong")
"""Why a conversation is a failure. One that fits several counts under the first."""


def _no_step(content: str | None, error_type: str | None, error_message: str | None) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class FailureRules:
    """What makes a conversation a failure, and which group it falls into.

    ``kinds`` are patterns by kind of error, for the type and for the message, in order; ``other`` is the kind of the
    rest. ``negative`` are the words of negative feedback, ``confidence`` is the least confidence that is enough.
    ``modes`` gives each group that was named its mode. ``given`` is the mode that a person gave a conversation, and
    ``wrong`` are the conversations that people found wrong. ``without`` are left out: the viewer has yet to review
    them. ``told`` is what the steps of old traces tell that their import did not read. ``step_of`` returns the step in
    which a conversation went wrong, "" where none can be named, from its content as the log has it, the type and the
    message of its error.
    """

    kinds: Sequence[tuple[str, str, str]]
    other: str
    negative: Sequence[str]
    confidence: float = 0.5
    modes: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    wrong: Collection[str] = ()
    without: Collection[str] = ()
    told: Mapping[str, ToldBySteps] = field(default_factory=dict)
    step_of: Callable[[str | None, str | None, str | None], str] = _no_step

    @property
    def key(self) -> Hashable:
        """What is alike for rules that find the same failures, to keep a count under."""
        pairs = frozenset(self.modes.items()), frozenset(self.given.items())
        words = tuple(self.kinds), self.other, tuple(self.negative), self.confidence
        return words, *pairs, frozenset(self.wrong), frozenset(self.without), frozenset(self.told.items())


REPAIRED = "(coalesce(repaired, false) AND coalesce(repair_rounds, 0) >= 1)"
"""SQL for whether a conversation was repaired."""


def cause_sql(rules: FailureRules, **more: str) -> str:
    """Return SQL for why a row is a failure, NULL where it is none. ``more`` are tests of further causes, by name."""
    tests = {
        "error": f"status = 'error' AND NOT {REPAIRED}",
        "repaired": REPAIRED,
        "low_confidence": f"coalesce(low_confidence, false) OR coalesce(confidence < {rules.confidence:f}, false) "
        "OR (repaired = false AND (coalesce(repair_rounds, 0) >= 1 OR error_type IS NOT NULL))",
        "feedback": f"lower(trim(split_part(coalesce(feedback, ''), ',', 1))) IN ({_texts(rules.negative)})",
        **more,
    }
    cases = " ".join(f"WHEN {test} THEN '{name}'" for name, test in tests.items())
    return f"CASE {cases} END"


def kind_sql(rules: FailureRules) -> str:
    """Return SQL for the kind of error of a row, NULL where it has neither a type nor a message."""
    named, said = "lower(coalesce(error_type, ''))", "lower(coalesce(error_message, ''))"
    whole = [
        f"WHEN {named} IN ({_texts([k, k.replace('_', ' ')])}) THEN {sql_literal(k)}"
        for k in (*[r[0] for r in rules.kinds], rules.other)
    ]
    by_type = [_when(named, p, k) for k, p, _ in rules.kinds if p]
    by_message = [_when(said, p, k) for k, _, p in rules.kinds if p]
    nothing = f"WHEN {named} = '' AND {said} = '' THEN NULL"
    return f"CASE {' '.join([nothing, *whole, *by_type, *by_message])} ELSE {sql_literal(rules.other)} END"


def _when(text: str, pattern: str, kind: str) -> str:
    return f"WHEN regexp_matches({text}, {sql_literal(pattern)}) THEN {sql_literal(kind)}"


def _texts(values: Sequence[str]) -> str:
    return ", ".join(map(sql_literal, values)) or "''"
