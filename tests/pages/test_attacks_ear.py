"""What a reviewer may try to read: every text of the store is a word to look for in whatever the server sends.

Nothing that comes before the submission, over the WebSocket or by HTTP, holds what others said, what judges said, or
unmasked data.
"""

from __future__ import annotations

from collections.abc import Iterator

import app_pages
import pytest
from annotate_app import Server, serving
from attacked_store import OPEN, ORIGINAL, SCORES, SIZE, attacked_store
from wire_ear import Ear

from storage.records_review import Adjudication, Annotation, Verdict

OTHERS = (
    *("comment", "corrected answer", "flag", "rationale", "raw", "verdict error", "scenario", "model", "tag"),
    *("prompt version", "error type"),
)
"""Of the open week's items: what others wrote, what judges said, what tells why an item is here."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(attacked_store(tmp_path_factory.mktemp("canary"), canary)) as running:
        yield running


@pytest.fixture
def ear(server: Server) -> Ear:
    return Ear(int(server.url.rpartition(":")[2]))


def canary(field: str) -> str:
    return f"canary-{field.replace(' ', '-')}-7f3a"


def secrets(server: Server) -> list[str]:
    """What nobody who still owes the open week may receive: words, names of votes and verdicts, the original."""
    store = server.store
    items = [r["id"] for r in store.query("SELECT id FROM items WHERE week = :week", {"week": OPEN})]
    votes = [n.submission_id for n in store.find(Annotation, item_id=items)]
    verdicts = [v.id for v in store.find(Verdict, item_id=items)]
    assert len(votes) == SIZE and len(verdicts) == 2 * SIZE
    return [*map(canary, OTHERS), *votes, *verdicts, ORIGINAL, "4815162342", str(SCORES[OPEN])]


def test_a_reviewer_receives_nothing_that_others_or_judges_said(ear: Ear, server: Server) -> None:
    for name in app_pages.pages():
        ear.comes(name, f"rater=ana&week={OPEN}")
    assert ear.heard(canary("answer")) and ear.heard(f"Conversation 0 of {OPEN}")  # the items did come this way
    assert any(name.endswith(".html") for name in ear.files), "the report of the week is among what was looked at"
    assert [word for word in secrets(server) if ear.heard(word)] == []


@pytest.mark.parametrize("name", ["adjudicate", "golden", "judges", "agreement"])
def test_the_address_of_an_owed_item_opens_it_nowhere(ear: Ear, server: Server, name: str) -> None:
    items = server.store.query("SELECT id FROM items WHERE week = :week", {"week": OPEN})
    for row in items[:2]:
        ear.comes(name, f"rater=ana&week={OPEN}&item={row['id']}&view=single")
    assert [word for word in secrets(server) if ear.heard(word)] == []


def test_the_words_are_there_for_those_who_may_read_them(ear: Ear, server: Server) -> None:
    """Otherwise nothing had been hidden above."""
    ear.comes("adjudicate", f"rater=eva&week={OPEN}")
    assert ear.heard(canary("comment")) and ear.heard(canary("corrected answer"))
    assert not ear.heard(ORIGINAL)
    assert server.store.find(Adjudication)
