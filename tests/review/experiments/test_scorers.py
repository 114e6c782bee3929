"""Every scorer: what it scores, and what it leaves unscored with a reason."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from review.basics.errors import InputError
from review.checks.settings import CheckSettings
from review.experiments.runs.human import human_score
from review.experiments.runs.judged import corrected_figure, share_without
from review.experiments.runs.summary import classes_of
from review.experiments.scorers.catalogue import FAMILIES, SCORERS, named
from review.experiments.scorers.combining import combined, parts
from review.experiments.scorers.databases import Databases
from review.experiments.scorers.execution import KEPT
from review.experiments.scorers.numeric import numbers_in
from review.experiments.scorers.scorer import Pair, Score, Surroundings
from review.experiments.scorers.scoring import pair_key, score_all
from review.experiments.values import Answer, Case, ScoredCase, ToolCall
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from
from review.settings.project import Project, project_of
from review.settings.scores import ScoreSettings
from review.settings.sql import SqlSettings
from review.statistics.quality.rogan_gladen import Calibration

RUBRIC = rubric_from(DEFAULT_RUBRIC)


def case(**fields: Any) -> Case:
    tools = tuple(ToolCall(*t) if isinstance(t, list) else ToolCall(t) for t in fields.pop("expected_tools", ()))
    lists = {k: tuple(v) for k, v in fields.items() if isinstance(v, list)}
    return Case(**{"id": "c-1", "question": "how many", **fields, **lists, "expected_tools": tools})


def answer(**fields: Any) -> Answer:
    calls = tuple(ToolCall(*t) if isinstance(t, list) else ToolCall(t) for t in fields.pop("tool_calls", ()))
    lists = {k: tuple(v) for k, v in fields.items() if isinstance(v, list)}
    return Answer(**{"case": "c-1", **fields, **lists, "tool_calls": calls})


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    folder = tmp_path_factory.mktemp("shop")
    with sqlite3.connect(folder / "shop.db") as db:
        db.executescript("CREATE TABLE orders (id INTEGER, total REAL); INSERT INTO orders VALUES (1, 5), (2, 7);")
    settings = SqlSettings(engine=str(folder / "shop.db"), dialect="sqlite")
    checks = CheckSettings(options={"similarity": {"method": "tfidf"}})
    project = replace(Project(path=folder / "spotcheck.toml"), sql=settings, checks=checks)
    with Databases(settings) as databases:
        yield Surroundings(project=project, databases=databases)


def one(name: str, around: Surroundings, asked: Mapping[str, Any], given: Mapping[str, Any]) -> Score:
    _, scorer, parameter = named([name], around)[0]
    return scorer.score([Pair(case(**asked), answer(**given))], around, parameter)[0]


@pytest.mark.parametrize("name", [n for n in SCORERS if n != "judge"])
def test_every_scorer_scores_its_sample_fully_and_leaves_an_empty_case_unscored(
    name: str, around: Surroundings
) -> None:
    scorer = SCORERS[name]  # a judge needs a store: test_judged_runs.py
    full = f"{name}:{scorer.parameter}" if name in FAMILIES else name
    assert one(full, around, scorer.sample["case"], scorer.sample["answer"]).value == pytest.approx(1.0)
    empty = one(full, around, {}, {})
    assert empty.value is None and empty.reason, "not scored is never zero, and says why"
    assert scorer.title and scorer.about


@pytest.mark.parametrize(
    ("asked", "sql", "value"),
    [
        ({"question": "Which big orders were there?"}, "SELECT id FROM orders WHERE total > 6", 1.0),
        ({"question": "Which big orders were there?"}, "SELECT 1 AS n", 0.0),
        ({"question": "How many big orders?", "references": ["SELECT 1 AS n"]}, "SELECT 2 AS n", None),
        (
            {"question": "Big orders today?", "as_of": "2024-03-04"},
            "SELECT id FROM orders WHERE total > date('now')",
            1.0,
        ),
        ({"question": "Orders today?", "as_of": "2024-03-04"}, "SELECT id FROM orders WHERE total > date('now')", None),
        ({"question": "How much on 2024-03-01?", "as_of": "2024-03-04"}, "SELECT '2023-03-01' AS day", 0.0),
        ({"question": "How many are small?", "as_of": "2024-03-04"}, "SELECT 1 AS n", None),
        ({"question": "Which big orders were there?"}, "SELECT FROM WHERE (", None),
    ],
)
def test_words_and_times_of_a_question_are_demands_on_its_sql(
    asked: Mapping[str, Any], sql: str, value: float | None, around: Surroundings
) -> None:
    words = replace(around.project.sql, words={"big order": ("orders",)})
    here = replace(around, project=replace(around.project, sql=words))
    assert one("demands", here, asked, {"sql": sql}).value == value
    assert "demands" in ScoreSettings().run


@pytest.mark.parametrize(
    ("name", "asked", "given", "value"),
    [
        ("exact", {"expected_answer": "42"}, {"answer": "42."}, 0.0),
        ("normalised", {"expected_answer": "The 1.5 orders"}, {"answer": "15 orders"}, 0.0),
        ("contains", {"expected_answer": "42"}, {"answer": "There are 420."}, 0.0),
        ("numeric", {"expected_answer": "1,250 orders, 12%"}, {"answer": "12 of 1250"}, 1.0),
        ("numeric", {"expected_answer": "61"}, {"answer": "88"}, 0.0),
        ("required", {"required": ["orders.total", "promotions"]}, {"sql": "SELECT total FROM orders"}, 0.5),
        ("required", {"required": ["order"]}, {"sql": "SELECT total FROM orders"}, 0.0),
        ("required", {"required": ["orders"]}, {"sql": "SELECT 1 AS n -- orders", "answer": "3 orders"}, 0.0),
        ("required", {"required": ["ORDERS.total"]}, {"sql": "SELECT x.total FROM orders AS x"}, 1.0),
        ("required", {"required": ["orders"]}, {"answer": "There are 3 orders."}, 1.0),
        ("required", {"required": ["orders"]}, {"sql": "SELECT FROM ( orders"}, 1.0),
        ("behaviour", {"expected_behaviour": "clarify"}, {"answer": "Which month do you mean?"}, 1.0),
        ("behaviour", {"expected_behaviour": "clarify"}, {"answer": "Here it is. Anything else?"}, 0.0),
        ("behaviour", {"expected_behaviour": "answer"}, {"answer": "I cannot help with that."}, 0.0),
        ("behaviour", {"expected_behaviour": "refuse"}, {"answer": "no", "labels": {"behaviour": "refuse"}}, 1.0),
        ("tools", {"expected_tools": ["a", "b"]}, {"tool_calls": ["b", "a"]}, 0.5),
        ("tools", {"expected_tools": [["a", {"id": 7}]]}, {"tool_calls": [["a", {"id": 8}]]}, 0.0),
        ("tools", {"expected_tools": [["a", {"id": 7}]]}, {"tool_calls": ["x", ["a", {"id": 7, "more": 1}]]}, 1.0),
        ("labels", {"labels": {"intent": "billing"}}, {"labels": {"intent": "refund"}}, 0.0),
        ("labels", {"labels": {"r": ["b", "a"]}}, {"labels": {"r": ["a", "b"]}}, 1.0),
        ("retrieval", {"context": ["one", "two"]}, {"context": ["two words", "three"]}, 0.5),
        (
            "retrieval",
            {"references": ["SELECT 1 FROM a JOIN b ON a.x = b.x"]},
            {"sql": "SELECT 1 FROM a"},
            0.5,
        ),
        ("check:refusal", {}, {"answer": "I cannot help with that."}, 0.0),
        ("reported", {}, {"reported": 0.25}, 0.25),
        ("sql_rules", {}, {"sql": "SELECT no_column FROM orders"}, 0.0),
        ("execution", {"references": ["SELECT count(*) FROM orders"]}, {"sql": "SELECT 2 AS n"}, 1.0),
        ("execution", {"references": ["SELECT count(*) FROM orders"]}, {"sql": "SELECT 3 AS n"}, 0.0),
        ("execution", {"references": ["SELECT count(*) FROM orders"]}, {"sql": "SELECT x FROM nowhere"}, 0.0),
        ("execution", {"references": ["SELECT 9; SELECT sum(total) FROM orders"]}, {"sql": "SELECT 12.0"}, 1.0),
    ],
)
def test_scores(name: str, asked: dict[str, Any], given: dict[str, Any], value: float, around: Surroundings) -> None:
    assert one(name, around, asked, given).value == pytest.approx(value)


def test_what_is_no_evidence_is_not_scored(around: Surroundings) -> None:
    reference = {"references": ["SELECT id FROM orders WHERE id > 99"]}
    both_empty = one("execution", around, reference, {"sql": "SELECT id FROM orders WHERE id > 98"})
    assert both_empty.value is None and "no evidence" in both_empty.reason
    masked = {"question": "orders of [EMAIL_1]", "references": ["SELECT 1"]}
    assert one("execution", around, masked, {"sql": "SELECT 1"}).reason.startswith("masked")
    broken = {"references": ["SELECT x FROM nowhere"]}
    assert one("execution", around, broken, {"sql": "SELECT 1"}).value is None


def test_rows_are_kept_masked_beside_a_wrong_score_and_not_beside_a_right_one(around: Surroundings) -> None:
    asked = {"references": ["SELECT id, 'eva@example.org' AS mail FROM orders"]}
    wrong = one("execution", around, asked, {"sql": "SELECT id, 'ana@example.org' AS mail FROM orders"}).detail
    assert wrong is not None and wrong["outcome"] == "different"
    assert [row[0] for row in wrong["answer"]["rows"]] == [row[0] for row in wrong["reference"]["rows"]] == ["1", "2"]
    assert wrong["answer"]["marks"] == [[0, 1], [1, 1]] and "@example.org" not in str(wrong) and "[EMAIL_" in str(wrong)
    failed = one("execution", around, asked, {"sql": "SELECT x FROM nowhere"}).detail
    assert failed is not None and "nowhere" in failed["answer"]["error"] and failed["reference"]["rows"]
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90) SELECT i FROM n"
    long = one("execution", around, asked, {"sql": many}).detail
    assert long is not None and long["answer"]["total"] == 90
    assert len(long["answer"]["rows"]) <= KEPT.first + KEPT.differing
    right = one("execution", around, asked, {"sql": asked["references"][0]}).detail
    assert right == {"outcome": "equal", "said": "the same rows"}


def test_an_answer_without_sql_is_wrong_only_where_the_target_gives_sql(around: Surroundings) -> None:
    asked = case(references=["SELECT count(*) FROM orders"])
    pairs = [Pair(asked, answer(sql="SELECT 2")), Pair(asked, answer(answer="two"))]
    scorer = SCORERS["execution"]
    assert [s.value for s in scorer.score(pairs, around, "")] == [1.0, 0.0]
    assert scorer.score(pairs[1:], around, "")[0].reason == "the target gives no SQL and no results"


def test_without_a_database_a_result_is_compared_with_the_expected_one(tmp_path: Path) -> None:
    project = Project(path=tmp_path / "spotcheck.toml")
    asked = {"references": ["SELECT n"], "expected_result": {"columns": ["n"], "rows": [[2]]}}
    with Databases(project.sql) as databases:
        around = Surroundings(project=project, databases=databases)
        right = one("execution", around, asked, {"sql": "x", "result": {"columns": ["n"], "rows": [[2]]}})
        assert right.value == 1.0
        assert one("execution", around, asked, {"sql": "x", "result": {"columns": ["n"], "rows": [[3]]}}).value == 0.0
        assert "set engine under [sql]" in one("execution", around, asked, {"sql": "SELECT 2"}).reason


def test_a_number_without_end_is_no_figure() -> None:
    assert numbers_in("9" * 1_100_000 + " or 42") == [42]


def test_scorers_that_mean_nothing_are_named(around: Surroundings) -> None:
    for name in ("exactly", "check", "check:no", "exact:no", "judge:relevance"):
        with pytest.raises(InputError, match=r"scores|judges need a store"):
            named([name], around)


def test_the_project_says_what_decides(tmp_path: Path) -> None:
    (tmp_path / "spotcheck.toml").write_text('[scores]\nrun = ["exact"]\nsemantic = ["normalised"]\n')
    settings = project_of(tmp_path / "spotcheck.db").scores
    assert settings.all == ("exact", "execution", "normalised")
    (tmp_path / "spotcheck.toml").write_text("[scores]\nweights = [1, 0]\n")
    with pytest.raises(InputError, match="weights"):
        project_of(tmp_path / "spotcheck.db")


@pytest.mark.parametrize(
    ("toml", "semantic"),
    [
        ("", ("required", "behaviour", "tools")),
        ("[sql.limits]\nrows = 5\n", ("required", "behaviour", "tools")),
        ('[sql.words]\n"voucher" = "promotions"\n', ("required", "behaviour", "tools", "demands")),
        ('[sql]\nengine = "shop.db"\n', ("required", "behaviour", "tools", "demands")),
        ('[sql]\nengine = "shop.db"\n[scores]\nsemantic = ["required"]\n', ("required",)),
    ],
)
def test_demands_decide_where_a_project_declares_its_sql_and_does_not_choose(
    toml: str, semantic: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "spotcheck.toml").write_text(toml)
    assert project_of(tmp_path / "spotcheck.db").scores.semantic == semantic


def test_parts_and_the_whole() -> None:
    settings = ScoreSettings()
    asked = case(expected_behaviour="answer")
    assert parts(asked, {"behaviour": 1.0}, settings) == (None, None), "some answer is no evidence of a right one"
    assert parts(asked, {"behaviour": 1.0, "execution": 0.0}, settings) == (0.0, 1.0)
    assert parts(asked, {"behaviour": 1.0, "required": 0.5}, settings) == (None, 0.75)
    assert parts(case(expected_behaviour="refuse"), {"behaviour": 1.0}, settings) == (None, 1.0)
    assert combined(1.0, 0.0, (0.7, 0.3)) == pytest.approx(0.7)
    assert (combined(None, 0.5, (0.7, 0.3)), combined(1.0, None, (0.7, 0.3))) == (0.5, 1.0)
    assert combined(None, None, (0.7, 0.3)) is None


def test_a_settled_label_counts_only_for_the_very_answer() -> None:
    given = answer(answer="Order 7 arrives on Friday.", sql="SELECT 7")
    seen = case(labels={"correctness": "partly"}, answer_digest=given.digest)
    correctness = RUBRIC["correctness"]
    assert human_score(seen, given, correctness) == 0.5
    assert human_score(seen, replace(given, sql="SELECT 8"), correctness) is None
    assert human_score(replace(seen, answer_digest=""), given, correctness) is None
    assert human_score(replace(seen, labels={}), given, correctness) is None


def test_scores_of_the_same_are_taken_over_and_others_made_again(around: Surroundings) -> None:
    pairs = [Pair(case(expected_answer="42"), answer(answer="42", latency_ms=5.0))]
    first = score_all(pairs, around)
    doctored = replace(first[0], scores={**first[0].scores, "exact": 0.0, "execution": 0.0})
    doctored.states["sql_rules"] = "other rules"
    again = score_all(pairs, around, {0: doctored})[0]
    assert again.scores["exact"] == 0.0, "taken over"
    assert pair_key(pairs[0]) == pair_key(Pair(pairs[0].case, answer(answer="42", latency_ms=9.0)))
    assert pair_key(pairs[0]) != pair_key(Pair(pairs[0].case, answer(answer="43")))


def test_figures_of_classes() -> None:
    said = [("billing", "billing"), ("billing", "refund"), ("refund", "refund")]
    cases = [
        ScoredCase(case=case(id=f"c-{k}"), detail={"labels": {"intent": {"expected": e, "given": g}}})
        for k, (e, g) in enumerate(said)
    ]
    found = classes_of(cases)["intent"]
    assert found["billing"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2.0}
    assert found["refund"]["precision"] == 0.5


def test_the_figure_of_a_judge_is_corrected_by_its_calibration() -> None:
    raw = share_without(20, 100)
    wild = corrected_figure(raw, 20, 100, None)
    assert wild.corrected.value is None and wild.said == "Not calibrated: read it as a guess."
    known = corrected_figure(raw, 20, 100, Calibration(40, 36, 160, 144))
    assert known.corrected.value == pytest.approx(1 - (0.2 + 0.9 - 1) / 0.8)
    assert known.corrected.ci is not None and raw.ci is not None
    assert known.corrected.ci[1] - known.corrected.ci[0] > raw.ci[1] - raw.ci[0], "it carries both uncertainties"
    assert "wide" in corrected_figure(raw, 20, 100, Calibration(10, 9, 160, 144)).said
    coin = corrected_figure(raw, 20, 100, Calibration(40, 10, 160, 40))
    assert coin.corrected.value is None and "TPR + TNR" in (coin.corrected.undefined or "")
