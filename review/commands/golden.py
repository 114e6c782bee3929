"""``spotcheck golden``: candidates, approval, releases and their export."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.basics.errors import InputError, NothingToDo
from review.basics.words import counted
from review.commands import golden_render as render
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    note_long_cells,
    opened,
    out,
    store_option,
)
from review.commands.golden_check import check_, diff_, verify_
from review.evidence.chosen_weeks import weeks_between
from review.golden import releases
from review.golden.approve import approve, bulk_approve
from review.golden.candidates import Candidate, candidates
from review.golden.content import NOTHING, Wish
from review.golden.coverage import coverage
from review.golden.examples import BEHAVIOURS, SPLITS, current_examples
from review.golden.judge_cards import JudgeCard, judge_cards
from review.golden.provenance import provenance
from review.golden.references import not_run, references_of
from review.golden.retire import retire
from review.golden.writers.catalogue import WRITERS, export
from review.golden.written import import_examples, read_written
from review.settings.project import project_of
from storage.records_golden import EXAMPLE_KINDS
from storage.store import Store


@click.group()
def golden() -> None:
    """The golden dataset: examples that people have approved, and their releases."""


@golden.command("import")
@click.argument("file")
@as_option
@store_option
@json_option
def import_(file: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Import examples that the team has written.

    FILE is CSV, JSON, JSONL or Parquet with question and any of expected_answer, expected_behaviour, reference_sql,
    kind, scenario, tags, split, must_pass, source, id, context, prior_turns, required, expected_result, as_of,
    snapshot, note. A row corrects the example with the same id; without an id, the one with the same question.
    """
    store, table = opened(store_path), read_written(file)
    for text in table.notes:
        note(text)
    done = import_examples(store, table, by=acting_person(store, acting).id)
    result = {
        "rows": len(table.rows),
        "added": done.added,
        "corrected": done.corrected,
        "unchanged": done.unchanged,
        "examples": [e.example_id for e in done.examples],
    }
    text = f"{done.added:,} added, {done.corrected:,} corrected, {done.unchanged:,} unchanged"
    emit(result, as_json, lambda: out.print(text, highlight=False, soft_wrap=True))


