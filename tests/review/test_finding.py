"""The search: what it finds, for whom, and that it finds nothing that a page would hide."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from app_pages import pages
from golden_store import GOOD, WEEK, add_item, reviewed_store, vote

from review.annotating.submissions import receive
from review.golden.approve import approve
from review.golden.examples import example_id_of
from review.golden.releases import release
from review.people.people import person
from review.serving.finding import EACH, LEAST, PLACES, Findings, Hit, find
from storage.queries.search import STEP, items_saying
from storage.records_judges import Judge
from storage.records_review import HiddenSpan
from storage.records_weeks import Assignment
from storage.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A reviewed week with one example, one release, one judge, and an item that nobody has reviewed."""
    store = reviewed_store(tmp_path_factory.mktemp("found"))
    approve(store, "u1", by="eva")
    release(store, "autumn", by="eva")
    words = [{"role": "user", "content": 'Wo ist meine "Größe" 100%?'}, {"role": "assistant", "content": "Hier."}]
    add_item(store, "open-1", messages=tuple(words))
    store.add(
        Judge(
            id="strict@2",
            name="strict",
            version="2",
            kind="llm",
            dimensions=("correctness",),
            spec={},
            content_hash="",
            rubric_version=1,
            at="2026-11-20T08:00:00Z",
            by="lea",
        )
    )
    return store


def found(store: Store, text: str, who: str) -> Mapping[str, list[Hit]]:
    return find(store, text, person(store, who)).hits


def test_each_kind_is_found_and_leads_to_its_page(store: Store) -> None:
    (item,) = found(store, "order u1", "eva")["Items"]
    assert (item.page, item.query) == ("adjudicate", {"item": "u1", "week": WEEK})
    (example,) = found(store, "order u1", "eva")["Golden examples"]
    assert example.query == {"view": "examples", "example": example_id_of("u1")}
    assert found(store, "strict", "ana")["Judges"] == [Hit("strict", "llm, version 2", "judges", {"judge": "strict@2"})]
    assert [h.title for h in found(store, "AUTUMN", "eva")["Releases"]] == ["autumn"]
    assert found(store, "autumn", "eva")["Releases"][0].query == {"view": "releases", "release": "autumn"}
    assert found(store, "reminders", "lea")["Pages and settings"][0].query == {"tab": "Messages"}
    assert found(store, "ben", "ana")["People"] == [Hit("ben", "annotator", "settings", {})]
    assert [h.title for h in found(store, "polite", "ana")["Rubric"]] == ["Politeness"]
    assert found(store, "undo", "lea")["Pages and settings"][0].query == {"view": "imports"}
    (log,) = found(store, "order u1", "lea")["The log"]
    assert (log.page, log.query) == ("conversations", {"view": "browse", "text": "order u1"})


def test_a_text_is_found_as_it_stands_with_its_signs(store: Store) -> None:
    assert [h.page for h in found(store, '"Größe" 100%', "lea")["Items"]] == ["conversations"]
    assert "Items" not in found(store, "Größe_100", "lea"), "a sign of the pattern is no wildcard"
    assert "Items" not in found(store, "Größe%Hier", "lea")
    assert found(store, "OPEN-1", "lea")["Items"][0].query == {"view": "browse", "id": "open-1"}
    assert find(store, "u", person(store, "lea")) == Findings() and LEAST == 2
    assert all(len(hits) <= EACH for hits in found(store, "order", "lea").values())


def test_nothing_is_found_that_a_page_would_hide(store: Store) -> None:
    assert set(found(store, "order u1", "ana")) == {"Items"}, "no example, no log"
    assert found(store, "order u1", "ana")["Items"][0].page == "discuss"
    assert "Items" not in found(store, "order s1", "ben"), "somebody else's item"
    assert "Items" not in found(store, "open-1", "eva"), "an adjudicator sees items once they are reviewed"
    assert "Releases" not in found(store, "autumn", "ana") and "Pages and settings" not in found(store, "audit", "eva")
    owed = Assignment(
        id="owed", item_id="d1", rater_id="eva", week=WEEK, position=9, rubric_version=1, at="2026-11-20", by="lea"
    )
    assert "Items" in found(store, "order d1", "eva")
    store.add(owed)
    assert "Items" not in found(store, "order d1", "eva"), "a result would tell that others have reviewed it"


def test_hidden_words_find_nothing(tmp_path: Path) -> None:
    store = reviewed_store(tmp_path)
    messages = ({"role": "user", "content": "I am Quentin Vale, hello"}, {"role": "assistant", "content": "Hello."})
    add_item(store, "named", messages=messages)
    vote(store, "named", "ana", GOOD)
    assert found(store, "quentin vale", "eva")["Items"]
    given = store.find(Assignment, item_id="named")[0].id
    flag = {"kind": "flag", "submission_id": "f" * 32, "assignment": given, "flag": "privacy", "span": "Quentin Vale"}
    assert receive(store, "ana", [flag]).rejected == () and store.find(HiddenSpan)
    assert "Items" not in found(store, "quentin vale", "eva")
    assert found(store, "hello", "eva")["Items"]


def test_a_search_reads_the_latest_and_stops_in_time(store: Store) -> None:
    hits, read = items_saying(store, "order", 3, seconds=1)
    assert len(hits) == 3 and read <= STEP
    assert items_saying(store, "order", 3, seconds=-1) == ([], 0)


def test_every_page_can_be_found_by_its_name() -> None:
    assert {place.page for place in PLACES} == set(pages())
