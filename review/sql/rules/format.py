"""The output format that the project asks for."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.lists import names_in
from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at, whole
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Compare the FORMAT of the outermost query with the project's."""
    given = [
        (query, query.args["format"]) for query in statement.all(exp.Query) if query.args.get("format") is not None
    ]
    for _, name in given:
        if name.name.lower() not in names_in("formats"):
            yield at(name, statement, f"The format '{name.name}' is not on the list of formats that only print.")
        elif policy.format and name.name != policy.format:
            yield at(name, statement, f"The format is '{name.name}', expected '{policy.format}'.")
    if policy.format and not given:
        yield whole(statement, f"The query names no format, expected FORMAT {policy.format} at its end.")


RULE = Rule(
    about="ends with the FORMAT of `format` where the project asks for one; formats that write are refused",
    check=check,
    bad="SELECT name FROM customers FORMAT Protobuf",
    good="SELECT name FROM customers FORMAT TabSeparatedWithNames",
    dialect="clickhouse",
    for_running=True,
)
