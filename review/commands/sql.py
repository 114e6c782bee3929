"""``spotcheck sql``: prove, run, compare and count SQL. Each member has a file of its own."""

from __future__ import annotations

import click

from review.commands.sql_accuracy import accuracy
from review.commands.sql_check import check
from review.commands.sql_compare import compare_
from review.commands.sql_execute import execute
from review.commands.sql_judge import judge_week
from review.commands.sql_rules import rules
from review.commands.sql_sort import sort


@click.group("sql")
def sql_group() -> None:
    """Prove that SQL only reads known tables, run it with limits, compare its results with those of a reference."""


for member in (check, compare_, execute, rules, sort, accuracy, judge_week):
    sql_group.add_command(member)
