"""The execution kind of judge: an answer is right when its query gives the result of the reference.

Both run in child processes on the database of ``[sql]``, after the proof. What is no evidence (two empty results, a
reference that fails, a limit of rows, a masked value in the query, no reference) is a missing verdict. An answer
without a query is not asked about. What people see of an execution is kept as the reply, by a key of both texts,
the settings and the state of the data, so the same comparison is never made twice. A database that did not answer is
asked again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from review.basics import setting
from review.basics.canonical import digest
from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.golden.references import is_masked
from review.judges.protocol.protocol import NOT_ASKED, Bench, Call, Kind, Opinion, Subject
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings
from review.settings.sql import SqlSettings
from review.sql.engines.catalogue import place_of
from review.sql.execution.runner import Runner
from review.sql.lane.examine import examine
from review.sql.results.outcome import NO_EVIDENCE, OUTCOMES, Outcome, is_right

FORM = 1
"""The form of what is kept; a higher number makes every comparison anew."""
AWAY = "unavailable"
"""The outcome that says nothing, now or later: its pair is not compared, and nothing of it is remembered."""
AT_ONCE, TOGETHER = 4, 32
"""Statements that run side by side, and subjects whose earlier comparisons are looked up together."""


@dataclass(frozen=True, kw_only=True)
class ExecutionSpec:
    """How results become verdicts.

    ``engine`` is the address of the database, "" for that of ``[sql]``. ``extra_columns`` counts answers with columns
    beside those of the reference as right. ``right`` and ``wrong`` are the values by dimension.
    """

    engine: str = ""
    extra_columns: bool = False
    right: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> ExecutionSpec:
        """Read a spec. Raises InputError that names the setting."""
        found = cls().to_json()
        setting.known_keys("execution judge", table, found)
        found |= table
        return cls(
            engine=setting.text("execution judge, engine", found["engine"], of="the address of a database"),
            extra_columns=setting.flag("execution judge, extra_columns", found["extra_columns"]),
            right=setting.text_table("execution judge, right", found["right"]),
            wrong=setting.text_table("execution judge, wrong", found["wrong"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Write the spec as it is stored and hashed."""
        return {
            "engine": self.engine,
            "extra_columns": self.extra_columns,
            "right": dict(self.right),
            "wrong": dict(self.wrong),
        }


