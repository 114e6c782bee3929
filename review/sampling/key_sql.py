"""The sampling key as an SQL expression, so that an engine filters its own rows.

The key is ``exp.MD5`` over ``CONCAT(seed, CAST(id AS text))``. sqlglot renders it as hex text in every dialect of
``DIALECTS``; golden strings in the tests prove it. SHA-2 and TABLESAMPLE are not used: some of their renderings compare
bytes with text, or silently drop the sample clause.
"""

from __future__ import annotations

from sqlglot import exp

from review.sampling.engines.sql import as_text, plain_text
from review.sampling.key import threshold


def key(seed: str, id_: exp.Expr) -> exp.Expr:
    """Return the first 8 hex digits of md5(seed || ':' || id) as an expression."""
    first, eight = exp.Literal.number(1), exp.Literal.number(8)
    return exp.Substring(this=full_key(seed, id_), start=first, length=eight)


def full_key(seed: str, id_: exp.Expr) -> exp.Expr:
    """Return all 32 hex digits of md5(seed || ':' || id) as an expression."""
    text = exp.Concat(
        expressions=[exp.Literal.string(plain_text("seed", seed) + ":"), as_text(id_)], safe=False, coalesce=False
    )
    return exp.MD5(this=text)


def predicate(seed: str, id_: exp.Expr, p: float) -> exp.Expr | None:
    """Return the condition that chooses ids at probability p, or None when p chooses everything."""
    cut = threshold(p)
    return None if cut is None else exp.LT(this=key(seed, id_), expression=exp.Literal.string(cut))
