"""The application through its router: every page runs for every role, and what a page does is in the store."""

from __future__ import annotations

import re
from pathlib import Path

import app_pages
import pytest
import streamlit as st
from app_pages import ROUTER, TIMEOUT, run
from quick_stores import copy_store
from streamlit.navigation.page import StreamlitPage
from streamlit.testing.v1 import AppTest

from review.current.assignments import closing_of, owed_items
from review.current.settled import labels_in
from review.evidence.chosen_weeks import weeks_between, weeks_up_to
from review.evidence.evidence import said_under_one_rubric
from review.golden.approve import bulk_approve
from review.golden.candidates import candidates
from review.golden.examples import current_examples
from review.golden.releases import release
from review.people.people import add_person
from review.settling.adjudication import cases
from review.statistics.contested import contested
from storage.opening import open_store
from storage.records_golden import Release
from storage.records_people import AuditEntry
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Week, WeekClosing
from storage.store import Store

NEEDS = {
    "adjudicate": "adjudicator",
    "versions": "adjudicator",
    "compare": "adjudicator",
    "golden": "adjudicator",
    "failures": "adjudicator",
    "health": "adjudicator",
    "conversations": "lead",
    "sampling": "lead",
    "week": "reader",
    "agreement": "reader",
    "judges": "reader",
    "compliance": "auditor",
    "audit": "auditor",
}
REACH = {
    "visitor": ("reader", "annotator", "adjudicator", "lead", "auditor"),
    "mara": ("reader", "annotator", "adjudicator"),
    "ana": ("reader", "annotator"),
}


@pytest.fixture
def demo(demo_in_place: Store) -> Store:
    """Tests here share what the pages have computed of the demonstration."""
    return demo_in_place


def texts(at: AppTest) -> str:
    return "\n".join(
        str(e.value)
        for kind in (at.markdown, at.title, at.subheader, at.caption, at.info, at.warning, at.error)
        for e in kind
    ) + "\n".join(["", *(str(link.proto.label) for link in at.get("page_link"))])


RAW_NAMES = re.compile(r"\b(?:order_status|data_question|wrong_fact|outdated_policy|wrong_sql|low_confidence)\b")


def named_raw(at: AppTest) -> list[str]:
    """The texts, choices and cells of a page that show a label or a group as data names it."""
    choices = [str(option) for kind in (at.selectbox, at.multiselect) for e in kind for option in e.options]
    choices += [option.content for kind in (at.segmented_control, at.pills) for e in kind for option in e.proto.options]
    cells = [str(cell) for e in at.dataframe for cell in [*e.value.columns, *e.value.to_numpy().ravel()]]
    markup = [e.proto.body for e in at.get("html")]
    return [text for text in (*texts(at).split("\n"), *choices, *cells, *markup) if RAW_NAMES.search(text)]


def asked_for(page: str) -> str:
    """The role that a page of no entry in NEEDS asks for in its own file."""
    found = re.search(r'need_role\("(\w+)"\)', (ROUTER.parent / f"{page}.py").read_text(encoding="utf-8"))
    return found[1] if found else "annotator"


