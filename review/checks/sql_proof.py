"""Whether the query of a conversation is proved: it only reads, and names tables and columns that exist.

The rules are those of ``[sql]``. A query that cannot be read is not checked, which is no error. Where the log holds the
result, every figure of the worded answer must come from it; one that does not is a warning, and an error where the one
number of the result contradicts it. The evidence is the places
in the query and in the answer; the note names the broken rules and repeats no word of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from review.basics import setting
from review.basics.errors import InputError
from review.checks.protocol import Check, Options, Span, Texts, finding
from review.checks.protocol import Finding as Found
from review.sql.tree.finding import SEVERITIES, Finding

if TYPE_CHECKING:  # processes that mask start sooner without the parser
    from review.sql.proof.prove import Proof

NAME, LANE = "sql_proof", "lane"
OPTIONS = {"flags": "error"}
"""``flags``: the mildest finding that flags a conversation: error, warning or note. The lane comes from [sql]."""

MOST_TEXT = 100_000
"""Characters of the longest query that is read on import."""
FIGURES = "figures"
DEMANDS = {
    "words": "reads a table that the words of the question ask for",
    "time": "names the time that the question asks for",
    FIGURES: "gives the figures of the worded answer in its result",
}


def sql_proof(texts: Texts, options: Options) -> Found:
    """Flag a query with an error.

    ``value`` is proved, doubtful, contradicted (the answer by its result), refused, not checked, or no query.
    """
    lane, sql = options.get(LANE), texts.fields.get("sql", "")
    least = setting.one_of("checks.sql_proof.flags", options["flags"], SEVERITIES)
    if lane is not None:
        lane.schemas()
    if not sql.strip():
        return finding(value="no query")
    if lane is None:
        return finding(value="not checked", note="[sql] of spotcheck.toml names no dialect, schema or engine")
    if len(sql) > MOST_TEXT:
        return finding(value="not checked", note=f"{len(sql):,} characters, over {MOST_TEXT:,}")
    from review.sql.lane.lane import findings_about

    proof = findings_about(lane, sql, question=texts.asked, database=texts.database, as_of=day_of(texts.asked_on))
    invented = _invented(texts)
    contradicted = any(f.severity == "error" for f in invented)
    proof = replace(proof, ok=False if contradicted and proof.ok else proof.ok, findings=(*proof.findings, *invented))
    told = [f for f in proof.findings if f.rule != "parse"]
    flags = SEVERITIES[: SEVERITIES.index(least) + 1]
    return finding(
        flagged=proof.ok is not None and any(f.severity in flags for f in told),
        value=_value(proof),
        spans=[_span(f, texts.answer if f.rule == FIGURES else "sql") for f in told if f.start < f.end],
        note=_note(told) or ("the query cannot be read by its dialect" if proof.statement is None else ""),
    )


def day_of(text: str) -> date | None:
    """Return the day of a time as the log has it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _value(proof: Proof) -> str:
    if proof.ok is None:
        return "not checked"
    if not proof.ok:
        wrong = {f.rule for f in proof.findings if f.severity == "error"}
        return "contradicted" if wrong == {FIGURES} else "refused"
    return "doubtful" if any(f.severity == "warning" for f in proof.findings) else "proved"


def _invented(texts: Texts) -> Sequence[Finding]:
    """Return a finding for each figure of the answer that the logged result, where it is whole, does not explain."""
    given = texts.result
    if not texts.answered or given is None or given.get("total", 0) > len(given.get("rows", ())):
        return ()
    from review.sql.results.figures import untraceable
    from review.sql.results.result import result_of_json

    try:
        result = result_of_json(given)
    except InputError:  # a result that is a text alone, or a table whose rows differ in length
        return ()
    return untraceable(texts.answered, result, question=texts.asked, sql=texts.fields.get("sql", ""))


def _span(found: Finding, field: str) -> Span:
    return {"field": field, "start": found.start, "end": found.end, "kind": found.rule}


def _note(found: Iterable[Finding]) -> str:
    """Name the broken rules, the worst first, each with how often and what a query should be."""
    from review.sql.rules.catalogue import RULES

    worst: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for one in sorted(found, key=lambda f: SEVERITIES.index(f.severity)):
        counts[one.rule] += 1
        worst.setdefault(one.rule, one.severity)
    parts = []
    for name, severity in worst.items():
        about = RULES[name].about if name in RULES else DEMANDS.get(name, "")
        times = f", {counts[name]} times" if counts[name] > 1 else ""
        parts.append(f"{severity}{times}: a query {about}" if about else f"{severity}{times}: {name}")
    return "; ".join(parts)


CHECK = Check(
    title="SQL proof",
    about="queries that the rules of `[sql]` refuse: they write, or name tables and columns that do not exist; and "
    "answers whose one figure the one number of the logged result contradicts",
    find=sql_proof,
    options=OPTIONS,
    unflagged="{value}",
)
