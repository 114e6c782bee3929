"""What a reference allows: several statements, and columns of which any may be given out.

Defog writes them as ``SELECT {name, id} FROM t; SELECT ...``: any of the columns in braces will do, alone or together,
and ``GROUP BY {}`` repeats the choice.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from review.sql.text.scan import pieces

MOST = 64
"""How many forms of one reference are made."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def references_in(text: str, dialect: str) -> list[str]:
    """Return the statements that a reference stands for, the one with all columns first."""
    found: list[str] = []
    for statement in statements_in(text, dialect):
        found += itertools.islice(_forms(statement, dialect), MOST - len(found))
    return list(dict.fromkeys(found))


def statements_in(text: str, dialect: str) -> Iterator[str]:
    """Yield the statements of a text, as they are written."""
    hidden = pieces(text, dialect)
    start = 0
    for at, character in enumerate(text):
        if character == ";" and not any(p.start <= at < p.end for p in hidden):
            yield from _stripped(text[start:at])
            start = at + 1
    yield from _stripped(text[start:])


def _stripped(text: str) -> Iterator[str]:
    if text.strip():
        yield text.strip()


def _forms(statement: str, dialect: str) -> Iterator[str]:
    hidden = pieces(statement, dialect)
    braces = [m for m in _BRACES.finditer(statement) if not any(p.start <= m.start() < p.end for p in hidden)]
    choices = [_choices(m[1]) for m in braces]
    if not braces or (dialect == "clickhouse" and all(":" in m[1] for m in braces)):
        yield statement
        return
    for chosen in itertools.product(*choices):
        made, position, last = [], 0, ""
        for match, choice in zip(braces, chosen, strict=True):
            last = choice or last
            made += [statement[position : match.start()], choice or last]
            position = match.end()
        yield "".join(made) + statement[position:]


def _choices(inner: str) -> list[str]:
    """All columns together, then every smaller set; nothing for the braces that repeat the choice before."""
    columns = [c.strip() for c in inner.split(",") if c.strip()]
    if not columns:
        return [""]
    sizes = range(len(columns), 0, -1) if len(columns) <= 4 else (len(columns), 1)
    return [", ".join(some) for size in sizes for some in itertools.combinations(columns, size)]
