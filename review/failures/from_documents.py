"""Propose golden examples over the team's documents: a question for each passage, which is the expected answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from review.basics.canonical import digest
from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.failures.passages import Passage, passages, question_about
from review.failures.proposals import new_ones
from review.failures.proposing import MOST, Generate, Outcome, write_proposals
from review.people.people import require
from review.privacy.masking import mask_values
from review.settings.project import Project
from review.sources.conversations import recognisers_of
from review.statistics.calibration.split import split_of
from storage.records_failures import GoldenProposal
from storage.store import Store

LARGEST = 5_000_000
"""Bytes of a document."""


class Document(NamedTuple):
    """A document that somebody gave: its name, and its bytes as UTF-8 text."""

    name: str
    body: bytes


def document_of(file: Path) -> Document:
    """Read a document from a file. Raises InputError when it is too large."""
    size = file.stat().st_size
    _check_size(str(file), size)
    return Document(str(file), file.read_bytes())


def propose_from_documents(
    store: Store,
    project: Project,
    documents: Sequence[Document],
    *,
    by: str,
    most: int = MOST,
    endpoint: Generate | None = None,
) -> Outcome:
    """Propose a question over each passage of text or Markdown documents, by rule or with ``endpoint`` by a model.

    The passage is the context and the expected answer. Questions that another one nearly repeats are dropped. Raises
    Refused without the role adjudicator, InputError for a document that is no text, too large or without a passage.
    """
    require(store, by, "adjudicator")
    found = [(Path(one.name).name, passage) for one in documents for passage in passages_of(one)][:most]
    wanted = recognisers_of(project.privacy)
    made: list[GoldenProposal] = []
    same = 0
    for name, passage in found:
        masked, _ = mask_values({"name": name, "heading": passage.heading, "text": passage.text}, wanted)
        shown = Passage(masked["heading"], masked["text"])
        question = question_about(shown) if endpoint is None else endpoint(f"{shown.heading}\n{shown.text}").strip()
        if not question or question in shown.text:
            same += 1
            continue
        made.append(_proposal(masked["name"], shown, question, by))
    kept = new_ones(store, made)
    dropped = {"empty or copied from the passage": same, "near another question": len(made) - len(kept)}
    return write_proposals(store, kept, by, dropped)


def passages_of(document: Document) -> list[Passage]:
    """Return the passages of a document. Raises InputError when it is too large, no UTF-8 text, or has no passage."""
    _check_size(document.name, len(document.body))
    try:
        text = document.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{document.name}: found bytes that are no UTF-8 text at {error.start:,}, expected a text or Markdown file."
        ) from None
    found = passages(text)
    if not found:
        raise InputError(
            f"{document.name}: found no passage of 40 characters or more, expected text with or without headings."
        )
    return found


def _check_size(name: str, size: int) -> None:
    if size > LARGEST:
        raise InputError(f"{name}: found {size:,} bytes, expected at most {LARGEST:,}. Split it.")


def _proposal(name: str, passage: Passage, question: str, by: str) -> GoldenProposal:
    origin = f"{name} {digest([passage.heading, passage.text])[:8]}"
    content = {
        **{"question": question, "prior_turns": [], "context": [passage.text], "answer": ""},
        **{"expected_answer": passage.text, "expected_behaviour": "answer", "reference_sql": "", "required": []},
        **{"tags": ["document"], "kind": "normal", "scenario": "", "split": split_of(origin), "item_id": ""},
    }
    rule = f"document: {name}" + (f", {passage.heading}" if passage.heading else "")
    return GoldenProposal(id=new_id(), at=now(), by=by, source="synthetic", origin=origin, rule=rule, content=content)
