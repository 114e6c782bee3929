"""People check a random part of a run's answers, and their labels correct its accuracy (METHODS: two-phase).

The order in which answers are drawn is fixed by the run. Labels count in this order, as far as it has no gap: so nobody
can leave out what is hard to judge, and anybody can go on and make the part larger.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from review.basics.csv_safe import csv_text
from review.basics.errors import InputError, NothingToDo
from review.basics.input_file import InputFile
from review.basics.tables import load, with_columns
from review.experiments.runs.drawn_answers import counting, in_order
from review.experiments.runs.running import happened, run_named
from review.experiments.runs.scored import correctness_of, scored_run
from review.experiments.scorers.scale import on_scale
from review.people.people import require
from review.settings.project import Project
from storage.queries.experiments import PEOPLE, labels_of_people
from storage.store import Store

SHARE, LEAST = 0.05, 10
"""The share of the answers that is drawn unless somebody says otherwise, and how many at least."""
COLUMNS = ("run", "case", "question", "answer", "sql", "label")


@dataclass(frozen=True)
class Checked:
    """How many answers of a run people have labelled so far, of how many that can be drawn."""

    run: str
    labelled: int
    counted: int
    of: int


def sheet(store: Store, run_id: str, *, project: Project, share: float = SHARE) -> str:
    """Return the drawn answers as CSV with an empty column for the label. No score stands in it.

    Raises NothingToDo for a run without a scored answer.
    """
    run = scored_run(store, run_id, project=project)
    drawn = in_order(run)
    if not drawn:
        raise NothingToDo(f"run '{run_id}' has no scored answer, so there is nothing to check.")
    many = min(len(drawn), max(LEAST, math.ceil(share * len(drawn))))
    rows = (
        {
            "run": _named(run.run),
            "case": one.case.id,
            "question": one.case.question,
            "answer": said.answer or "",
            "sql": said.sql or "",
        }
        for one in drawn[:many]
        if (said := one.answer) is not None
    )
    return csv_text(COLUMNS, rows)


def take_labels(store: Store, run_id: str, file: Path | InputFile, *, project: Project, by: str) -> Checked:
    """Keep the labels of a filled-in sheet; an empty label is none yet, and a later one replaces an earlier one.

    Cases are the same in each run over a release, so the sheet says whose answers its labels are about.

    Raises Refused without the role adjudicator, InputError for a sheet of another run, for a case that is not in
    the run, for a label that is not a value of the dimension, and when the rubric has no dimension that says what is
    right.
    """
    require(store, by, "adjudicator")
    run, dimension = scored_run(store, run_id, project=project), correctness_of(store, project)
    if dimension is None:
        raise InputError(f"[scores] correctness: found {project.scores.correctness!r}, which is not in the rubric.")
    known = {one.case.id for one in in_order(run)}
    labels: dict[str, str] = {}
    for row in with_columns(load(file), required=["case", "label"], optional=["run"]).rows:
        case, label = row.required("case"), row.text("label")
        if row.text("run") not in ("", _named(run.run)):
            raise row.error("run", row.text("run"), _named(run.run), "These labels are of the answers of another run.")
        if case not in known:
            raise row.error("case", case, "a case of this run with a scored answer")
        if label and label != labels.get(case, label):
            raise row.error("label", label, f"'{labels[case]}', as the file says of this case before")
        if label and on_scale(dimension, label) is None:
            raise row.error("label", label, f"one of {', '.join(map(str, dimension.scale.values))}")
        if label:
            labels[case] = label
    if not labels:
        raise NothingToDo("no row of the file has a label.")
    with store.transaction():
        happened(store, run_named(store, run_id), PEOPLE, by, labels=labels)
    every = labels_of_people(store, run_id)
    return Checked(run_id, len(every), len(counting(run, every, dimension)), len(known))


def _named(run: str) -> str:
    """Return how a sheet names its run: with a word, so that a spreadsheet takes no id for a number."""
    return f"run {run}"
