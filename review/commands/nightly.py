"""``spotcheck nightly``: what a timer should run once a day."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from review.commands.common import emit, json_option, opened, out, store_option
from review.serving.nightly import run_nightly


@click.command("nightly")
@store_option
@json_option
def nightly(store_path: str, as_json: bool) -> None:
    """Do what is due once a day: note the head of the audit chain elsewhere, and check the records.

    A step that fails does not stop the others; exit code 1 when one failed. Let a timer of the system run it.
    """
    outcomes = run_nightly(opened(store_path))

    def render() -> None:
        table = Table("step", "status", "seconds", "detail")
        for one in outcomes:
            table.add_row(one.name, one.status, f"{one.seconds:.1f}", Text(one.detail))
        out.print(table)

    emit({"steps": [asdict(one) for one in outcomes]}, as_json, render)
    if any(one.status == "failed" for one in outcomes):
        raise SystemExit(1)
