"""Sort answers of a data agent into those proved right, those proved wrong, and those that need a person.

An answer is proved wrong by an error of the proof or of its demands, by a result that differs from every reference, or
by words whose one figure contradicts the one number of the result. It is proved right by the result of a reference, as
long as nothing else speaks against it. Everything else needs a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from review.sql.execution.closest import Closest, closest
from review.sql.execution.perturbed import told_apart
from review.sql.execution.runner import Runner
from review.sql.execution.volatile import reads_clock
from review.sql.lane.weighing import Evidence, weigh
from review.sql.lane.wishes import OrderCounts, too_coarse
from review.sql.lane.zeros import agree_by_accident
from review.sql.proof.prove import Proof, prove
from review.sql.results.figures import look_up
from review.sql.results.none_said import holds_nothing, none_said
from review.sql.results.outcome import Comparison, is_right
from review.sql.results.references import references_in
from review.sql.results.result import Result
from review.sql.results.worded import words_beside
from review.sql.schema.schema import Schema
from review.sql.semantic.demands import Demands, Met, demands_met, met_beside
from review.sql.tree.statement import UnreadableSql, read_statement

Verdict = Literal["right", "wrong", "person"]
Words = Literal["", "figures traced", "not checked"]
VERDICTS: dict[Verdict, str] = {"right": "proved right", "wrong": "proved wrong", "person": "need a person"}


@dataclass(frozen=True, kw_only=True)
class AgentAnswer:
    """One answer: its question and SQL, its words, and a reference where there is one (see ``references_in``)."""

    id: str
    sql: str
    question: str = ""
    answer: str = ""
    reference: str = ""
    as_of: date | None = None
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """``required_tables`` and the like, as ``Demands`` names them."""


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """Where an answer belongs, and why in words. ``outcome`` is "" without a reference.

    ``notes`` say what a reader should know of an answer that is right all the same. ``words`` says how far its words
    were checked, "" without words: what is proved is the query and its result, never all that words say.
    ``execution`` and ``semantic`` are the two parts of the combined accuracy, None without evidence.
    """

    id: str
    verdict: Verdict
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    outcome: str = ""
    words: Words = ""
    execution: float | None = None
    semantic: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the item for JSON."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "outcome": self.outcome or None,
            "why": list(self.why),
            "notes": list(self.notes),
            "words": self.words or None,
        }


@dataclass(frozen=True, kw_only=True)
class Sorter:
    """A database with what a project says of its questions: words that demand a table, and declared keys.

    ``order`` says where the order of rows counts; ``changed`` are copies of the database on which equal results are
    compared once more.
    """

    runner: Runner
    schema: Schema
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra_columns: bool = False
    order: OrderCounts = "question"
    changed: Sequence[Runner] = ()

    def sort(self, given: AgentAnswer) -> Sorted:
        """Prove, run and compare one answer."""
        found = Evidence()
        semantic = self._read(given, found)
        result = self.runner.run(given.sql)
        nearest = closest(
            self.runner, result, references_in(given.reference, self.runner.engine.dialect), generated_sql=given.sql
        )
        best = nearest.comparison if nearest else None
        beside = Evidence()
        words = _words(given, result, beside)
        equal = best is not None and is_right(best.outcome, extra_columns=self.extra_columns)
        if not equal:
            dialect = self.runner.engine.dialect
            equal = weigh(
                nearest, result, beside, question=given.question, dialect=dialect, order=self.order,
                extra_columns=self.extra_columns,
            )  # fmt: skip
        if beside.wrong and result.done and (late := self._late(given, nearest)):
            # Another day has another result, so neither result nor words prove anything.
            beside.doubt[:0], beside.wrong = [late, *beside.wrong], []
        found.add(beside)
        if result.ending == "refused" and not (found.wrong or found.doubt):
            # The proof let it through, and the guard of the engine did not.
            found.doubt.append(f"It did not run: {result.error}")
        if equal and nearest and (asked := too_coarse(given.question, nearest.comparison, result, nearest.expected)):
            found.doubt.append(f"The figures are rounded to fewer places than asked for: '{asked}'.")
        if (
            equal
            and nearest
            and self.changed
            and told_apart(self.changed, given.sql, nearest.reference_sql, extra_columns=self.extra_columns)
        ):
            found.doubt.append("Equal by accident, perhaps: on changed data the two differ.")
        zeros = equal and nearest and agree_by_accident(given.sql, nearest, self.runner.engine.dialect, self.changed)
        if zeros:
            found.doubt.append("Both give nothing but 0, which is as little evidence as two results without rows.")
        verdict: Verdict = "wrong" if found.wrong else "person" if found.doubt else "right"
        execution = None if zeros else self._execution(best, result, verdict, equal=equal)
        # What is proved wrong does not mean what was asked, whatever demands it meets. Where its execution says so and
        # nothing was demanded, a 0 would count in the mean of meanings without the right answers beside it.
        void = verdict == "wrong" and (semantic is not None or execution != 0)
        why = tuple(dict.fromkeys([*found.wrong, *found.doubt, *([] if equal else found.warnings)]))
        return Sorted(
            id=given.id,
            verdict=verdict,
            why=why,
            notes=tuple(dict.fromkeys(found.notes)) if verdict == "right" else (),
            outcome=best.outcome if best else "",
            words=words,
            execution=execution,
            semantic=0.0 if void else semantic,
        )

    def _execution(self, best: Comparison | None, result: Result, verdict: Verdict, *, equal: bool) -> float | None:
        """The execution part of the combined accuracy, None where there is no evidence.

        Rows in another writing that loses nothing count as right. What waits for a person is no 0 yet.
        """
        if verdict == "wrong" and result.ending in ("failed", "refused", "timed_out"):
            return 0.0
        if best is None:
            return None
        right = (equal and best.lossless) or is_right(best.outcome, extra_columns=self.extra_columns)
        found = 1.0 if right else best.correct
        return None if found == 0 and verdict == "person" else found

    def _late(self, given: AgentAnswer, nearest: Closest | None) -> str:
        """Say that a statement reads the clock, and that its question is of another day; "" where that is not so."""
        if given.as_of is None or given.as_of == datetime.now(UTC).date():
            return ""
        for whose, sql in (("query", given.sql), ("reference", nearest.reference_sql if nearest else "")):
            try:
                late = bool(sql) and reads_clock(read_statement(sql, self.runner.engine.dialect, self.schema))
            except UnreadableSql:
                late = False
            if late:
                return f"The {whose} reads the clock of the database, and its question is of {given.as_of}."
        return ""

    def _read(self, given: AgentAnswer, found: Evidence) -> float | None:
        """Note what the text of the statement says: the proof, and what its question demands; return that score."""
        dialect = self.runner.engine.dialect
        references = references_in(given.reference, dialect)
        proof = prove(given.sql, dialect, self.schema, self.runner.policy)
        # A rule that refuses every reference as well says nothing of who is wrong.
        refused = _refused_by(proof)
        for sql in references if refused else ():
            refused &= _refused_by(prove(sql, dialect, self.schema, self.runner.policy))
        for f in proof.findings:
            if f.severity == "error" and references and f.rule in refused:
                found.doubt.append(f"{f.message} The reference is refused for the same rule.")
            elif f.severity == "error" and not f.unknown:
                found.wrong.append(f.message)
            elif f.severity == "error" or f.rule == "parse":
                found.doubt.append(f.message)
            elif f.severity == "warning":
                found.warnings.append(f.message)
        if proof.statement is None:
            return None
        demands = Demands(question=given.question, words=self.words, as_of=given.as_of, **given.lists)
        own, beside = self._met(given.sql, demands), [self._met(one, demands) for one in references]
        met = met_beside(own, beside)
        for f in own.findings:
            if f not in met.findings and f.severity == "error":
                found.notes.append(f"{f.message} The reference does not meet this either, so it does not count.")
        for f in met.findings:
            if f.severity == "error" or (f.rule, f.severity) == ("time", "warning"):
                # Words name a time in many ways, so a time that does not fit is for a person to see.
                (found.doubt if f.rule == "time" else found.wrong).append(f.message)
        return met.score

    def _met(self, sql: str, demands: Demands) -> Met:
        return demands_met(sql, demands, dialect=self.runner.engine.dialect, schema=self.schema)


def _refused_by(proof: Proof) -> set[str]:
    """The rules that refuse a statement."""
    return {f.rule for f in proof.findings if f.severity == "error"}


def _words(given: AgentAnswer, result: Result, found: Evidence) -> Words:
    """Look at the words of an answer beside its result, and say how far they were checked."""
    if not given.answer.strip() or not result.done:
        return ""
    if result.truncated:
        # A sum or an average of the rows that are missing cannot be reckoned.
        return "not checked"
    read = words_beside(given.answer, result, question=given.question, sql=given.sql, as_of=given.as_of)
    looked = look_up(given.answer, result, question=given.question, sql=given.sql)
    found.wrong += [why for _, why in looked.against()]
    found.doubt += [*read.against, *(f.message for f in looked.findings)]
    none = holds_nothing(result) and none_said(given.answer, given.question, result)
    traced = len(looked.judged) - len(looked.findings) + bool(none)
    sure = traced and not (looked.findings or read.against) and read.sure
    return "figures traced" if sure else "not checked"
