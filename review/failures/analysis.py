"""Error analysis: failures without a mode, grouped by what people and the log say of them, with a proposed name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from review.basics.log_paths import log_of
from review.basics.words import shortened
from review.current.settled import annotations_of
from review.failures.archive import conversations_of
from review.failures.error_types import title_of
from review.failures.modes import CAUSE_TITLES, MOST_LETTERS, Mode, mode_list, name_mode
from review.failures.rules import failure_rules
from review.failures.similar import Alike, group_alike
from review.failures.working import give_mode
from review.log.failed import FailedRow, Narrowed, failed_rows
from review.models.embeddings import lacking, load_embedder
from review.people.people import require
from review.privacy.masking import mask_text
from review.settings.project import Project
from review.sources.conversations import recognisers_of
from storage.queries.failures import latest_notes
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Item
from storage.store import Store

MOST = 5_000
"""Failures that are grouped at once: the latest."""
MOST_BY_MEANING = 1_000
"""The same where the sentence model reads them: about five milliseconds each."""
TYPICAL = 8
"""Of how many failures of a group a model is told."""


class Proposed(NamedTuple):
    """A group that may become a mode: the failures, the most typical first, a name, and what the most typical says."""

    alike: Alike
    says: str

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
    modes = mode_list(store)
    rules = failure_rules(store, project, viewer=by, weeks=weeks)
    found = failed_rows(log_of(store.path), rules, Narrowed(weeks=weeks), most=MOST_BY_MEANING if meaning else MOST)
    rows = [row for row in found if modes.get(row.group) is None]
    said = _said(store, weeks)
    texts = {row.id: _text(row, said.get(row.id, "")) for row in rows}
    kinds = {row.id: row.kind or row.cause for row in rows}
    shown = {row.id: said.get(row.id) or row.error_message for row in rows}
    if meaning is None:
        meaning = len(rows) <= MOST_BY_MEANING and not lacking()
    groups = group_alike(texts, kinds, embed=load_embedder().embed if meaning else None)
    if endpoint is not None:
        # People's notes may name somebody; only masked text leaves.
        wanted = recognisers_of(project.privacy)
        told = {i: mask_text(texts[i], wanted)[0] for one in groups for i in one.ids[:TYPICAL]}
        groups = [one._replace(name=_named(endpoint([told[i] for i in one.ids[:TYPICAL]]), one)) for one in groups]
    return [Proposed(one, shown[one.ids[0]] or _question(store, one.ids[0])) for one in groups]


def _named(said: str, one: Alike) -> str:
    """Return a name that a model gave, on one line and short enough to edit; without one, the words of the group."""
    return shortened(said.strip().strip("\"'."), MOST_LETTERS) or one.name


def _question(store: Store, name: str) -> str:
    found = conversations_of(store, [name])
    return found[name].question if name in found else ""


def _said(store: Store, weeks: Sequence[str]) -> Mapping[str, str]:
    """Return what people said of failures, by conversation: their comments while reviewing, and the latest note."""
    known = {w.name for w in weeks_in_use(store)}
    comments: dict[str, str] = {}
    annotations = [n for n in annotations_of(store, [w for w in weeks if w in known]) if n.comment]
    places = {i.id: i.conversation_id for i in store.find(Item, id=[n.item_id for n in annotations])}
    for n in annotations:
        comments[places[n.item_id]] = f"{comments.get(places[n.item_id], '')} {n.comment}".strip()
    return {**comments, **latest_notes(store)}


def _text(row: FailedRow, said: str) -> str:
    """Return what a failure is compared by. The note counts for more than the words of the log."""
    kind = title_of(row.kind) if row.kind else CAUSE_TITLES[row.cause]
    return f"{said} {said} {row.error_type} {row.error_message}" if said or row.error_message else kind


def accept(store: Store, ids: Sequence[str], name: str, *, by: str, example: str = "") -> Mode:
    """Make a mode of a group of failures under a name that a person chose, and give them all to it."""
    require(store, by, "adjudicator")
    with store.transaction():
        mode = name_mode(store, name, by=by, example=example or next(iter(ids), ""))
        give_mode(store, ids, mode.id, by=by)
    return mode
