"""Which references of the golden dataset no longer run, or give another result than when they were approved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from review.golden.examples import current_examples
from review.golden.references import References, is_masked, said_of
from review.golden.releases import examples_of
from review.sql.results.compare import compare
from review.sql.results.outcome import OUTCOMES, RIGHT, Comparison, Difference
from review.sql.results.references import statements_in
from review.sql.results.result import Result, result_of_json
from storage.records_base import Json
from storage.records_golden import GoldenContent
from storage.store import Store

State = Literal["same", "changed", "failed", "never_run", "not_checked"]
STATES: dict[State, str] = {
    "same": "unchanged",
    "changed": "with another result than the one that was kept",
    "failed": "no longer running",
    "never_run": "running, without a kept result to compare with",
    "not_checked": "not checked",
}
"""Each state as words after a number of queries."""
BAD: tuple[State, ...] = ("changed", "failed")
"""States in which an example expects something that its query no longer gives."""


@dataclass(frozen=True, kw_only=True)
class CheckedReference:
    """One example's reference: its state, why in words, and the first row that differs."""

    example_id: str
    question: str
    state: State
    why: str = ""
    rows_before: int | None = None
    rows_now: int | None = None
    difference: Difference | None = None
    snapshot_before: str = ""
    snapshot_now: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the item for JSON."""
        first = self.difference
        return {
            "example_id": self.example_id,
            "question": self.question,
            "state": self.state,
            "why": self.why,
            "rows_before": self.rows_before,
            "rows_now": self.rows_now,
            "first_difference": first and {"row": first.row, "before": first.reference, "now": first.generated},
            "snapshot_before": self.snapshot_before,
            "snapshot_now": self.snapshot_now,
        }


@dataclass(frozen=True)
class ReferenceCheck:
    """What a check of all references found. ``release`` is "" for the current examples."""

    release: str
    examples: int
    items: tuple[CheckedReference, ...]

    @property
    def counts(self) -> dict[State, int]:
        """How many references are in each state, those with none left out."""
        found = Counter(item.state for item in self.items)
        return {state: found[state] for state in STATES if found[state]}

    @property
    def bad(self) -> tuple[CheckedReference, ...]:
        """The references that no longer run or give another result."""
        return tuple(item for item in self.items if item.state in BAD)

    def to_json(self) -> dict[str, Any]:
        """Return counts and items for JSON."""
        return {
            "release": self.release or None,
            "examples": self.examples,
            "with_reference": len(self.items),
            "states": dict(self.counts),
            "ok": not self.bad,
            "items": [item.to_json() for item in self.items],
        }


def check_references(
    store: Store, references: References, *, release: str = "", hidden: Iterable[str] = ()
) -> ReferenceCheck:
    """Run the reference SQL of a release, or of the current examples, and compare with the results that were kept.

    Examples of the items in ``hidden`` are left out. Raises UnknownError for a release that does not exist,
    InputError when no database is named or it cannot be opened.
    """
    left_out = set(hidden)
    rows: Sequence[Any] = examples_of(store, release) if release else current_examples(store)
    held = [(row.example_id, row.content, _item_of(row)) for row in rows]
    wanted = [(name, content) for name, content, item in held if content["reference_sql"] and item not in left_out]
    references.runner()
    return ReferenceCheck(release, len(held), tuple(_checked(name, content, references) for name, content in wanted))


def _item_of(row: Any) -> str:
    return str(row.content.get("item_id", "") or getattr(row, "item_id", ""))


def _checked(name: str, content: GoldenContent, references: References) -> CheckedReference:
    runner = references.runner()
    now = runner.state() or ""
    before, sql = content["expected_result"], content["reference_sql"]

    def found(state: State, why: str = "", **more: Any) -> CheckedReference:
        return CheckedReference(
            example_id=name,
            question=content["question"],
            state=state,
            why=why or STATES[state].capitalize() + ".",
            snapshot_before=content["snapshot"],
            snapshot_now=now,
            **more,
        )

    if is_masked(sql):
        return found("not_checked", "The SQL holds a masked value, so it cannot run.")
    results = references.results(sql)
    failed = next((result for result in results if not result.done), None)
    if failed is not None:
        return found("failed", said_of(failed))
    if before is None:
        return found("never_run", rows_now=len(results[0].rows))
    after = references.json_of(results)
    compared = list(_compared(before, after, sql, runner.engine.dialect))
    worst = next((c for c in compared if c.outcome not in (*RIGHT, "both_empty")), compared[0])
    rows: dict[str, Any] = {"rows_before": worst.rows_reference, "rows_now": worst.rows_generated}
    if worst.outcome == "truncated":
        return found(*_by_digest(before, after), **rows)
    if worst.outcome in (*RIGHT, "both_empty"):
        return found("same", **rows)
    first = next(iter(worst.differences), None)
    return found("changed", _changed(worst, first), difference=first, **rows)


def _by_digest(before: Json, after: Json) -> tuple[State, str]:
    """Compare results of which not all rows are kept, by how many there are and by the digest of all."""
    pairs = list(zip_longest((before, *before.get("alternatives", ())), (after, *after.get("alternatives", ()))))
    told = [[(one or {}).get(name) for one in pair] for pair in pairs for name in ("total", "digest")]
    if any(None in two and two != [None, None] for two in told) or all(two == [None, None] for two in told):
        return "not_checked", "The result is too long to be compared."
    if all(one == other for one, other in told):
        return "same", ""
    [was, now] = next(two for two in told if two[0] != two[1])
    if isinstance(was, int) and isinstance(now, int):
        return "changed", f"{was:,} rows became {now:,}."
    return "changed", "The result has as many rows as the one that was kept, and other cells."


def _changed(found: Comparison, first: Difference | None) -> str:
    why = found.reason or f"{OUTCOMES[found.outcome].capitalize()}."
    if first is None or first.reference is None or first.generated is None:
        return why
    before, now = (", ".join(map(str, row)) for row in (first.reference, first.generated))
    return f"{why} {before} became {now}."


def _compared(before: Json, now: Json, sql: str, dialect: str) -> Iterator[Comparison]:
    """Compare the kept results with the new ones, statement by statement."""
    missing = Result(ending="failed", error="There is no result of this statement.")
    pairs = zip_longest(_results(before), _results(now), list(statements_in(sql, dialect)))
    for kept, new, statement in pairs:
        yield compare(new or missing, kept or missing, reference_sql=statement, dialect=dialect)


def _results(kept: Json) -> list[Result]:
    return [result_of_json(one) for one in (kept, *kept.get("alternatives", ()))]
