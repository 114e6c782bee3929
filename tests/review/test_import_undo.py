"""An import that nothing was drawn from can be undone: it leaves all queries, and its ids become free."""

from __future__ import annotations

from pathlib import Path

import flow_store
import pytest

from review.audit import chain
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.basics.log_paths import log_of
from review.log.log import read_conversations, weeks_in_log
from review.log.withdrawn import PREFIX, hide
from review.people.people import add_person
from review.privacy.reveal import revealed
from review.sources.import_into import import_into
from review.sources.undoing import hide_withdrawn, undo_import, why_not, withdrawn_imports
from storage.opening import open_store
from storage.records_log import Import, ImportWithdrawal
from storage.records_people import AuditEntry
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "spotcheck.db")
    add_person(made, "Lea", role="lead", by="test")
    add_person(made, "Ana", role="annotator", by="lea")
    return made


def bring(store: Store, *ids: str, day: str = "2026-11-09") -> Import:
    file = store.path.parent / "log.csv"
    rows = "".join(f"{name},{day},Write to {name}@example.com\n" for name in ids)
    file.write_text(f"id,created_at,question\n{rows}")
    return import_into(store, file, by="lea")


def test_an_undone_import_leaves_all_queries_and_frees_its_ids(store: Store) -> None:
    first, second = bring(store, "a", "b"), bring(store, "c")
    log = log_of(store.path)
    assert revealed(store, "a", by="lea")
    undo_import(store, first.id, by="lea", reason="wrong file")
    with pytest.raises(UnknownError, match="no original"):
        revealed(store, "a", by="lea")
    assert weeks_in_log(log) == {"2026-W46": 1}
    assert [c.id for c in read_conversations(log, ["a", "b", "c"])] == ["c"]
    assert withdrawn_imports(store) == {first.id}
    again = bring(store, "a", "b", "c")
    assert (again.added, again.duplicate) == (2, 1)
    (entry,) = store.find(AuditEntry, action="undo import")
    assert entry.detail["id"] == first.id and entry.detail["reason"] == "wrong file" and entry.actor == "lea"
    assert chain.verify(store)[1] is None
    assert why_not(store, second.id) == ""


def test_only_a_lead_may_undo_and_only_once(store: Store) -> None:
    done = bring(store, "a")
    with pytest.raises(Refused):
        undo_import(store, done.id, by="ana")
    undo_import(store, done.id, by="lea")
    with pytest.raises(NothingToDo, match="undone already"):
        undo_import(store, done.id, by="lea")
    with pytest.raises(UnknownError):
        undo_import(store, "none", by="lea")
    nothing = bring(store, "b") and bring(store, "b")
    with pytest.raises(NothingToDo, match="added no conversation"):
        undo_import(store, nothing.id, by="lea")


def test_an_undo_that_was_interrupted_is_finished_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    done = bring(store, "a")
    monkeypatch.setattr("review.sources.undoing.hide", lambda log, import_id: None)
    undo_import(store, done.id, by="lea")
    monkeypatch.undo()
    assert weeks_in_log(log_of(store.path)) == {"2026-W46": 1}
    hide_withdrawn(store)
    hide(log_of(store.path), done.id)
    assert weeks_in_log(log_of(store.path)) == {}
    assert (log_of(store.path).logs / f"{PREFIX}{done.id}").is_dir()


def test_an_import_that_was_drawn_from_stays(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    flow_store.add_people(store)
    flow_store.import_rows(store, flow_store.records())
    flow_store.open_the_week(store)
    (done,) = store.find(Import)
    with pytest.raises(Refused, match=r"is under review in|drawn after it"):
        undo_import(store, done.id, by="lea")
    assert not store.find(ImportWithdrawal)
    assert "cannot be undone" in why_not(store, done.id)


def test_rows_of_another_import_can_be_withdrawn_while_a_week_is_under_review(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    flow_store.add_people(store)
    flow_store.import_rows(store, flow_store.records())
    flow_store.open_the_week(store)
    other = bring(store, "later", day="2026-11-27")
    undo_import(store, other.id, by="lea")
    assert "2026-W48" not in weeks_in_log(log_of(store.path))
