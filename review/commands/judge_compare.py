"""``spotcheck judge compare``: compare judges or versions of one judge."""

from __future__ import annotations

from typing import Any

import click

from review.commands.calibrate_compare import compare_judges
from review.commands.common import LAST_FOUR, as_option, json_option, store_option, weeks_option


@click.command("compare")
@click.argument("refs", metavar="NAME[@VERSION]...", nargs=-1)
@click.option("--dimension", help="Only this dimension.")
@click.option("--split", type=click.Choice(["dev", "test", "all"]), help="Which half; test is a look that is counted.")
@weeks_option(LAST_FOUR)
@as_option
@store_option
@json_option
@click.pass_context
def compare(context: click.Context, refs: tuple[str, ...], **options: Any) -> None:
    """Compare judges, or versions of one, with people on the same items: McNemar with Holm, cost, latency.

    The same as ``spotcheck compare-judges`` on the store. Without names: all judges of these weeks.
    """
    context.invoke(compare_judges, file=None, judges=refs, values=None, missing="drop", **options)
