"""Error analysis: failures without a mode, grouped by what people and the log say of them, with a proposed name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from review.basics.log_paths import log_of
from review.basics.words import shortened
from review.failures.archive import conversations_of
from review.failures.error_types import OTHER, title_of
from review.failures.modes import CAUSE_TITLES, MOST_LETTERS, Mode, mode_list, name_mode
from review.failures.rules import failure_rules
from review.failures.said import said_of_failures
from review.failures.similar import Alike, group_alike
from review.failures.working import give_mode
from review.log.failed import FailedRow, Narrowed, failed_rows
from review.models.embeddings import lacking, load_embedder
from review.people.people import require
from review.privacy.erased import ERASED
from review.privacy.masking import mask_text
from review.settings.project import Project
from review.sources.conversations import recognisers_of
from storage.records_log import ERASED_HASH, Conversation
from storage.store import Store

MOST = 5_000
"""Failures that are grouped at once: the latest."""
MOST_BY_MEANING = 1_000
"""The same where the sentence model reads them: about five milliseconds each."""
WEAK = 200
"""Characters of an answer that a failure is compared by."""
TYPICAL = 8
"""Of how many failures of a group a model is told."""


class Proposed(NamedTuple):
    """A group that may become a mode: the failures, the most typical first, a name, and the text of each."""

    alike: Alike
    said: Mapping[str, str]

    @property
    def says(self) -> str:
        """The text of the most typical failure."""
        return self.said[self.alike.ids[0]]

    def only(self, ids: Sequence[str]) -> Proposed | None:
        """Return the group with some of its failures alone, None without any."""
        return Proposed(self.alike._replace(ids=ids), {i: self.said[i] for i in ids}) if ids else None

    def to_json(self) -> dict[str, Any]:
        """Return the group as the command line prints it."""
        return {"name": self.alike.name, "n": len(self.alike.ids), "ids": list(self.alike.ids), "says": self.says}


def proposed_modes(
    store: Store,
    project: Project,
    weeks: Sequence[str],
    *,
    by: str,
    endpoint: Callable[[Sequence[str]], str] | None = None,
    meaning: bool | None = None,
) -> list[Proposed]:
    """Return groups of the failures of some weeks that have no mode yet, the largest first.

    With ``endpoint`` a model names each group from what its most typical failures say; people edit the name.
    ``meaning`` says whether the sentence model compares the notes; None lets it where it is installed and the failures
    are few enough for it. Raises InputError where it is wanted and not installed.
    """
    require(store, by, "adjudicator")
    rows = rows_without_mode(store, project, weeks, by=by, most=MOST_BY_MEANING if meaning else MOST)
    said = {name: " ".join(texts) for name, texts in said_of_failures(store, weeks).items()}
    told = {row.id: said.get(row.id) or row.error_message for row in rows}
    talks = conversations_of(store, [row.id for row in rows if not row.error_message])
    gone = {i for i, talk in talks.items() if talk.content_hash == ERASED_HASH}
    rows = [row for row in rows if row.id not in gone]
    texts = {row.id: _text(row, said.get(row.id, ""), talks.get(row.id)) for row in rows}
    # How a failure became known, by a thumb, a review or low confidence, says nothing of what went wrong.
    kinds = {row.id: row.kind if row.kind != OTHER else "" for row in rows}
    if meaning is None:
        meaning = len(rows) <= MOST_BY_MEANING and not lacking()
    embed = load_embedder().embed if meaning else None
    groups = group_alike(texts, kinds, named_after={i: text for i, text in told.items() if text}, embed=embed)
    if endpoint is not None:
        # People's notes may name somebody; only masked text leaves.
        wanted = recognisers_of(project.privacy)
        masked = [[mask_text(texts[i], wanted)[0] for i in one.ids[:TYPICAL]] for one in groups]
        groups = [one._replace(name=_named(endpoint(some), one)) for one, some in zip(groups, masked, strict=True)]
    rest = conversations_of(store, [i for i, text in told.items() if not text and i not in talks])
    questions = {i: talk.question for i, talk in {**talks, **rest}.items()}
    return [Proposed(one, {i: told[i] or questions.get(i, "") for i in one.ids}) for one in groups]


def rows_without_mode(
    store: Store, project: Project, weeks: Sequence[str], *, by: str, most: int = MOST
) -> list[FailedRow]:
    """Return those of the latest failures of some weeks that have no mode, as ``by`` may see them.

    Where the message was erased, nothing is left to compare.
    """
    modes, rules = mode_list(store), failure_rules(store, project, viewer=by, weeks=weeks)
    found = failed_rows(log_of(store.path), rules, Narrowed(weeks=weeks), most=most)
    return [row for row in found if modes.of(row.group) is None and row.error_message != ERASED]


def _named(said: str, one: Alike) -> str:
    """Return a name that a model gave, on one line and short enough to edit; without one, the words of the group."""
    return shortened(said.strip().strip("\"'."), MOST_LETTERS) or one.name


def _text(row: FailedRow, said: str, talk: Conversation | None) -> str:
    answer = (talk.answer or talk.question) if talk else ""
    return compared(said, row.error_message, answer) or (title_of(row.kind) if row.kind else CAUSE_TITLES[row.cause])


def compared(said: str, error: str, answer: str) -> str:
    """Return what a failure is compared by: what people said of it, then the error of the step that failed. Pure.

    Without an error the answer tells a little (where there is none, give the question). It is cut short, so that it
    weighs less than a note.
    """
    return f"{said} {said} {error or answer[:WEAK]}".strip()


def accept(store: Store, ids: Sequence[str], name: str, *, by: str, example: str = "") -> Mode:
    """Give a group of failures to the mode that a person named, which is made where there is none of this name."""
    require(store, by, "adjudicator")
    with store.transaction():
        mode = mode_list(store).called(name) or name_mode(store, name, by=by, example=example or next(iter(ids), ""))
        give_mode(store, ids, mode.id, by=by)
    return mode
