"""Answers that are sorted by a release: question, reference, day and demands come from its examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from review.basics.errors import InputError
from review.commands.common import note, opened
from review.experiments.runs.cases import cases_of_release
from review.experiments.values import Case
from review.golden.references import is_masked
from review.sql.lane.sorting import AgentAnswer
from review.sql.schema.schema import Schema, nearest


def from_release(answers: Sequence[AgentAnswer], store_path: str, release: str, schema: Schema) -> list[AgentAnswer]:
    """Return answers with what the examples of a release say where they say nothing themselves.

    The id of an answer is that of its example. Raises InputError for an id that the release lacks.
    """
    cases = {case.id: case for case in cases_of_release(opened(store_path), release).cases}
    unknown = [answer.id for answer in answers if answer.id not in cases]
    if unknown:
        near = nearest(unknown[0], cases)
        hint = f" Nearest: '{near}'." if near else ""
        more = f" {len(unknown) - 1:,} more ids are unknown too." if len(unknown) > 1 else ""
        raise InputError(f"id: found '{unknown[0]}', which the release '{release}' does not have.{hint}{more}")
    left = len(cases) - len({answer.id for answer in answers})
    if left:
        note(f"{left:,} of {len(cases):,} examples of the release '{release}' have no answer in the file.")
    return [_filled(answer, cases[answer.id], schema) for answer in answers]


def _filled(answer: AgentAnswer, case: Case, schema: Schema) -> AgentAnswer:
    # A reference that holds a masked value cannot run, which leaves its answer to a person.
    references = [text for text in case.references if not is_masked(text)]
    tables = tuple(name for name in case.required if any(name.lower() == t.name.lower() for t in schema.tables))
    columns = tuple(name for name in case.required if name not in tables and _is_column(name, schema))
    lists = {"required_tables": tables, "required_columns": columns}
    return replace(
        answer,
        question=answer.question or case.question,
        reference=answer.reference or ";\n".join(references),
        as_of=answer.as_of or (date.fromisoformat(case.as_of[:10]) if case.as_of else None),
        lists={name: answer.lists.get(name) or lists.get(name, ()) for name in {**lists, **answer.lists}},
    )


def _is_column(name: str, schema: Schema) -> bool:
    table, _, bare = name.lower().rpartition(".")
    tables = [t for t in schema.tables if not table or table in {one.lower() for one in t.names}]
    return any(bare == column.lower() for t in tables for column in t.columns)