@golden.command("candidates")
@click.option("--weeks", metavar="W44..W47", help="Default: the last four weeks.")
@as_option
@store_option
@json_option
def candidates_(weeks: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """List settled items that are not examples yet, and why they qualify."""
    store = opened(store_path)
    found = candidates(store, weeks_between(store, weeks), viewer=acting_person(store, acting).id)
    emit({"candidates": [asdict(c) for c in found]}, as_json, lambda: render.candidates(found))


@golden.command("approve")
@click.argument("items", nargs=-1)
@click.option("--bulk-unanimous", is_flag=True, help="Approve all ITEMS, or candidates, on which reviewers agree.")
@click.option("--weeks", metavar="W44..W47", help="Take the candidates of these weeks; default: the last four.")
@click.option("--expected-answer", help="Default: the corrected answer, else the answer if it was judged right.")
@click.option("--expected-behaviour", type=click.Choice(BEHAVIOURS))
@click.option("--reference-sql", help="Default: the adjudicator's, else the query if the answer was judged right.")
@click.option("--kind", type=click.Choice(EXAMPLE_KINDS))
@click.option("--scenario")
@click.option("--tag", "tags", multiple=True, help="Repeat for several.")
@click.option("--split", type=click.Choice(SPLITS), help="Default: the permanent split of the conversation.")
@click.option("--must-pass/--may-fail", default=None, help="Whether the gate fails when this example fails.")
@click.option("--note", "why", default="")
@as_option
@store_option
@json_option
def approve_(
    items: tuple[str, ...],
    bulk_unanimous: bool,
    weeks: str | None,
    expected_answer: str | None,
    expected_behaviour: str | None,
    reference_sql: str | None,
    kind: str | None,
    scenario: str | None,
    tags: tuple[str, ...],
    split: str | None,
    must_pass: bool | None,
    why: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Approve settled ITEMS as examples. Options left out keep their earlier value, else take their default."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    wish = Wish(
        expected_answer=expected_answer,
        expected_behaviour=expected_behaviour,
        reference_sql=reference_sql,
        kind=kind,
        scenario=scenario,
        tags=tags or None,
        split=split,
        must_pass=must_pass,
    )
    if bulk_unanimous:
        if wish != NOTHING or why:
            raise InputError("--bulk-unanimous approves every item with its defaults. Leave the other options out.")
        found = items or [c.item_id for c in _unanimous(store, weeks, by)]
        if not found:
            raise NothingToDo("no unanimous item of these weeks waits for approval.")
        examples, refused = bulk_approve(store, found, by=by)
        if not examples:
            raise NothingToDo(f"nothing was approved: {refused[0][1]}")
    elif not items:
        raise InputError("Name one or more items, or use --bulk-unanimous.")
    else:
        with references_of(store) as references, store.transaction():
            examples = tuple(approve(store, i, wish, by=by, note=why, references=references) for i in items)
            refused = ()
    result = {
        "approved": [
            {"example_id": e.example_id, "item_id": e.item_id, "reference_run": not not_run([e.content])}
            for e in examples
        ],
        "refused": [{"item_id": item, "why": why} for item, why in refused],
    }
    emit(result, as_json, lambda: render.approved(examples, refused))


def _unanimous(store: Store, weeks: str | None, by: str) -> list[Candidate]:
    return [c for c in candidates(store, weeks_between(store, weeks), viewer=by) if c.rule == "unanimous"]


@golden.command("release")
@click.argument("name")
@click.option("--notes", default="", help="What is new.")
@as_option
@store_option
@json_option
def release_(name: str, notes: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Freeze the current examples as the release NAME. A release never changes."""
    store = opened(store_path)
    made = releases.release(store, name, by=acting_person(store, acting).id, notes=notes)
    text = f"release {made.name}: {made.size:,} examples, sha256 {made.content_hash}"
    result = {**asdict(made), "judges": [card.to_json() for card in _cards(store, name)]}
    emit(result, as_json, lambda: out.print(text, highlight=False, soft_wrap=True))


@golden.command("judges")
@click.argument("release")
@store_option
@json_option
def judges_(release: str, store_path: str, as_json: bool) -> None:
    """Show the judge card of RELEASE: each judge against its labels, with intervals."""
    store = opened(store_path)
    found = _cards(store, release)
    result = {"release": release, "judges": [card.to_json() for card in found]}
    emit(result, as_json, lambda: render.judges(found))


def _cards(store: Store, release: str) -> list[JudgeCard]:
    return judge_cards(store, [row.content for row in releases.examples_of(store, release)])


@golden.command("list")
@store_option
@json_option
def list_(store_path: str, as_json: bool) -> None:
    """List the current examples and the releases."""
    store = opened(store_path)
    examples, made = current_examples(store), releases.releases(store)
    result = {"examples": [asdict(e) for e in examples], "releases": [asdict(r) for r in made]}
    emit(result, as_json, lambda: render.listing(examples, made))


@golden.command("show")
@click.argument("example")
@store_option
@json_option
def show(example: str, store_path: str, as_json: bool) -> None:
    """Show where EXAMPLE comes from: versions, votes, adjudication, draw, import, conversation."""
    found = provenance(opened(store_path), example)
    emit(found.to_json(), as_json, lambda: render.provenance(found))


@golden.command("retire")
@click.argument("example")
@click.option("--note", "why", required=True, help="Why it is retired.")
@as_option
@store_option
@json_option
def retire_(example: str, why: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Take EXAMPLE out of future releases. Earlier releases keep it."""
    store = opened(store_path)
    retired = retire(store, example, by=acting_person(store, acting).id, note=why)
    emit(asdict(retired), as_json, lambda: out.print(f"{example} is retired", highlight=False))


@golden.command("coverage")
@click.option("--per-scenario", type=click.IntRange(1), help="Target for each scenario that [golden.plan] leaves out.")
@store_option
@json_option
def coverage_(per_scenario: int | None, store_path: str, as_json: bool) -> None:
    """Count examples by scenario and kind, and compare with [golden.plan] in spotcheck.toml."""
    store = opened(store_path)
    found = coverage(store, target=per_scenario, plan=project_of(store_path).plan)
    emit(asdict(found), as_json, lambda: render.coverage(found))


@golden.command("export")
@click.argument("release")
@click.option("--to", type=click.Choice(tuple(WRITERS)), required=True)
@click.option("--out", "target", type=click.Path(path_type=Path), help="File or folder; default: the current folder.")
@click.option("--force", is_flag=True, help="Replace an existing file or folder.")
@as_option
@store_option
@json_option
def export_(
    release: str, to: str, target: Path | None, force: bool, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Write RELEASE in another tool's format, and the judge card beside it (NAME.judges.json)."""
    store = opened(store_path)
    files = export(store, release, to=to, target=target, by=acting_person(store, acting).id, force=force, card=True)
    for file in files:
        note_long_cells(file)
    made, erased = releases.release_named(store, release), releases.verify(store, release).erased
    if erased:
        note(f"{counted(len(erased), 'example')} left out, because their content was erased: {', '.join(erased)}")
    result = {
        "files": [str(f) for f in files],
        "release": release,
        "content_hash": made.content_hash,
        "examples": made.size - len(erased),
        "erased": list(erased),
        "judges": [card.to_json() for card in _cards(store, release)],
    }
    emit(result, as_json, lambda: out.print("\n".join(map(str, files)), highlight=False, soft_wrap=True))


for member in (diff_, verify_, check_):
    golden.add_command(member)
