"""Examples that the team writes by hand, read from a table: edge and adversarial cases, questions nobody asked yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from review.audit.store_secrets import hmac_key
from review.basics.canonical import canonical, digest
from review.basics.clock import new_id, now
from review.basics.csv_safe import row_text
from review.basics.errors import InputError
from review.basics.tables import Row, Table, read_table
from review.golden.cells import choice, json_object, several, tools_in, turns_in, yes
from review.golden.content import Wish, content_of, origin_of
from review.golden.examples import (
    BEHAVIOURS,
    SOURCES,
    SPLITS,
    add_version,
    latest_version,
    latest_versions,
    says_the_same,
)
from review.golden.from_export import ReadCell, as_the_row_says
from review.golden.references import References, references_of
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from review.privacy.masking import mask_values
from review.privacy.recognisers import Recognisers
from review.rubric.rubric import current_rubric
from review.settings.project import Project, project_of
from review.sources.conversations import recognisers_of
from review.statistics.calibration.split import split_of
from storage.records_golden import EXAMPLE_KINDS, GoldenContent, GoldenExample
from storage.store import Store

OPTIONAL = (
    *("id", "expected_answer", "expected_behaviour", "reference_sql", "kind", "scenario", "tags", "split", "must_pass"),
    *("example_id", "source", "context", "prior_turns", "required", "expected_result", "as_of", "snapshot", "note"),
    "expected_tools",
)
"""The columns that a table may have besides ``question``."""


@dataclass(frozen=True)
class Written:
    """What an import of written examples did: counts, and the current version of each example of the file."""

    added: int
    corrected: int
    unchanged: int
    examples: tuple[GoldenExample, ...]


def read_written(path: str | Path) -> Table:
    """Read a table with ``question`` and any of ``OPTIONAL``. Raises InputError that names file, line and column."""
    return read_table(path, required=["question"], optional=OPTIONAL)


def import_examples(store: Store, table: Table, *, by: str, project: Project | None = None) -> Written:
    """Import all rows or none.

    A row belongs to the example with its ``id``, or with its ``example_id`` as an export names it; without an id, to
    the one with its question and the turns before it. A row that differs corrects the example; the same file again, and
    an export of these examples, add nothing. Personal data is masked as in an imported conversation. Cells with several
    values (tags, required, context) separate them by ``|`` or are lists in JSONL.

    Reference SQL without an expected result runs on the project's database, and its result is kept.

    Raises Refused without the role adjudicator, InputError that names file, line and column.
    """
    require(store, by, "adjudicator")
    wanted = recognisers_of((project or project_of(store.path)).privacy)
    version = current_rubric(store).version
    known = _known(store, table)
    examples = [
        _corrected(row, known[name], by, wanted)
        if (name := row.text("example_id")) in known
        else _example(row, by, version, wanted)
        for row in table.rows
    ]
    _check_distinct(examples, table)
    with references_of(store, project) as references:
        examples = [_with_result(store, *pair, references) for pair in zip(examples, table.rows, strict=True)]
    counts = {"added": 0, "corrected": 0, "unchanged": 0}
    kept = []
    with store.transaction():
        for example in examples:
            earlier = latest_version(store, example.example_id)
            if earlier is not None and earlier.retired and says_the_same(earlier, example):
                # Importing the same file again does not bring back an example that somebody has retired.
                current = earlier
            else:
                current = add_version(store, example, action="write")
            kept.append(current)
            outcome = "added" if earlier is None else "unchanged" if current.id == earlier.id else "corrected"
            counts[outcome] += 1
    return Written(**counts, examples=tuple(kept))


def _with_result(store: Store, example: GoldenExample, row: Row, references: References) -> GoldenExample:
    """Return the example with the result of its reference SQL: as the version before has it, else run now."""
    content = example.content
    sql = content["reference_sql"]
    if content["expected_result"] is not None or not sql:
        return example
    earlier = latest_version(store, example.example_id)
    if earlier is not None and earlier.content["reference_sql"] == sql:
        before = earlier.content
        result, snapshot = before["expected_result"], content["snapshot"] or before["snapshot"]
    else:
        try:
            kept = references.kept(sql)
        except InputError as error:
            raise row.error("reference_sql", sql, "a query that runs on the project's database", str(error)) from None
        result, snapshot = (kept.result, kept.snapshot) if kept else (None, content["snapshot"])
    return replace(example, content={**content, "expected_result": result, "snapshot": snapshot})


def _known(store: Store, table: Table) -> dict[str, tuple[GoldenExample, GoldenContent]]:
    """Return the examples that rows name by ``example_id``, each with its content as an export shows it."""
    names = {name for row in table.rows if (name := row.text("example_id"))}
    latest = {name: e for name, e in latest_versions(store).items() if name in names} if names else {}
    spans = spans_by_conversation(store, [e.conversation_id for e in latest.values()])
    key = hmac_key(store) if spans else b""
    return {
        name: (e, without(e.content, spans[e.conversation_id], key) if e.conversation_id in spans else e.content)
        for name, e in latest.items()
    }


def _corrected(row: Row, known: tuple[GoldenExample, GoldenContent], by: str, wanted: Recognisers) -> GoldenExample:
    earlier, shown = known
    cells: dict[str, ReadCell] = {
        "prior_turns": lambda r, _: turns_in(r),
        "context": several,
        "tags": several,
        "required": several,
        "expected_result": json_object,
        "expected_tools": lambda r, _: tools_in(r),
        "scenario": row_text,
        "must_pass": lambda r, c: yes(r, c),
        "expected_behaviour": lambda r, c: choice(r, c, BEHAVIOURS, shown["expected_behaviour"]),
        "kind": lambda r, c: choice(r, c, EXAMPLE_KINDS, earlier.kind),
        "split": lambda r, c: choice(r, c, SPLITS, earlier.split),
        "source": lambda r, c: choice(r, c, SOURCES, earlier.source),
    }
    said = as_the_row_says(row, earlier, shown, cells, wanted)
    return replace(said, id=new_id(), approved_by=by, at=now(), note=row_text(row, "note"))


def _check_distinct(examples: list[GoldenExample], table: Table) -> None:
    first: dict[str, tuple[GoldenExample, int]] = {}
    for example, row in zip(examples, table.rows, strict=True):
        before, line = first.setdefault(example.example_id, (example, row.line))
        if canonical([before.content, before.kind]) != canonical([example.content, example.kind]):
            raise row.error(
                next((c for c in ("id", "example_id") if row.text(c)), "question"),
                row.text("id") or row.text("example_id") or row_text(row, "question"),
                f"each example once (line {line} has the same one with other values)",
                "Give the two rows different values in the column 'id'.",
            )


def _example(row: Row, by: str, rubric_version: int, wanted: Recognisers) -> GoldenExample:
    row.required("question")
    question = row_text(row, "question")
    behaviour = choice(row, "expected_behaviour", BEHAVIOURS, "answer")
    answer = row_text(row, "expected_answer")
    if not answer and not row_text(row, "reference_sql") and behaviour == "answer":
        raise row.error(
            "expected_answer", "", "an answer or a reference_sql", "Or set expected_behaviour to clarify or refuse."
        )
    turns = turns_in(row)
    # The id is made before masking: two questions that differ only in a masked name stay two examples.
    name = row.text("id") or row.text("example_id")
    identity = f"ex-{digest(['id', name] if name else ['written', question, turns])[:12]}"
    # The reference SQL and its expected result are not masked here because they are executed and compared. They are
    # masked when they are sent to a judge.
    masked, spans = mask_values(
        {
            "prior_turns": turns,
            "question": question,
            "context": several(row, "context"),
            "expected_answer": answer,
            "tags": several(row, "tags"),
            "scenario": row_text(row, "scenario"),
            "note": row_text(row, "note"),
        },
        wanted,
    )
    wish = Wish(
        expected_behaviour=behaviour,
        tags=masked["tags"],
        required=several(row, "required"),
        expected_result=json_object(row, "expected_result"),
        as_of=row_text(row, "as_of"),
        snapshot=row_text(row, "snapshot"),
        expected_tools=tools_in(row),
    )
    source = choice(row, "source", SOURCES, "manual")
    content = content_of(
        masked["question"],
        prior_turns=masked["prior_turns"],
        context=masked["context"],
        expected_answer=masked["expected_answer"],
        wish=wish,
        reference_sql=row_text(row, "reference_sql"),
        origin=origin_of(system=source, conversation=row.text("id"), redacted=len(spans)),
    )
    return GoldenExample(
        id=new_id(),
        example_id=identity,
        conversation_id="",
        item_id="",
        content=content,
        labels={},
        votes=(),
        rubric_version=rubric_version,
        approved_by=by,
        at=now(),
        source=source,
        kind=choice(row, "kind", EXAMPLE_KINDS, "normal"),
        scenario=masked["scenario"],
        split=choice(row, "split", SPLITS, split_of(identity)),
        must_pass=yes(row, "must_pass"),
        rule="written",
        note=masked["note"],
    )
