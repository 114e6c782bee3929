"""``spotcheck gate``: whether the candidate can replace the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from review.basics.lazy_commands import LazyGroup
from review.commands.common import as_option, file_option, json_option, store_option
from review.commands.numbers import Number

MEMBERS = {
    "waive": "review.commands.gate_people:waive_",
    "ask": "review.commands.gate_people:ask",
    "settle": "review.commands.gate_people:settle_",
    "list": "review.commands.gate_people:list_",
    "show": "review.commands.gate_people:show_",
    "workflow": "review.commands.gate_people:workflow",
}
"""The commands below ``spotcheck gate``."""


@click.group(cls=LazyGroup, places=MEMBERS, invoke_without_command=True)
@file_option(
    "case,baseline,candidate[,scenario][,kind][,tags][,must_pass] (results 0/1 or from 0 to 1; repeats are rows)"
)
@click.option("--baseline", metavar="V1", help="The version to compare with; default: the one in force.")
@click.option("--candidate", metavar="V2", help="The version that may replace it.")
@click.option("--release", metavar="R", help="The golden release of both runs; default: the latest that both ran.")
@click.option("--baseline-file", type=click.Path(path_type=Path), help="Results of the baseline, without a store.")
@click.option("--candidate-file", type=click.Path(path_type=Path), help="Results of the candidate, without a store.")
@click.option("--release-file", type=click.Path(path_type=Path), help="The exported release (jsonl) of both files.")
@click.option("--keep", "kept", is_flag=True, help="Send the decision about two files to the store.")
@click.option("--self", "itself", is_flag=True, help="Compare the baseline with itself: how often does that not pass?")
@click.option(
    "--approved", type=click.Path(path_type=Path), multiple=True, metavar="PATH",
    help="Results of earlier approved versions, a file or a folder, without a store: the best of them is compared too.",
)  # fmt: skip
@click.option(
    "--plan", is_flag=False, flag_value="-", metavar="[FILE]",
    help="Print what to ask again, and the bill, instead of a decision. FILE is for `spotcheck run --plan`.",
)  # fmt: skip
@click.option("--max-calls", type=click.IntRange(min=1), help="The most answers that --plan may ask for.")
@click.option("--max-cost", type=Number(0), help="The most that --plan may cost.")
@click.option(
    "--margin", type=Number(), default=0.02, show_default=True, help="The tolerated drop; 0.02 is two points."
)
@click.option("--alpha", type=Number(), default=0.05, show_default=True, help="The significance level of the test.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail on any drop over the margin, proven or not. Pass otherwise, unless a slice is suspect.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Random seed of the permutation test."
)
@click.option(
    "--markdown", "markdown_to", is_flag=False, flag_value="-", metavar="[FILE]",
    help="Write Markdown for a pull request to FILE; without FILE, print it.",
)  # fmt: skip
@click.option("--junit", "junit_to", type=click.Path(path_type=Path), help="Write JUnit XML for a CI server.")
@as_option
@store_option
@json_option
@click.pass_context
def gate(ctx: click.Context, **given: Any) -> None:
    """Compare two versions on the same cases: exit code 0 pass, 1 fail, 3 not enough evidence, 4 not done.

    On the store, --baseline and --candidate are compared by their latest runs over a release, and the decision is kept.
    With --baseline-file, --candidate-file and --release-file no store is needed. --file takes any table of results.

    A scenario, kind or tag that may have collapsed makes the result 3, even if the total passes. So do cases without a
    result (empty, NA, null and the like) that could hide a drop.
    """
    if ctx.invoked_subcommand is None:
        from review.commands.gate_deciding import decided

        ctx.exit(decided(given))