def checked(spec: ExecutionSpec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> ExecutionSpec:
    """Return the spec with both values of each dimension. Raises InputError for a dimension that has no such values.

    Wrong is the positive value, else the first; right is the value at the other end of the scale.
    """
    if spec.engine:
        place_of(spec.engine)
    right, wrong = dict(spec.right), dict(spec.wrong)
    for d in dimensions:
        values = d.scale.values
        if d.scale.kind not in ("nominal", "ordinal") or len(values) < 2:
            raise InputError(f"{d.name}: found a {d.scale.kind} scale, expected one value of several. Leave it out.")
        bad = wrong.setdefault(d.name, d.positive if d.positive is not None else values[0])
        good = right.setdefault(d.name, values[0] if bad == values[-1] else values[-1])
        for name, value in (("right", good), ("wrong", bad)):
            setting.one_of(f"execution judge, {name}.{d.name}", value, values)
    names = [d.name for d in dimensions]
    setting.known_keys("execution judge, right", right, names)
    setting.known_keys("execution judge, wrong", wrong, names)
    return ExecutionSpec(engine=spec.engine, extra_columns=spec.extra_columns, right=right, wrong=wrong)


def judge(bench: Bench[ExecutionSpec], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """Yield what execution says of each subject, in order.

    Raises InputError before the first opinion when no database is named or it cannot be opened.
    """
    address = bench.spec.engine or bench.sql.engine
    asked = [s for s in subjects if may_be_executed(s)]
    if asked and not address:
        raise InputError(
            "execution judge: there is no database to run queries on. Give its address as engine in [sql] of "
            "spotcheck.toml."
        )
    for subject in subjects:
        if bench.stopped():
            return
        if not may_be_executed(subject):
            yield from _unasked(bench, subject)
    if not asked:
        return
    # Starting a process takes longer than running a few statements.
    processes = max(1, min(AT_ONCE, os.cpu_count() or 1, len(asked) // 16))
    with (
        Runner(
            address,
            policy=bench.sql.policy,
            limits=bench.sql.limits,
            processes=processes,
            kept_in=bench.sql.cache,
        ) as runner,
        ThreadPoolExecutor(runner.processes) as threads,
    ):
        for start in range(0, len(asked), TOGETHER):
            if bench.stopped():
                return
            yield from _together(bench, runner, threads, asked[start : start + TOGETHER])


def _together(
    bench: Bench[ExecutionSpec], runner: Runner, threads: ThreadPoolExecutor, subjects: Sequence[Subject]
) -> Iterator[Opinion]:
    """Yield the opinions on a few subjects; those that an earlier run compared on the same data are not run again."""
    state = runner.state()
    where = [FORM, str(tuple(runner.place[:3])), *_decided_by(bench.sql)]
    keys = [digest([*where, state or new_id(), s.sql, s.reference_sql, s.question, s.answer]) for s in subjects]
    known = bench.replies.known(keys) if bench.replies and not bench.options.fresh else {}
    made = threads.map(
        lambda pair: known.get(pair[0]) or _executed(bench, runner, pair[1]), zip(keys, subjects, strict=True)
    )
    for key, subject, found in zip(keys, subjects, made, strict=True):
        if bench.replies is not None:
            bench.replies.log(_call(key, subject, found, engine=runner.place.scheme))
        yield from _opinions(bench, subject, found, key in known)


def may_be_executed(subject: Subject) -> bool:
    """Return whether a subject has a query and a reference, and neither holds a masked value."""
    return all(sql.strip() and not is_masked(sql) for sql in (subject.sql, subject.reference_sql))


def _unasked(bench: Bench[ExecutionSpec], subject: Subject) -> Iterator[Opinion]:
    error = "no_evidence" if subject.sql.strip() else NOT_ASKED
    why = ""
    if error != NOT_ASKED:
        masked = "The query or its reference holds a masked value, so it was not executed."
        why = masked if subject.reference_sql.strip() else "There is no reference to compare with."
    for d in bench.dimensions:
        yield Opinion(subject=subject.id, dimension=d.name, value=None, error=error, rationale=why)


def pair_key(subject: Subject, sql: SqlSettings) -> str:
    """Return a short name of a query and its reference under the settings that decide what runs and what is found."""
    return digest([*_decided_by(sql), subject.sql, subject.reference_sql])[:16]


def _decided_by(sql: SqlSettings) -> list[Any]:
    """The settings that an execution depends on, in a form that is the same in every process."""
    policy = {
        name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(sql.policy).items()
    }
    return [policy, {table: sorted(map(sorted, keys)) for table, keys in sql.keys.items()}, vars(sql.limits)]


def _executed(bench: Bench[ExecutionSpec], runner: Runner, subject: Subject) -> dict[str, Any]:
    seen = examine(
        runner,
        subject.sql,
        subject.reference_sql,
        keys=bench.sql.keys,
        answer=subject.answer,
        question=subject.question,
    )
    evidence = seen.evidence(engine=runner.place.scheme)
    return {**bench.mask(dict(evidence)), "ms": 1000 * seen.generated.seconds}


def _call(key: str, subject: Subject, found: Mapping[str, Any], *, engine: str) -> Call:
    """Return the evidence about one subject as it is kept."""
    return Call(
        subject=subject.id,
        key=key,
        attempt=1,
        at=now(),
        host="",
        model=engine,
        status=None,
        error="unreachable" if found["outcome"] == AWAY else "",
        latency_ms=round(float(found["ms"]), 3),
        tokens_in=None,
        tokens_out=None,
        cost=None,
        reply={**found, "reference_from": subject.reference_from},
    )


def _opinions(
    bench: Bench[ExecutionSpec], subject: Subject, found: Mapping[str, Any], cached: bool
) -> Iterator[Opinion]:
    outcome: Outcome = found["outcome"]
    right = is_right(outcome, extra_columns=bench.spec.extra_columns)
    for d in bench.dimensions:
        values = bench.spec.right if right else bench.spec.wrong
        value = None if outcome in NO_EVIDENCE else values[d.name]
        yield Opinion(
            subject=subject.id,
            dimension=d.name,
            value=value,
            error="" if value is not None else "no_evidence",
            rationale=f"Execution: {OUTCOMES[outcome]}. {found['reason']}".strip(),
            raw=outcome if outcome == AWAY else f"{outcome} {pair_key(subject, bench.sql)}",
            latency_ms=found["ms"],
            cached=cached,
        )


KIND = Kind(
    title="execution",
    read=ExecutionSpec.from_json,
    checked=checked,
    judge=judge,
    about="runs the query of an answer and its reference on the database of `[sql]`, and compares their results",
    needs_reference=True,
)
