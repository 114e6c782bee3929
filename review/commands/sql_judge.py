"""``spotcheck sql judge``: execute the queries of a week's items and record what it says of them."""

from __future__ import annotations

from typing import Any

import click

from review.basics.errors import UnknownError
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, store_option
from review.evidence.chosen_weeks import weeks_between
from review.judges.runs.sql_execution import NAME, execute_week
from review.settings.project import project_of


@click.command("judge")
@click.option("--week", metavar="W", help="The week, such as 2026-W47. Default: the latest one.")
@as_option
@store_option
@json_option
def judge_week(week: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """Run the queries of a week's items and their references on the engine of [sql], and compare the results.

    The verdicts are those of the judge sql-execution: `spotcheck calibrate` compares it with people as any other. A
    reference is what an adjudicator wrote, a golden example of the same question, or reference_sql in the metadata.
    """
    store, project = opened(store_path), project_of(store_path)
    names = weeks_between(store, week)
    if not names:
        raise UnknownError(f"--week: found {week!r}, expected a week of the store.")
    status = execute_week(store, project, names[-1], by=acting_person(store, acting).id)
    result: dict[str, Any] = {
        "week": names[-1],
        "judge": f"{NAME}@{status.run.version}",
        "run": status.run.id,
        "verdicts": status.verdicts,
        "missing": dict(status.missing),
    }

    def render() -> None:
        missing = sum(status.missing.values())
        out.print(
            f"{names[-1]}: {counted(status.verdicts, 'verdict')} of {NAME}, {missing:,} answers without evidence.",
            highlight=False,
        )

    emit(result, as_json, render)
