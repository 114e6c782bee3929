"""Joins compare values of one kind: a number with a number, a text with a text."""

from __future__ import annotations

from collections.abc import Iterator

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.schema.types import day_or_moment, family
from review.sql.tree.joins import Pair, Side, joined
from review.sql.tree.statement import Statement

STRICT = ("clickhouse", "postgres")
"""Dialects that refuse to compare a number with a text; the others change one of them in silence."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Compare the types of both sides of every equality between two sources."""
    seen: set[int] = set()
    for frame in statement.names.frames:
        for pair in joined(frame).pairs:
            if id(pair.node) not in seen:
                seen.add(id(pair.node))
                yield from _compared(pair, statement)


def _compared(pair: Pair, statement: Statement) -> Iterator[Mark]:
    left, right = pair.left, pair.right
    kinds = left.origin.kind, right.origin.kind
    if left.source.columns is None or right.source.columns is None:
        return
    families = family(kinds[0]), family(kinds[1])
    if not all(families):
        strange = next(s for s, known in zip((left, right), families, strict=True) if not known)
        # Two columns of one type are alike, whatever the type is.
        if not kinds[0] or kinds[0].lower() != kinds[1].lower():
            what = f"'{strange.origin.kind}', the type of {_shown(strange)}," if strange.origin.kind else ""
            said = f"{what or f'the type of {_shown(strange)}'} is unknown"
            yield at(
                pair.node, statement, f"Cannot tell whether both sides of this join have the same type: {said}.", "note"
            )
        return
    said = f"The join compares {_shown(left)} ({kinds[0]}) with {_shown(right)} ({kinds[1]})"
    if families[0] != families[1]:
        strict = statement.dialect in STRICT and not _comparable(*families)
        how = f"{statement.dialect} refuses that" if strict else "the engine changes one of them without saying so"
        yield at(pair.node, statement, f"{said}: {how}.", None if strict else "warning")
    elif day_or_moment(kinds[0]) != day_or_moment(kinds[1]):
        yield at(pair.node, statement, f"{said}: a day equals only its own midnight.", "warning")


def _comparable(left: str, right: str) -> bool:
    """Kinds that even the strict engines compare: a text literal, a truth value as a number."""
    return {left, right} <= {"number", "truth"} or {left, right} <= {"text", "uuid"}


def _shown(side: Side) -> str:
    if side.column:
        return f"{side.source.name}.{side.origin.column or side.column}"
    return f"an expression of {side.source.name or 'a subquery'}"


RULE = Rule(
    about="joins columns of one type; a third answer is that it cannot be told",
    check=check,
    bad="SELECT c.name FROM customers AS c JOIN orders AS o ON c.name = o.id",
    good="SELECT c.name FROM customers AS c JOIN orders AS o ON c.id = o.customer_id",
    dialect="postgres",
)
