"""``spotcheck sql check``: the static proof of statements in a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import click
from rich import box
from rich.text import Text

from review.basics.errors import InputError
from review.basics.tables import Row
from review.commands.common import emit, json_option, out, split_values, store_option
from review.commands.grid import Grid
from review.commands.sql_input import Statements, read_statements, schema_options, sql_in, table_option
from review.settings.sql import rules_of
from review.sql.proof.prove import Proof, prove
from review.sql.results.figures import untraceable
from review.sql.results.result import result_of_json
from review.sql.rules.catalogue import RULES

SHOWN = 40
RULE_NAMES = ", ".join(RULES)


@click.command("check")
@table_option("id,sql[,db][,question][,answer,result]")
@schema_options
@click.option("--rules", metavar="NAME,...", help=f"Rules that run, of: {RULE_NAMES}. Default: all but star and limit.")
@store_option
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    file: str,
    schema: str | None,
    dialect: str | None,
    sql_column: str,
    rules: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Prove that statements only read, call safe functions and name tables and columns that exist.

    A statement that cannot be read is not checked. With the columns answer and result, figures of the answer that the
    result does not explain are found too. Exit code 1 unless every statement is ok.
    """
    given = read_statements(
        file, store_path=store_path, schema=schema, dialect=dialect, column=sql_column,
        optional=("question", "answer", "result"),
    )  # fmt: skip
    policy = given.settings.policy
    if rules is not None:
        policy = replace(policy, rules=rules_of("--rules", list(split_values(rules))))
    items = []
    for row in given.table.rows:
        proof = prove(sql_in(row), given.schemas.dialect, given.schema_of(row), policy)
        items.append((row.required("id"), _with_figures(proof, row)))
    emit(_json(items), as_json, lambda: _show(items, given))
    if any(proof.ok is not True for _, proof in items):
        ctx.exit(1)


def _with_figures(proof: Proof, row: Row) -> Proof:
    answer, result = row.text("answer"), row.cells.get("result")
    if not answer or result is None or result == "":
        return proof
    try:
        found = untraceable(answer, result_of_json(result), question=row.text("question"), sql=sql_in(row))
    except InputError as error:
        raise row.error("result", str(result)[:60], "a result as JSON", str(error)) from None
    # A figure that cannot be traced is a matter for a person, one that the result contradicts is wrong. Their places
    # are in the answer.
    wrong = any(one.severity == "error" for one in found)
    return replace(proof, ok=False if wrong else proof.ok, findings=(*proof.findings, *found))


def _json(items: list[tuple[str, Proof]]) -> dict[str, Any]:
    counts = Counter(f.rule for _, proof in items for f in proof.findings)
    return {
        "n": len(items),
        "parsed": sum(proof.statement is not None for _, proof in items),
        "ok": sum(proof.ok is True for _, proof in items),
        "findings": dict(counts.most_common()),
        "items": [{"id": name, **proof.to_json()} for name, proof in items],
    }


def _show(items: list[tuple[str, Proof]], given: Statements) -> None:
    good = sum(proof.ok is True for _, proof in items)
    unread = sum(proof.ok is None for _, proof in items)
    out.print(f"{good:,} of {len(items):,} statements are ok; {unread:,} were not checked.", highlight=False)
    found = [(name, proof, f) for name, proof in items for f in proof.findings]
    if not found:
        return
    table = Grid("id", "rule", "what", "where", box=box.SIMPLE_HEAD)
    for name, proof, finding in found[:SHOWN]:
        where = "" if finding.rule == "figures" else proof.text[finding.start : finding.end][:40]
        severity = "" if finding.severity == "error" else f" ({finding.severity})"
        table.add_row(Text(name), finding.rule + severity, Text(finding.message), Text(where))
    if len(found) > SHOWN:
        table.caption = f"{len(found) - SHOWN:,} more findings with --json"
    out.print(table)
