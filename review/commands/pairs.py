"""``spotcheck pairs``: two answers to one question, compared blind."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.text import Text

from review.basics.errors import NothingToDo
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    file_option,
    json_option,
    note,
    note_long_cells,
    opened,
    out,
    split_values,
    store_instead_of_file,
    store_option,
    weeks_option,
)
from review.commands.exchange import force_option, target_argument
from review.commands.grid import Grid
from review.commands.inputs import bootstrap_option, seed_option
from review.evidence.chosen_weeks import weeks_between
from review.evidence.pair_votes import pair_votes
from review.exchange.pair_export import export_pairs, export_preferences, read_votes
from review.settings.project import project_of
from review.sources.options import AUTO
from review.sources.pairs import FORMATS, PairFile, read_pairs
from review.statistics.agreement.words import plain_words
from review.statistics.preference.report import PairReport, pair_report
from review.statistics.preference.votes import PairVote
from review.statistics.preference.words import position_words, preference_words, strength_words
from review.week.pairs import EACH, AddedPairs, add_pairs

REJECTS_SHOWN = 10
FORMS = {"votes": export_pairs, "preference": export_preferences}
"""What ``pairs export`` writes, by --to."""


@click.group("pairs")
def pairs_group() -> None:
    """Pairs of answers to one question, which people compare blind."""


@pairs_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--week", metavar="W", help="The week that gets them; default: the latest open one.")
@click.option("--raters", metavar="A,B", help="Who compares them, if not the reviewers of the week. Opens a new week.")
@click.option("--each", type=click.IntRange(min=1), default=EACH, show_default=True, help="Reviewers of each pair.")
@click.option(
    "--format", "format", type=click.Choice((AUTO, *FORMATS)), default=AUTO, show_default=True,
    help="The format of FILE; auto tells it by the keys.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what the file holds.")
@as_option
@store_option
@json_option
def pairs_import(
    file: Path,
    week: str | None,
    raters: str | None,
    each: int,
    format: str,
    dry_run: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Add the pairs of FILE to a week: an arena's conversations, or chosen and rejected answers (DPO).

    Personal data is masked. Each reviewer sees both answers without names, the sides swapped at random.
    """
    store = opened(store_path)
    found = read_pairs(file, origin=file.name, format=format)
    counts = {
        "format": found.format,
        "read": found.read,
        "pairs": len(found.pairs),
        "rejected": [{"line": line, "reason": why} for line, why in found.rejected],
    }
    if dry_run:
        emit(counts, as_json, lambda: _read(found))
        return
    by = acting_person(store, acting).id
    done = add_pairs(
        store, project_of(store.path), found.pairs, week, by=by, raters=split_values(raters), each=each
    )  # fmt: skip
    emit({**counts, **_added(done)}, as_json, lambda: _imported(found, done))


def _added(done: AddedPairs) -> dict[str, Any]:
    document = asdict(done)
    return {"added": document.pop("pairs"), **document}


def _imported(found: PairFile, done: AddedPairs) -> None:
    _read(found)
    out.print(f"{done.sentence}.", highlight=False, markup=False)


def _read(found: PairFile) -> None:
    text = f"{len(found.pairs)} pairs in {found.read} records, format {found.format}"
    out.print(text, highlight=False, markup=False)
    for line, why in found.rejected[:REJECTS_SHOWN]:
        note(f"line {line}: {why}")
    if len(found.rejected) > REJECTS_SHOWN:
        note(f"{len(found.rejected) - REJECTS_SHOWN} more records are no pairs; --json lists all")


@pairs_group.command("report")
@file_option("item,rater,a,b,choice[,first]")
@weeks_option("the last four")
@bootstrap_option()
@seed_option
@store_option
@json_option
def pairs_report(
    file: str | None, weeks: str | None, bootstrap: int, seed: int, store_path: str, as_json: bool
) -> None:
    """Say which answers people prefer, whether the first place pulls, and how strong each answer is.

    With --file on a table of votes, else on the store. The names of the answers are in columns a and b; choice is a, b,
    tie or both_bad; first is the answer that stood first.
    """
    report = pair_report(_votes(file, weeks, store_path), bootstrap=bootstrap, seed=seed)
    emit(report.to_json(), as_json, lambda: render_report(report))


def _votes(file: str | None, weeks: str | None, store_path: str) -> list[PairVote]:
    if file is not None:
        return read_votes(file)
    store = store_instead_of_file(store_path)
    chosen = weeks_between(store, weeks)
    votes = pair_votes(store, chosen)
    if not votes:
        raise NothingToDo(f"nobody has compared a pair of {', '.join(chosen)} yet.")
    note(f"weeks {', '.join(chosen)}")
    return votes


def render_report(report: PairReport) -> None:
    """Print the report for people: preferences, strengths, the pull of the place, agreement."""
    sentences = [*map(preference_words, report.preferences), position_words(report.position)]
    if len(report.strengths.by_name) != 2:
        sentences.append(strength_words(report))
    for text in sentences:
        out.print(text, highlight=False, markup=False)
    if len(report.strengths.by_name) > 2:
        table = Grid("answer", "strength", "95% interval", "votes", box=box.SIMPLE_HEAD)
        for name, q in report.strengths.by_name.items():
            ci = f"{q.ci[0]:.2f} to {q.ci[1]:.2f}" if q.ci else ""
            table.add_row(Text(name), f"{q.value:.2f}", ci, str(q.n))
        table.caption = "log odds; 0 is the average answer"
        out.print(table)
    out.print(plain_words(report.agreement), highlight=False, markup=False)


@pairs_group.command("export")
@target_argument
@force_option
@click.option(
    "--to", "form", type=click.Choice(list(FORMS)), default="votes", show_default=True,
    help="votes: a row for each vote. preference: prompt, chosen and rejected answer of each decided pair (DPO).",
)  # fmt: skip
@as_option
@store_option
@json_option
def pairs_export(file: Path, force: bool, form: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Write every vote on a pair that counts to FILE (.csv, .jsonl or .parquet), or decided pairs (.jsonl)."""
    store = opened(store_path)
    rows = FORMS[form](store, file, by=acting_person(store, acting).id, force=force)
    note_long_cells(file)
    what = "votes" if form == "votes" else "pairs"
    emit({"file": str(file), "rows": rows}, as_json, lambda: out.print(f"{file}: {rows} {what}", highlight=False))
