"""Judges whose verdicts come from a file: adding one with its rows, and reading the rows back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from review.basics.canonical import digest
from review.basics.csv_safe import row_text
from review.basics.errors import InputError
from review.basics.tables import Row as RowOfTable
from review.basics.tables import Table
from review.exchange.verdicts import ImportedVerdicts, import_verdicts
from review.judges.protocol.protocol import Subject, TrainingRow
from review.judges.recorded.kind import RecordedSpec
from review.judges.versions import add_judge, versions_of
from review.rubric.rubric import current_rubric
from review.settings.project import Project
from storage.records_judges import Judge
from storage.records_review import Verdict
from storage.store import Store


def rows_of(store: Store, judge: Judge) -> tuple[TrainingRow, ...]:
    """Return the verdicts that were recorded for a version of a judge."""
    found = store.find(Verdict, judge=judge.name, version=judge.version, run_id=None)
    return tuple(
        TrainingRow(Subject(id=v.item_id, conversation_id="", group="", question="", answer=""), v.dimension, v.value)
        for v in found
    )


def add_recorded(
    store: Store,
    name: str,
    table: Table,
    *,
    by: str,
    dimension: str | None = None,
    note: str = "",
    project: Project | None = None,
) -> tuple[Judge, ImportedVerdicts]:
    """Add a version of a judge whose verdicts are the rows of a verdict file, and import the rows; or neither.

    In a file with several judges the rows of ``name`` count; in a file with one, all rows do. The same rows again
    return the version that has them. Raises Refused without the role adjudicator; InputError that names file, line and
    column.
    """
    rows = _rows_of(table, name)
    content = [{c: row_text(r, c) for c in table.columns if c not in ("judge", "version")} for r in rows]
    spec = RecordedSpec(file=Path(table.file).name, rows=len(rows), digest=digest(content)).to_json()
    with store.transaction():
        named = [r.text("dimension") or dimension or "" for r in rows]
        known = [d for d in current_rubric(store).names if d in set(named)]
        recorded = [j for j in versions_of(store, name) if j.kind == "recorded"]
        same = [j for j in recorded if RecordedSpec.from_json(j.spec).digest == spec["digest"]]
        made = (
            same[-1]
            if same
            else add_judge(store, name, kind="recorded", dimensions=known, spec=spec, by=by, note=note, project=project)
        )
        own = tuple(replace(r, cells={**r.cells, "judge": name, "version": made.version}) for r in rows)
        columns = tuple(dict.fromkeys((*table.columns, "judge", "version")))
        own_table = replace(table, rows=own, columns=columns)
        done = import_verdicts(store, own_table, by=by, dimension=dimension, unknown_as_missing=True)
    return made, done


def _rows_of(table: Table, name: str) -> list[RowOfTable]:
    judges = list(dict.fromkeys(row_text(r, "judge") for r in table.rows))
    if name in judges or len(judges) == 1:
        wanted = name if name in judges else judges[0]
        return [r for r in table.rows if row_text(r, "judge") == wanted]
    raise InputError(f"{table.file}: found the judges {', '.join(judges[:8])}. Keep one judge, or name it {name!r}.")
