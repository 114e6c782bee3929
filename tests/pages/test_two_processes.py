"""What one server remembers, and another process changes: every value of a page follows what the store says now."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from flow_store import (
    BAD,
    GOOD,
    WEEK,
    add_people,
    conversation,
    deal_item,
    import_rows,
    open_the_week,
    records,
    vote,
)
from postgres_server import shared_server
from quick_stores import ON_POSTGRES
from store_databases import store_in

from pages.parts.shared import cached_statistics, unsettled_view
from pages.parts.shared.forgetting import forget_the_erased
from pages.parts.shared.session import Session
from review.basics.clock import new_id, now
from review.basics.remembered import Remembered, forget_everything
from review.current.known import items_of
from review.current.progress import progress
from review.current.settled import outcomes_in, settled_labels
from review.current.verdicts import Reference, values_in, versions_with_verdicts
from review.evidence import gathered
from review.evidence.evidence import clusters_of
from review.failures.grouped import groups_of, portions_of
from review.failures.occurrence import traffic_by_week
from review.failures.shares import mode_shares
from review.people.people import person
from review.report.quality import known_quality
from review.settings.project import project_of
from review.settling.adjudication import adjudicate, cases
from storage.address import address_in
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.proof_key import VARIABLE
from storage.records_erasure import ErasureEvent, ErasureRequest
from storage.records_review import Verdict
from storage.records_weeks import Item
from storage.store import Store

pytestmark = [
    pytest.mark.skipif(ON_POSTGRES, reason="these tests choose the engine themselves"),
    pytest.mark.usefixtures("few_replicates"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # a fork beside threads
]
WEEKS = (WEEK,)
JUDGE, OTHER = "JUDGE-MARK@1", "OTHER@1"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    file = tmp_path_factory.mktemp("two") / "spotcheck.db"
    with ExitStack() as during:
        if request.param == "postgres":
            during.enter_context(pytest.MonkeyPatch.context()).setenv(VARIABLE, "a key for the stores of these tests")
            store_in(shared_server(), file)
            during.callback(close_pools)
        yield filled(file)


def filled(file: Path) -> Store:
    """A week in which some items have votes that agree, and some have votes that do not."""
    store = open_store(file)
    add_people(store)
    import_rows(store, records())
    open_the_week(store)
    for k, item in enumerate(store.find(Item, week=WEEK)[:6]):
        vote(store, item.id, "ana", GOOD)
        vote(store, item.id, "ben", BAD if k % 2 else GOOD)
    return store


def elsewhere(store: Store, write: Callable[[Store], Any]) -> None:
    """Write to the store in another process."""
    close_pools()  # its threads do not come along
    pid = os.fork()
    if pid == 0:
        try:
            write(open_store(store.path, create=False))
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the child must never go on as the test
            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def here(store: Store) -> Session:
    return Session(store, person(store, "lea"), WEEK)


VALUES: dict[str, Callable[[Store], Any]] = {
    "agreement": lambda s: cached_statistics.agreement(here(s), WEEKS, "correctness"),
    "changes of mind": lambda s: cached_statistics.changes_of_mind(here(s), WEEKS),
    "calibration": lambda s: cached_statistics.calibration(here(s), WEEKS, JUDGE, "correctness"),
    "disagreements": lambda s: cached_statistics.disagreements(here(s), WEEKS, JUDGE),
    "judges beside people": lambda s: cached_statistics.comparison(here(s), WEEKS, (JUDGE, OTHER)),
    "cost of a judge": lambda s: cached_statistics.economy(here(s), WEEKS, Reference("JUDGE-MARK", "1")),
    "quality": lambda s: cached_statistics.quality(here(s), WEEK),
    "withheld": lambda s: cached_statistics.withheld(Session(s, person(s, "ben"), WEEK), WEEKS),
    "ranking": lambda s: cached_statistics.ranking(here(s), WEEK),
    "open disagreements": lambda s: cached_statistics.open_disagreements(here(s), WEEK),
    "not settled": lambda s: unsettled_view.known(here(s), WEEK),
    "ratings": lambda s: gathered.ratings(s, "", WEEKS),
    "pairs": lambda s: gathered.pairs(s, "", WEEKS, JUDGE),
    "quality of the report": lambda s: known_quality(s, WEEK),
    "cases": lambda s: cases(s, WEEK, viewer=""),
    "progress": lambda s: progress(s, WEEK),
    "outcomes": lambda s: outcomes_in(s, WEEK, None),
    "settled": lambda s: settled_labels(s, WEEKS),
    "items": lambda s: items_of(s, WEEK),
    "clusters": lambda s: clusters_of(s, WEEKS),
    "judges": lambda s: versions_with_verdicts(s, WEEKS),
    "verdicts": lambda s: values_in(s, WEEK, Reference("JUDGE-MARK", "1")),
    "failures": lambda s: groups_of(s, project_of(s.path)),
    "portions of failures": lambda s: portions_of(s, project_of(s.path), WEEK),
    "shares of modes": lambda s: mode_shares(s, project_of(s.path), WEEKS),
    "conversations by version": traffic_by_week,
}
"""A value of each kind that a server keeps; what reading ahead keeps are the same values."""


ON_POSTGRES_TOO = ("quality of the report", "cases", "pairs", "progress")
"""The keys are the same on every engine, so a few of each sort show that rows of others are seen there."""


def a_vote(store: Store) -> None:
    item = store.find(Item, week=WEEK)[7].id
    deal_item(store, item, "ben")
    for rater in ("ana", "eva"):
        vote(store, item, rater, BAD)


def a_decision(store: Store) -> None:
    item = store.find(Item, week=WEEK)[1].id
    adjudicate(store, item, by="lea", labels=GOOD, rationale="It arrived.", decision_id=new_id())


def a_verdict(store: Store, *, version: str = "1", value: str = "wrong", name: str = "") -> None:
    """Verdicts of two judges on eight items."""
    with store.transaction():
        for n, item in enumerate(store.find(Item, week=WEEK)[:8]):
            made = {"item_id": item.id, "dimension": "correctness", "at": now(), "version": version}
            for judge in (JUDGE, OTHER):
                said = "correct" if n % 2 else value
                identity = f"{judge} {n} {version} {name}"
                store.add(Verdict(id=identity, judge=judge.partition("@")[0], value=said, **made))


def later_verdicts(store: Store) -> None:
    a_verdict(store, version="2")
    a_verdict(store, value="partly", name="again")


def an_item(store: Store) -> None:
    first = store.find(Item, week=WEEK)[0]
    store.add(Item(id=new_id(), conversation_id=first.conversation_id, week=WEEK, at=now(), reason="picked"))


def an_import(store: Store) -> None:
    import_rows(store, [{**conversation(40), "id": f"late-{n}"} for n in range(4)], "late.jsonl")


WRITES = (a_verdict, a_vote, a_decision, an_item, an_import)


def test_every_kept_value_follows_what_another_process_writes(store: Store) -> None:
    on_file = address_in(store.path) is None
    values = VALUES if on_file else {name: VALUES[name] for name in ON_POSTGRES_TOO}
    writes = (a_vote, a_decision, an_item, an_import) if on_file else (a_vote,)

    def shown() -> dict[str, str]:
        return {name: repr(value(store)) for name, value in values.items()}

    changed: set[str] = set()
    elsewhere(store, a_verdict)
    before = shown()
    for write in writes:
        elsewhere(store, write)
        kept = shown()
        forget_everything()
        st.cache_data.clear()
        fresh = shown()
        assert [name for name in values if kept[name] != fresh[name]] == [], write.__name__
        changed |= {name for name in values if kept[name] != before[name]}
        before = fresh
    # Each value depends on something that was written; otherwise the comparison above proves nothing.
    assert set(values) - changed == ({"judges", "cost of a judge", "verdicts"} if on_file else set())
    elsewhere(store, later_verdicts)
    again = {"judges", "verdicts"} if on_file else {"pairs"}
    assert {name for name, value in shown().items() if value != before[name]} >= again


def test_a_server_forgets_what_it_remembers_once_another_process_erases_somebody(store: Store) -> None:
    if address_in(store.path) is not None:
        pytest.skip("the step of an erasure is a row on every engine")
    forget_the_erased(store)
    made: list[str] = []
    value = st.cache_data(lambda: made.append("page") or len(made))
    known: Remembered[int] = Remembered(1)

    def ask() -> tuple[Any, int]:
        forget_the_erased(store)
        return value(), known.get("text", lambda: len(made))

    assert ask() == ask() == (1, 1)
    elsewhere(store, an_erasure)
    assert ask() == (2, 2)


def an_erasure(store: Store) -> None:
    store.add(ErasureRequest(id="request", kind="user", subject="hash", at=now(), by="lea"))
    store.add(ErasureEvent(id=new_id(), request_id="request", event="emptied", at=now(), by="lea"))
