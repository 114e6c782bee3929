"""Taking an example out of future releases."""

from __future__ import annotations

from dataclasses import replace

from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo
from review.golden.examples import add_version, versions_of
from review.people.people import require
from storage.records_golden import GoldenExample
from storage.store import Store


def retire(store: Store, example_id: str, *, by: str, note: str) -> GoldenExample:
    """Take an example out of future releases; earlier releases keep it. Returns the retired version.

    Raises Refused without the role adjudicator, InputError without a reason, UnknownError for an unknown example,
    NothingToDo when it is already retired.
    """
    require(store, by, "adjudicator")
    if not note.strip():
        raise InputError("Give a reason for retiring the example.")
    with store.transaction():
        latest = versions_of(store, example_id)[-1]
        if latest.retired:
            raise NothingToDo(f"golden example '{example_id}' is already retired ({latest.note}).")
        retired = replace(latest, id=new_id(), retired=True, approved_by=by, at=now(), note=note.strip())
        return add_version(store, retired, action="retire")
