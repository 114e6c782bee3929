"""``spotcheck failures propose-...``: fill in golden examples for people to approve. None counts before that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from review.commands.common import acting_person, as_option, emit, json_option, opened, out, split_values, store_option
from review.failures.by_model import about_passages, in_other_words
from review.failures.from_documents import document_of, propose_from_documents
from review.failures.proposing import Outcome, propose_frequent, propose_marked, propose_variants
from review.failures.variants import VARIANT_RULES
from review.judges.endpoints import llm_of
from review.settings.project import project_of

RULES = ", ".join(f"{name} ({rule.about})" for name, rule in VARIANT_RULES.items())


@click.command("propose-variants")
@click.option("--rules", default=",".join(VARIANT_RULES), show_default=True, help=f"Any of {RULES}.")
@click.option(
    "--judge", metavar="JUDGE", help="Also ask the endpoint of this llm judge for a paraphrase of each question."
)
@click.option("--language", metavar="NAME", help="With --judge: the language of the paraphrase, such as German.")
@click.option("--most", type=click.IntRange(1), default=100, show_default=True, help="Of how many examples.")
@as_option
@store_option
@json_option
def variants(
    rules: str, judge: str | None, language: str | None, most: int, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Propose variants of the golden questions by offline rules; a variant stays in the half of its original."""
    store = opened(store_path)
    by, project = acting_person(store, acting).id, project_of(store_path)
    endpoint = in_other_words(llm_of(store, project, judge), language or "") if judge else None
    _show(propose_variants(store, split_values(rules), by=by, most=most, endpoint=endpoint), as_json)


@click.command("propose-frequent")
@click.option("--weeks", metavar="W47,W48", help="Weeks of the log, separated by commas. Default: all.")
@click.option("--least", type=click.IntRange(2), default=5, show_default=True, help="How often it was asked at least.")
@as_option
@store_option
@json_option
def frequent(weeks: str | None, least: int, acting: str | None, store_path: str, as_json: bool) -> None:
    """Propose the questions that users ask most and that no example has yet."""
    store = opened(store_path)
    chosen = split_values(weeks) if weeks else None
    _show(propose_frequent(store, weeks=chosen, least=least, by=acting_person(store, acting).id), as_json)


@click.command("propose-marked")
@as_option
@store_option
@json_option
def marked(acting: str | None, store_path: str, as_json: bool) -> None:
    """Propose conversations that users marked right or wrong, where the plan of [golden] lacks examples."""
    store = opened(store_path)
    _show(propose_marked(store, project_of(store_path), by=acting_person(store, acting).id), as_json)


@click.command("propose-documents")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--judge", metavar="JUDGE", help="Let the endpoint of this llm judge write the questions.")
@click.option("--most", type=click.IntRange(1), default=100, show_default=True, help="Of how many passages.")
@as_option
@store_option
@json_option
def documents(
    files: tuple[Path, ...], judge: str | None, most: int, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Propose questions over text or Markdown FILES: each passage is the expected answer to one."""
    store = opened(store_path)
    by, project = acting_person(store, acting).id, project_of(store_path)
    endpoint = about_passages(llm_of(store, project, judge)) if judge else None
    done = propose_from_documents(
        store, project, [document_of(file) for file in files], by=by, most=most, endpoint=endpoint
    )
    _show(done, as_json)


def _show(done: Outcome, as_json: bool) -> None:
    result: dict[str, Any] = {"proposed": [p.id for p in done.written], "dropped": dict(done.dropped)}
    dropped = "".join(f", {n} dropped: {reason}" for reason, n in done.dropped.items())
    emit(result, as_json, lambda: out.print(f"{len(done.written)} proposed{dropped}", highlight=False, markup=False))
