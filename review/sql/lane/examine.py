"""Execute a query and its reference on one engine, and say how their results compare, for people and for a judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from review.sql.execution.closest import closest
from review.sql.execution.runner import Runner
from review.sql.lane.lane import Keys
from review.sql.proof.prove import prove
from review.sql.results.figures import untraceable
from review.sql.results.outcome import OUTCOMES, Comparison
from review.sql.results.references import references_in
from review.sql.results.result import Result
from review.sql.results.side_by_side import Side, side_by_side
from review.sql.results.worded import contradictions

FIGURES = 5
"""How many statements of an answer are listed that its result does not explain or contradicts."""


class ProofNote(TypedDict):
    """One finding of the proof, in words."""

    severity: str
    message: str


class Evidence(TypedDict):
    """What people see of an execution: the outcome in words, both results, the reference, and the findings.

    ``reference_from`` says in words where the reference comes from.
    """

    outcome: str
    said: str
    reason: str
    engine: str
    reference_sql: str
    reference_from: str
    answer: Side
    reference: Side
    findings: list[ProofNote]


@dataclass(frozen=True, kw_only=True)
class Examination:
    """One query beside the reference that it comes closest to."""

    comparison: Comparison
    reference_sql: str
    generated: Result
    expected: Result
    findings: tuple[ProofNote, ...] = ()

    def evidence(self, *, engine: str = "", reference_from: str = "") -> Evidence:
        """Return what people see."""
        answer, reference = side_by_side(self.generated, self.expected, self.comparison)
        return {
            "outcome": self.comparison.outcome,
            "said": OUTCOMES[self.comparison.outcome],
            "reason": self.comparison.reason,
            "engine": engine,
            "reference_sql": self.reference_sql,
            "reference_from": reference_from,
            "answer": answer,
            "reference": reference,
            "findings": list(self.findings),
        }


def examine(
    runner: Runner, sql: str, references: str, *, keys: Keys | None = None, answer: str = "", question: str = ""
) -> Examination:
    """Run a query and each statement that its reference stands for, and keep the best comparison.

    ``keys`` are declared beside those of the database. Figures of the worded ``answer`` that the result does not
    explain are found too. Raises ValueError when ``references`` holds no statement. What the proof refuses is not
    executed.
    """
    generated = runner.run(sql)
    best = closest(runner, generated, references_in(references, runner.engine.dialect), generated_sql=sql)
    if best is None:
        raise ValueError("a reference must hold a statement")
    schema = runner.schema.with_keys(keys) if keys else runner.schema
    proof = prove(sql, runner.engine.dialect, schema, runner.policy)
    said = [ProofNote(severity=f.severity, message=f.message) for f in proof.findings]
    if not generated.truncated:
        found = [
            *(
                ProofNote(severity=f.severity, message=f.message)
                for f in untraceable(answer, generated, question=question, sql=sql)
            ),
            *(
                ProofNote(severity="warning", message=m)
                for m in contradictions(answer, generated, question=question, sql=sql)
            ),
        ]
        said += found[:FIGURES]
    return Examination(
        comparison=best.comparison,
        reference_sql=best.reference_sql,
        generated=generated,
        expected=best.expected,
        findings=tuple(said),
    )
