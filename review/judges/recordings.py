"""Judges whose verdicts come from a file: adding one with its rows, and reading them back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from review.basics.canonical import digest
from review.basics.csv_safe import row_text
from review.basics.errors import InputError
from review.basics.tables import Row as RowOfTable
from review.basics.tables import Table
from review.exchange.verdicts import ImportedVerdicts, import_verdicts
from review.judges.protocol.protocol import Row, Subject
from review.judges.versions import add_judge, versions_of
from review.rubric.rubric import current_rubric
from review.settings.project import Project
from storage.records_judges import Judge
from storage.records_review import Verdict
from storage.store import Store


def rows_of(store: Store, judge: Judge) -> tuple[Row, ...]:
    """The verdicts that were recorded for a version of a judge."""
    said = store.find(Verdict, judge=judge.name, version=judge.version, run_id=None)
    return tuple(
        Row(Subject(id=v.item_id, conversation_id="", group="", question="", answer=""), v.dimension, v.value)
        for v in said
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
    """Add a version of a judge whose verdicts are the rows of a verdict file, and import them, or neither.

    Of a file with several judges the rows of ``name`` count; with one, its rows whatever it is called there. The same
    rows again return the version that has them.
    Raises Refused without the role adjudicator; InputError that names file, line and column.
    """
    rows = _rows_of(table, name)
    said = [{c: row_text(r, c) for c in table.columns if c not in ("judge", "version")} for r in rows]
    spec = {"source": "file", "file": Path(table.file).name, "rows": len(rows), "digest": digest(said)}
    with store.transaction():
        named = [r.text("dimension") or dimension or "" for r in rows]
        known = [d for d in current_rubric(store).names if d in set(named)]
        same = [j for j in versions_of(store, name) if j.spec.get("digest") == spec["digest"] and j.kind == "recorded"]
        made = (
            same[-1]
            if same
            else add_judge(store, name, kind="recorded", dimensions=known, spec=spec, by=by, note=note, project=project)
        )
        own = tuple(replace(r, cells={**r.cells, "judge": name, "version": made.version}) for r in rows)
        columns = tuple(dict.fromkeys((*table.columns, "judge", "version")))
        done = import_verdicts(store, replace(table, rows=own, columns=columns), by=by, dimension=dimension)
    return made, done


def _rows_of(table: Table, name: str) -> list[RowOfTable]:
    there = list(dict.fromkeys(row_text(r, "judge") for r in table.rows))
    if name in there or len(there) == 1:
        wanted = name if name in there else there[0]
        return [r for r in table.rows if row_text(r, "judge") == wanted]
    raise InputError(f"{table.file}: found the judges {', '.join(there[:8])}, expected {name!r} or just one.")
