"""The audit check accepts exactly the rows that an erasure lists, as it left them, and nothing beside them."""

from __future__ import annotations

from review.audit import chain
from review.audit.erased_rows import record_emptied
from review.audit.verifying import check_store
from storage.queries.erasing import empty_rows
from storage.records_people import AuditEntry
from storage.records_review import Annotation
from storage.store import Store


def emptied(store: Store, *keys: str) -> None:
    with store.transaction():
        rows = empty_rows(store, Annotation, {key: {"comment": "[ERASED]"} for key in keys})
        record_emptied(store, "ana", "request-1", place="annotations", emptied={"annotations": rows})


def test_an_emptied_row_is_accepted_and_a_tampered_one_beside_it_is_not(demo: Store) -> None:
    one, other, third = [a.submission_id for a in demo.find(Annotation)][:3]
    emptied(demo, one, third)
    emptied(demo, third)
    assert check_store(demo).holds
    demo.db.conn.execute("UPDATE annotations SET comment = 'mine' WHERE submission_id = ?", (other,))
    assert [(c.kind, c.key) for c in check_store(demo).changes] == [("edited", other)]
    demo.db.conn.execute("UPDATE annotations SET comment = 'mine' WHERE submission_id = ?", (one,))
    assert {c.key for c in check_store(demo).changes} == {one, other}


def test_a_row_that_was_edited_before_it_was_emptied_stays_a_finding(demo: Store) -> None:
    one = demo.find(Annotation)[0].submission_id
    demo.db.conn.execute("UPDATE annotations SET comment = 'mine' WHERE submission_id = ?", (one,))
    emptied(demo, one)
    assert [(c.kind, c.key) for c in check_store(demo).changes] == [("edited", one)]


def test_words_of_an_entry_are_emptied_and_the_chain_still_holds(demo: Store) -> None:
    with demo.transaction():
        chain.record(demo, "ana", "deal again", "2026-W01", reason="because she wrote hello")
    entry = demo.find(AuditEntry, action="deal again")[-1]
    with demo.transaction():
        rows = empty_rows(demo, AuditEntry, {entry.sequence: {"detail": {**entry.detail, "reason": "[ERASED]"}}})
        record_emptied(demo, "ana", "request-1", place="audit", emptied={"audit": rows})
    assert chain.verify(demo)[1] is None and check_store(demo).holds
    demo.db.conn.execute("UPDATE audit SET subject = 'x' WHERE sequence = ?", (entry.sequence,))
    assert check_store(demo).broken_at == entry.sequence