@pytest.fixture(scope="module")
def demo_to_read(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A demonstration store that tests share, and with it the statistics that the pages keep. Nobody changes it."""
    return open_store(copy_store(demo_path, tmp_path_factory.mktemp("read") / "spotcheck.db"))


@pytest.mark.parametrize("rater", REACH)
@pytest.mark.parametrize("page", app_pages.pages())
def test_every_page_runs_and_asks_for_its_role(
    demo_to_read: Store, monkeypatch: pytest.MonkeyPatch, page: str, rater: str
) -> None:
    at = run(demo_to_read, monkeypatch, page, rater)
    refused = NEEDS.get(page, asked_for(page)) not in REACH[rater]
    assert ("This page needs the role" in texts(at)) == refused
    if page != "audit":  # its entries stand as they were recorded
        assert named_raw(at) == []


@pytest.mark.parametrize("page", app_pages.pages())
def test_on_an_empty_store_every_page_says_what_to_do_next(
    store: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    from review.rubric.default import DEFAULT_RUBRIC
    from review.rubric.rubric import rubric_from, save_rubric

    add_person(store, "visitor", role="lead", by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="visitor")
    assert len(texts(run(store, monkeypatch, page))) > 20


def test_a_store_without_people_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT).run()
    at.switch_page("week.py").run()
    assert "Ask the person who installed Spotcheck to add you" in texts(at)


def test_the_week_page_shows_what_is_left_and_what_blocks_the_closing(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run(demo, monkeypatch, "week")
    said = texts(at)
    assert "left" in said and "still to review" in said and "to settle" in said
    at.button("weekly_close").click().run()
    assert "cannot close yet" in texts(at)
    at.text_input("weekly_reason").input("holidays")
    at.button("weekly_close").click().run()
    assert not at.exception
    last = demo.find(Week, order_by="name")[-1].name
    closing = closing_of(demo, last)
    assert closing is not None and closing.reason == "holidays"


def test_the_address_opens_a_case_in_its_view(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    last = demo.find(Week, order_by="name")[-1].name
    single = next(c.item.id for c in cases(demo, last, viewer="mara") if c.kind == "single")
    at = run(demo, monkeypatch, "adjudicate", "mara", item=single)
    assert at.session_state["settling_view"] == "single"
    assert single in str(at.get("bidi_component")[0].proto)


def test_items_that_the_viewer_has_yet_to_review_are_on_no_page(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    owed = owed_items(demo, "visitor")
    assert owed
    for page in ("adjudicate", "agreement", "judges", "golden"):
        at = run(demo, monkeypatch, page)
        sent = repr([str(e) for e in at.main])
        assert not [i for i in owed if i in sent], page


def test_an_example_that_the_viewer_has_yet_to_review_shows_no_votes_and_is_not_exported(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [c for c in candidates(demo, weeks_between(demo, None), viewer="tom") if c.rule == "unanimous"]
    by_tom = {n.item_id for n in demo.find(Annotation, rater_id="tom")}
    owed = next(c for c in found if c.item_id not in by_tom and demo.get(WeekClosing, c.week) is None)
    assert bulk_approve(demo, [c.item_id for c in found], by="mara").examples
    release(demo, "theirs", by="mara")
    demo.add(
        Assignment(
            id="late-to-tom",
            item_id=owed.item_id,
            rater_id="tom",
            week=owed.week,
            position=999,
            rubric_version=1,
            at=demo.find(Release)[-1].at,
            by="mara",
        )
    )
    add_person(demo, "tom", role="adjudicator", by="visitor")
    at = run(demo, monkeypatch, "golden", "tom")
    at.segmented_control("golden_view").set_value("examples").run()
    mine = next(e.example_id for e in current_examples(demo) if e.item_id == owed.item_id)
    sent = repr([str(e) for e in at.main])
    assert mine not in sent and "1 example comes from an item that you have yet to review" in texts(at)
    assert mine not in list(at.dataframe[0].value["example"])
    linked = run(demo, monkeypatch, "golden", "tom", view="examples", example=mine)
    assert "comes from an item that you have yet to review" in texts(linked) and not linked.dataframe
    at.segmented_control("golden_view").set_value("releases").run()
    at.selectbox("curating_export").set_value("theirs").run()
    at.button("curating_prepare").click().run()
    assert "has not reviewed yet" in texts(at)
    assert "curating_download" not in [b.key for b in at.get("download_button")]
    assert not [e for e in demo.find(AuditEntry, action="export") if e.subject == "theirs"]


def test_a_release_is_made_on_the_golden_page(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = candidates(demo, weeks_between(demo, None), viewer="mara")
    ready = [c.item_id for c in found if c.rule == "unanimous"]
    added = len(bulk_approve(demo, ready, by="mara").examples)
    assert added
    at = run(demo, monkeypatch, "golden", "mara")
    at.segmented_control("golden_view").set_value("releases").run()
    assert at.text_input("curating_name").value not in {r.name for r in demo.find(Release)}
    assert str(added) in at.text_area("curating_notes").value
    at.text_input("curating_name").input("first-of-mine")
    next(b for b in at.button if b.label == "Release").click().run()
    assert not at.exception and not at.error, texts(at)
    made = demo.find(Release)[-1]
    assert made.name == "first-of-mine" and made.by == "mara" and made.size == len(current_examples(demo))
    assert made.notes.startswith(f"{added} added (") or "added" in made.notes
    assert "Nothing has changed since first" in texts(at)


@pytest.mark.parametrize("page", app_pages.pages())
def test_unreadable_settings_end_only_the_pages_that_need_them(
    own_demo: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    at = run(own_demo, monkeypatch, page)
    (own_demo.path.parent / "spotcheck.toml").write_text("[project\n", encoding="utf-8")
    at.run()
    said = texts(at)
    assert not at.exception, [e.value for e in at.exception]
    if page == "sampling":
        assert "not readable as TOML" in "".join(e.value for e in at.error)
        assert "planning_go" not in [b.key for b in at.button]
    elif page in ("failures", "health", "compliance"):
        assert "not readable as TOML" in "".join(e.value for e in at.error) and not at.dataframe
    elif page == "rubric":
        assert "not readable as TOML" in said and at.segmented_control("rubric_view")
    elif page == "week":
        assert ["not readable as TOML" in e.value for e in at.error] == [True] and "To close the week" in said
    else:
        assert "not readable as TOML" not in said and not at.error


def arrive(store: Store, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    """Open the bare address of the application."""
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, [e.value for e in at.exception]
    return at


@pytest.mark.parametrize(
    ("asked", "why"),
    [("maraa", "Nobody called 'maraa' is in this store"), ("Mara", "mara has no role in this store")],
    ids=["mistyped", "without-role"],
)
def test_a_name_that_cannot_be_chosen_never_becomes_somebody_else(
    demo: Store, monkeypatch: pytest.MonkeyPatch, asked: str, why: str
) -> None:
    add_person(demo, "mara", role="none", by="visitor")
    at = arrive(demo, monkeypatch, rater=asked)
    assert why in texts(at) and not at.title and at.selectbox("session_choose_rater").value is None
    assert asked in at.query_params["rater"]


def test_a_person_who_loses_the_role_never_becomes_somebody_else(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "settings", "mara")
    add_person(demo, "mara", role="none", by="visitor")
    at.run()
    assert "mara has no role in this store" in texts(at) and not at.tabs
    assert at.selectbox("session_choose_rater").value is None


def test_an_address_without_a_name_begins_with_the_first_lead(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = arrive(demo, monkeypatch)
    assert at.selectbox("session_choose_rater").value == "visitor" and at.title[0].value.startswith("Week")


def test_roles_are_given_on_the_settings_page_and_logged(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "settings")
    at.text_input("managing_name").input("Zoë")
    at.segmented_control("managing_role").set_value("adjudicator")
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception and not at.error, texts(at)
    entry = open_store(demo.path).find(AuditEntry)[-1]
    assert (entry.action, entry.subject, entry.detail["role"]) == ("role", "zoë", "adjudicator")


@pytest.mark.parametrize("rater", REACH)
def test_the_navigation_lists_the_pages_that_a_person_may_use(
    demo_to_read: Store, monkeypatch: pytest.MonkeyPatch, rater: str
) -> None:
    listed: list[str] = []
    navigation = st.navigation

    def note(pages: dict[str, list[StreamlitPage]], *, expanded: bool) -> StreamlitPage:
        assert expanded, "no page hides behind a click"
        listed[:] = [p.url_path for section in pages.values() for p in section if p.visibility == "visible"]
        return navigation(pages, expanded=expanded)

    monkeypatch.setattr(st, "navigation", note)
    run(demo_to_read, monkeypatch, "week", rater)
    assert listed == [p for p in app_pages.pages() if NEEDS.get(p, "annotator") in REACH[rater]]


@pytest.mark.parametrize("page", app_pages.pages())
def test_an_annotator_finds_no_link_to_a_page_for_others(
    demo_to_read: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    others = {name for name, role in NEEDS.items() if role not in REACH["ana"]}
    assert not linked(run(demo_to_read, monkeypatch, page, "ana")) & others


def test_only_those_who_settle_are_led_from_a_contested_item_to_its_case(
    demo_to_read: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = weeks_up_to(demo_to_read, weeks_between(demo_to_read, None)[-1])
    labels = labels_in(said_under_one_rubric(demo_to_read, weeks, viewer="ana"), "correctness")
    item = contested(labels)[0][0]
    for rater, led in (("ana", set()), ("mara", {"adjudicate"})):
        assert linked(run(demo_to_read, monkeypatch, "agreement", rater, item=item)) & NEEDS.keys() == led


def linked(at: AppTest) -> set[str]:
    """The pages to which the links of a page lead."""
    bodies = "\n".join(e.proto.body for e in at.get("html"))
    return {link.proto.page for link in at.get("page_link")} | set(re.findall(r'href="/?(\w+)', bodies))
