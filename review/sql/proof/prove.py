"""The proof of one statement: every chosen rule on its tree. What cannot be read is not checked, and never runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from review.sql.rules.catalogue import PARSE, RULES
from review.sql.rules.policy import Policy
from review.sql.schema.schema import Schema
from review.sql.text.dialects import PROVEN
from review.sql.tree.finding import Finding
from review.sql.tree.statement import Statement, UnreadableSql, read_statement

DEFAULT = tuple(name for name, rule in RULES.items() if rule.by_default)
FOR_RUNNING = tuple(name for name, rule in RULES.items() if rule.for_running)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was found in one statement.

    ``ok`` is True without errors, False with one, and None when the statement was not checked: it cannot be read, or
    its dialect is not proven. ``statement`` is None when it cannot be read. ``for_running`` says that the rules were
    those that must hold before an engine sees the statement.
    """

    text: str
    ok: bool | None
    findings: tuple[Finding, ...]
    statement: Statement | None
    for_running: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return ok and the findings."""
        return {"ok": self.ok, "findings": [f.to_json() for f in self.findings]}


def prove(text: str, dialect: str, schema: Schema | None = None, policy: Policy | None = None) -> Proof:
    """Check one statement against the rules of a policy."""
    policy = policy or Policy()
    try:
        statement = read_statement(text, dialect, schema)
    except UnreadableSql as stopped:
        found = Finding(
            rule=PARSE, message=f"{stopped} Not checked.", start=stopped.start, end=stopped.end, severity="note"
        )
        return Proof(text=text, ok=None, findings=(found,), statement=None)
    names = [n for n in (DEFAULT if policy.rules is None else policy.rules) if n != PARSE]
    try:
        findings = tuple(sorted(_found(statement, policy, names), key=lambda f: (f.start, f.end)))
    except RecursionError:
        deep = Finding(rule=PARSE, message="The statement is too deeply nested. Not checked.", start=0, end=len(text),
                       severity="note")  # fmt: skip
        return Proof(text=text, ok=None, findings=(deep,), statement=None)
    ok: bool | None = not any(f.severity == "error" for f in findings)
    if dialect not in PROVEN:
        said = f"The dialect {dialect} is parsed, but its rules are not proven; proven are {', '.join(PROVEN)}."
        findings = (*findings, Finding(rule=PARSE, message=said, start=0, end=len(text), severity="note"))
        ok = ok and None
    return Proof(text=text, ok=ok, findings=findings, statement=statement)


def may_run(text: str, dialect: str, schema: Schema, policy: Policy) -> Proof:
    """Check what must hold before an engine sees a statement, whatever rules the project chose for review.

    Only a proof that is ``ok`` may run; nothing a project lowers to a warning changes that.
    """
    strict = Policy(
        rules=FOR_RUNNING,
        functions=policy.functions,
        table_functions=policy.table_functions,
        settings=policy.settings,
        tables=policy.tables,
        forbidden_tables=policy.forbidden_tables,
        forbidden_columns=policy.forbidden_columns,
    )
    return replace(prove(text, dialect, schema, strict), for_running=True)


def _found(statement: Statement, policy: Policy, names: list[str]) -> Iterator[Finding]:
    for name in names:
        rule = RULES[name]
        for mark in rule.check(statement, policy):
            severity = policy.severities.get(name) or mark.severity or rule.severity
            unknown = mark.unknown or rule.unknown
            yield Finding(
                rule=name, message=mark.message, start=mark.start, end=mark.end, severity=severity, unknown=unknown
            )
