"""Propose golden examples over the team's documents: a question for each passage, which is the expected answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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


def propose_from_documents(
    store: Store,
    project: Project,
    files: Sequence[Path],
    *,
    by: str,
    most: int = MOST,
    endpoint: Generate | None = None,
) -> Outcome:
    """Propose a question over each passage of text or Markdown files, by rule or with ``endpoint`` by a model.

    The passage is the context and the expected answer. Questions that another one nearly repeats are dropped. Raises
    Refused without the role adjudicator, InputError for a file that is no text, too large or without a passage.
    """
    require(store, by, "adjudicator")
    found = [(file.name, passage) for file in files for passage in _passages(file)][:most]
    wanted = recognisers_of(project.privacy)
    made: list[GoldenProposal] = []
    same = 0
    for name, passage in found:
        masked, _ = mask_values({"heading": passage.heading, "text": passage.text}, wanted)
        shown = Passage(masked["heading"], masked["text"])
        question = question_about(shown) if endpoint is None else endpoint(f"{shown.heading}\n{shown.text}").strip()
        if not question or question in shown.text:
            same += 1
            continue
        made.append(_proposal(name, shown, question, by))
    kept = new_ones(store, made)
    dropped = {"empty or copied from the passage": same, "near another question": len(made) - len(kept)}
    return write_proposals(store, kept, by, dropped)


def _passages(file: Path) -> list[Passage]:
    if file.stat().st_size > LARGEST:
        raise InputError(f"{file}: found {file.stat().st_size:,} bytes, expected at most {LARGEST:,}. Split it.")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file}: found bytes that are no UTF-8 text at {error.start:,}, expected a text or Markdown file."
        ) from None
    found = passages(text)
    if not found:
        raise InputError(f"{file}: found no passage of 40 characters or more, expected text with or without headings.")
    return found


def _proposal(name: str, passage: Passage, question: str, by: str) -> GoldenProposal:
    origin = f"{name} {digest([passage.heading, passage.text])[:8]}"
    content = {
        **{"question": question, "prior_turns": [], "context": [passage.text], "answer": ""},
        **{"expected_answer": passage.text, "expected_behaviour": "answer", "reference_sql": "", "required": []},
        **{"tags": ["document"], "kind": "normal", "scenario": "", "split": split_of(origin), "item_id": ""},
    }
    rule = f"document: {name}" + (f", {passage.heading}" if passage.heading else "")
    return GoldenProposal(id=new_id(), at=now(), by=by, source="synthetic", origin=origin, rule=rule, content=content)
