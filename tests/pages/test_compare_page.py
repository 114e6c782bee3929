"""The Compare page: flips first, a case with its word diff, figures, slices, wording, the gate, and the trend."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_pages import run
from gate_store import add_run, examples, ids_of, released
from scored_runs import passing
from streamlit.testing.v1 import AppTest

from pages.parts.compare.case_page import not_scored
from pages.parts.shared.figures import WRAPPED
from review.experiments.values import Case, ScoredCase
from review.sql.results.compare import compare
from review.sql.results.result import Result
from review.sql.results.side_by_side import side_by_side
from storage.records_gate import GateDecision, GateWaiver
from storage.records_weeks import Pair
from storage.store import Store

N = 160


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    found = released(tmp_path_factory.mktemp("compare"), examples(N))
    cheap = {f"c{k}": {"cost": 0.004 + 0.0001 * (k % 7), "latency_ms": 70.0 + k % 9} for k in range(N)}
    said = {"answer": "Hello! <b>Unknown</b>, sorry.", "cost": 0.004}
    add_run(found, "v2", passing(N, [9]))
    add_run(found, "v3", passing(N, [1, 2, 3]), answers=cheap | {"c1": said})
    return found


def opened(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str = "lea", **query: str) -> AppTest:
    return run(store, monkeypatch, "compare", rater, versions="v2,v3", **query)


def said(at: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*at.markdown, *at.caption, *at.success, *at.warning, *at.info, *at.error))


def html(at: AppTest) -> str:
    return "\n".join(e.proto.body for e in at.get("html"))


def test_flips_stand_first_and_one_sentence_compares_the_versions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(store, monkeypatch)
    text = said(at)
    assert "v3 against v2: it is not known whether it is worse by more than 2 points" in text and "% less" in text
    frame = at.dataframe[0].value
    assert list(frame["change"]) == ["broke"] * 3 + ["fixed"] and list(frame["v3"]) == [0, 0, 0, 1]


def test_a_case_opens_with_what_changed_and_no_markup_of_the_data(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(store, monkeypatch, case=ids_of(store)["c1"])
    drawn = html(at)
    assert "On its way." in drawn and "<ins>" in drawn and "<del>" in drawn
    assert "<b>Unknown" not in drawn and "Unknown" in drawn
    assert "Broke" in said(at) and len(at.dataframe[0].value) == 2


def test_both_results_of_a_case_stand_side_by_side_or_the_page_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = released(tmp_path, examples(4, reference_sql="SELECT count(*) FROM parcels"))
    two, three = (Result(columns=("n<b>",), rows=((n,),)) for n in (2, 3))
    sides = side_by_side(three, two, compare(three, two))
    no_column = {**sides[0], "rows": [], "error": "no such column: wieght"}
    kept = {
        "c0": {"outcome": "different", "said": "row 1 differs", "answer": sides[0], "reference": sides[1]},
        "c1": {"outcome": "generated_failed", "said": "it failed", "answer": no_column, "reference": sides[1]},
        "c2": {"outcome": "no_sql", "said": "the answer has no SQL"},
        "c3": {"outcome": "different", "said": "row 1 differs"},
    }
    add_run(found, "v2", passing(4))
    add_run(found, "v3", passing(4, [0, 1, 2, 3]), executed=kept)
    said = {}
    for case in kept:
        at = opened(found, monkeypatch, case=ids_of(found)[case])
        assert not at.exception and "##### Results" in [m.value for m in at.markdown]
        said[case] = next(text for text in html(at).split("</style>") if 'class="sc-outcome"' in text)
        assert "<b>v2</b>: It was not run: not asked." in said[case]
    assert "✗ <b>v3</b>: Row 1 differs" in said["c0"] and "n&lt;b&gt;" in said["c0"]
    assert said["c0"].count("Result of the reference") == 1 and ">2</" in said["c0"] and ">3</" in said["c0"]
    assert "no such column: wieght" in said["c1"] and ">2</" in said["c1"]
    assert "The answer has no SQL, so there is no result." in said["c2"]
    assert "a new run over the release keeps them" in said["c3"]


def test_what_is_not_scored_stands_in_sentences_below_the_scores(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(store, monkeypatch, case=ids_of(store)["c1"])
    assert "Not scored by execution, behaviour, tools: not asked." in said(at)
    assert "not scored" not in at.dataframe[0].value
    one = ScoredCase(case=Case(id="c", question="?"), unscored={"exact": "no expected answer"})
    late = ScoredCase(case=one.case, cause="time_out")
    assert not_scored(("v1", "v2"), ((one, one), (late,))) == [
        "Not scored by exact in v1: no expected answer.",
        "Not scored by any scorer in v2: time_out.",
    ]


def test_a_table_of_questions_has_room_for_their_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for view in ("cases", "gate"):
        table = opened(store, monkeypatch, view=view).dataframe[0].proto
        assert table.row_height == WRAPPED > 64, "Streamlit wraps text in higher rows only"


def test_costs_have_the_currency_of_the_project(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = store.path.with_name("spotcheck.toml")
    before = settings.read_text(encoding="utf-8") if settings.exists() else None
    settings.write_text(f'{before or ""}\n[judges]\ncurrency = "EUR"\n', encoding="utf-8")
    try:
        at = opened(store, monkeypatch, view="figures")
        assert "cost per answer, EUR" in set(at.dataframe[0].value["figure"])
        at = opened(store, monkeypatch, case=ids_of(store)["c1"])
        assert "cost, EUR" in at.dataframe[0].value
    finally:
        settings.write_text(before, encoding="utf-8") if before is not None else settings.unlink()


def test_figures_say_which_direction_is_better(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(store, monkeypatch, view="figures")
    frame = at.dataframe[0].value.set_index(["figure", "version"])
    assert frame.loc[("cost per answer", "v3"), "better"] == "lower is better"
    assert frame.loc[("combined accuracy", "v3"), "difference"].startswith("−1.2 points (")
    assert frame.loc[("cost per answer", "v3"), "difference"].startswith("−5")
    assert len(at.get("vega_lite_chart")) == 2


@pytest.mark.parametrize("view", ["slices", "wording", "trend"])
def test_the_other_views_open(store: Store, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    at = opened(store, monkeypatch, view=view)
    assert not at.exception and not at.error and at.dataframe
    columns = set(at.dataframe[0].value.columns)
    assert columns >= {"slices": {"scenario", "value"}, "wording": {"property", "better"}, "trend": {"release"}}[view]


def test_the_gate_is_put_on_record_and_waived_by_another_person(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(store, monkeypatch, rater="lea", view="gate")
    assert "v3 against v2: it is" not in said(at), "the drop and its interval stand there once"
    assert "INCONCLUSIVE" in said(at) and "Smallest drop it can see" in [m.label for m in at.metric]
    at.button("compare_keep").click().run()
    (kept,) = store.find(GateDecision)
    assert not at.exception and kept.candidate == "v3" and kept.by == "lea" and "Still open: total" in said(at)
    submit = next(b for b in at.button if b.label == "Waive")
    at.text_input[-1].set_value("The three cases are known.")
    submit.click().run()
    assert "lea ran the gate, so somebody else has to waive" in said(at) and not store.find(GateWaiver)


def test_cases_go_to_review_in_pairs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(store, monkeypatch, rater="eva")
    assert not [b for b in at.button if b.key == "compare_send"], "a lead sends cases to review"
    at = opened(store, monkeypatch, view="gate")
    at.button("compare_ask").click().run()
    assert not at.exception and "added to 2026-W47" in said(at) and len(store.find(Pair)) == 44


def test_a_store_without_runs_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = released(tmp_path, examples(3))
    for view in ("cases", "trend"):
        at = run(empty, monkeypatch, "compare", "eva", view=view)
        assert "No version has a finished run yet. Register a version" in said(at)
        assert "Start a run" in [link.proto.label for link in at.get("page_link")]
    add_run(empty, "v1", passing(3))
    assert "Only one version has a finished run" in said(run(empty, monkeypatch, "compare", "eva"))
    assert "needs the role adjudicator" in said(run(empty, monkeypatch, "compare", "ana"))


def test_the_bill_stands_on_the_button_before_anything_is_asked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(store, monkeypatch, view="gate")
    # Each of the 160 cases has one result of the baseline, and the plan wants five.
    assert at.button("compare_again").label == f"Ask for {4 * N:,} more answers, about 6.40"
    at.number_input("compare_again_most").set_value(100).run()
    assert at.button("compare_again").disabled and "The bill is too small" in said(at)


def test_a_slice_of_the_gate_opens_its_cases(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(store, monkeypatch, slice="scenario s1")
    assert "Only the 40 cases of scenario s1." in said(at)
    # Of the cases that changed, 1 and 9 are in it.
    assert list(at.dataframe[0].value["scenario"]) == ["s1", "s1"]
    at.button("compare_slice_all").click().run()
    assert len(at.dataframe[0].value) == 4
