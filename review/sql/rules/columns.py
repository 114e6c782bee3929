"""Only columns that their tables have."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.schema.schema import nearest
from review.sql.tree.frames import Frame, Use
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at every column; one of an unknown table is not judged, since the rule `tables` names the table."""
    for frame in statement.names.frames:
        yield from _using(frame, statement)
        for use in frame.uses:
            if use.how == "ambiguous":
                holders = sorted({s.name for s in frame.sources if s.has(use.node.name.lower())})
                yield at(
                    use.node, statement,
                    f"The column '{use.node.name}' is in several tables: {', '.join(holders) or 'of this query'}. "
                    "Put the table in front.",
                )  # fmt: skip
            elif use.how == "missing":
                yield at(use.node, statement, _missing(use, frame, statement))
            elif use.how == "row" and not takes_rows(use, statement):
                yield at(use.node, statement, f"'{use.node.name}' is a table, not a column.")


def _using(frame: Frame, statement: Statement) -> Iterator[Mark]:
    """Columns of USING that one of the two sides does not have."""
    for at_, source in enumerate(frame.sources):
        for column in (source.join.args.get("using") if source.join is not None else None) or []:
            named = column if isinstance(column, exp.Identifier) else column.this
            name = named.name if statement.dialect == "clickhouse" else named.name.lower()
            before = [s.has(name) for s in frame.sources[:at_]]
            if source.has(name) is False or (before and all(has is False for has in before)):
                yield at(named, statement, f"USING names the column '{named.name}', which is not on both sides.")


def takes_rows(use: Use, statement: Statement) -> bool:
    """Return whether a table may stand in this place as a whole row; the rule `row_values` says what it means there."""
    return statement.dialect in ("postgres", "duckdb") or isinstance(use.node.parent, exp.Count)


def _missing(use: Use, frame: Frame, statement: Statement) -> str:
    node = use.node
    name, table = node.name, node.args.get("table")
    if table is not None and use.source is None:
        names = [s.name for s in frame.sources if s.name]
        return f"There is no table or alias '{table.name}' here; found {', '.join(names) or 'none'}."
    sources = [use.source] if use.source is not None else frame.sources
    known = [origin.column or c for s in sources for c, origin in (s.columns or {}).items()]
    near = nearest(name, known)
    hint = f" Nearest: '{near}'." if near else ""
    if not near and node.args.get("this") is not None:
        whole = next((c for c in known if c.lower().startswith(name.lower() + "-")), None)
        hint = f" If '{whole}' is meant, put it in quotes." if whole else ""
    owner = f" in '{table.name}'" if table is not None else ""
    if statement.dialect == "sqlite" and node.this.args.get("quoted") and table is None:
        return (
            f'There is no column "{name}". SQLite would take it for a text without an error. '
            f"A text is written '{name}'.{hint}"
        )
    return f"There is no column '{name}'{owner}.{hint}"


RULE = Rule(
    about="names only columns that its tables have, each of them in one table",
    check=check,
    bad="SELECT nam FROM customers",
    good="SELECT c.name FROM customers AS c",
    for_running=True,
)
