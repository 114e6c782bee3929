"""Ask a version again what an earlier run asked, with more repeats."""

from __future__ import annotations

from review.basics.errors import Refused
from review.experiments.runs.background import run_in_background
from review.experiments.runs.running import RunOptions, RunRequest, run_named, start_run
from review.people.people import require
from review.settings.project import Project
from storage.records_experiments import ExperimentRun
from storage.store import Store

REPEATS = 3
"""Results of each case that one press of the button asks for."""


def ask_again(
    store: Store, run_id: str, *, by: str, project: Project, repeats: int = REPEATS, background: bool = True
) -> ExperimentRun:
    """Record a run of the same version over the same release by the same target, with ``repeats`` of each case.

    What was asked already is taken over, so only the new repeats cost. In the ``background`` a process of
    its own does the work, else the caller. Raises Refused without the role adjudicator, and for a run whose answers
    came from a file.
    """
    require(store, by, "adjudicator")
    run = run_named(store, run_id)
    kind = str(run.target["kind"])
    if kind == "file":
        raise Refused(
            f"the answers of {run.version} came from a file, so nothing can be asked again. Make a file with several "
            "answers to each case, and run it."
        )
    wanted = RunRequest(
        version=run.version,
        release=run.release,
        kind=kind,
        target={name: value for name, value in run.target.items() if name != "kind"},
        options=RunOptions(**{**run.options, "repeats": repeats, "fresh": False}),
    )
    started = start_run(store, wanted, by=by, project=project, background=background)
    if background:
        run_in_background(store, started.id)
    return started
