"""No settings but those of the project's list: SETTINGS readonly = 0 is a valid end of a SELECT."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at the SETTINGS of every query."""
    for query in statement.all(exp.Query):
        for setting in query.args.get("settings") or []:
            name = setting.this.name if isinstance(setting, exp.EQ) else setting.name
            if name.lower() not in policy.settings:
                yield at(setting, statement, f"The setting '{name}' may not be changed by a query.")


RULE = Rule(
    about="changes no setting except those in `settings`",
    check=check,
    bad="SELECT name FROM customers SETTINGS readonly = 0",
    good="SELECT name FROM customers",
    dialect="clickhouse",
    for_running=True,
    unknown=True,
)
