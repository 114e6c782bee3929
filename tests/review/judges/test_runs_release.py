"""A run over a release: the judge sees the expected answer, so its verdicts count for the release alone."""

import json

import pytest
from click.testing import CliRunner
from golden_store import WEEK as GOLDEN_WEEK
from golden_store import reviewed_store
from run_store import OPTIONS, obedient, speaks

from review.basics.errors import NothingToDo
from review.commands.cli import spotcheck
from review.current.verdicts import verdicts_of, versions_with_verdicts
from review.exchange.verdict_export import export_verdicts
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.releases import release
from review.golden.rows import exported
from review.golden.written import import_examples, read_written
from review.judges.protocol.protocol import Opinion
from review.judges.runs import running
from review.judges.runs.recording import verdict_of
from review.judges.runs.targets import JudgeTarget, subjects_of
from review.judges.runs.work_run import work
from review.judges.versions import add_judge
from review.judges.workbench.workbench import listed
from review.statistics.calibration.split import split_of
from storage.records_judges import JudgeResult
from storage.records_review import Verdict

OVER = JudgeTarget("release", "v1")
WEEK_OVER = JudgeTarget("week", GOLDEN_WEEK)


def judged_by_expectation(bench, subjects):
    """What a judge says that only compares with what was expected."""
    for s in subjects:
        right = s.expected_answer in ("", s.answer)
        yield Opinion(subject=s.id, dimension="correctness", value="correct" if right else "wrong", latency_ms=1.0)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A release of two reviewed items, u1 that is right and u2 that is wrong, and a judge that has not run."""
    store = reviewed_store(tmp_path)
    approve(store, "u1", by="eva")
    approve(store, "u2", Wish(expected_answer="On Monday."), by="eva")
    release(store, "v1", by="eva")
    speaks(monkeypatch, judged_by_expectation)
    add_judge(store, "j", kind="scripted", dimensions=["correctness"], spec={}, by="eva")
    return store


def run_over(store, target, judge="j"):
    made = running.start_run(store, judge, target, OPTIONS, by="eva")
    return work(store, made.id, environment={})


def as_written_before(store):
    """The verdicts on items that a run over a release wrote in older stores."""
    done = run_over(store, OVER)
    store.add(*(verdict_of(r, done.run) for r in store.find(JudgeResult, run_id=done.run.id)))
    assert len(store.find(Verdict)) == 2
    return done


def test_what_a_release_run_says_is_no_verdict_on_an_item(store):
    done = run_over(store, OVER)
    assert (done.state, done.done, done.verdicts) == ("finished", 2, 2)
    assert {r.subject for r in store.find(JudgeResult)} == {"u1", "u2"}
    assert store.find(Verdict) == [] and versions_with_verdicts(store, [GOLDEN_WEEK]) == {}


def test_a_release_run_takes_no_item_from_the_run_over_its_week(store):
    run_over(store, OVER)
    assert running.start_run(store, "j", WEEK_OVER, OPTIONS, by="eva").subjects == 5


def test_a_week_run_takes_no_example_from_the_run_over_a_release(store):
    run_over(store, WEEK_OVER)
    assert run_over(store, OVER).done == 2


def test_a_release_run_again_knows_what_it_has_judged(store):
    run_over(store, OVER)
    with pytest.raises(NothingToDo, match="j@1 has already judged everything in release v1"):
        run_over(store, OVER)


def test_verdicts_that_release_runs_wrote_in_older_stores_do_not_count(store, tmp_path):
    as_written_before(store)
    weeks = [GOLDEN_WEEK]
    assert versions_with_verdicts(store, weeks) == {} and verdicts_of(store, weeks, "j@1") == {}
    assert [x.spoke for x in listed(store, weeks)] == [()]
    assert [row.verdicts for row in exported(store, "v1")[0]] == [(), ()]
    with pytest.raises(NothingToDo, match="no verdicts yet"):
        export_verdicts(store, tmp_path / "said.csv", by="eva")
    assert running.start_run(store, "j", WEEK_OVER, OPTIONS, by="eva").subjects == 5


def test_beside_those_of_its_week_they_do_not_win(store, monkeypatch):
    speaks(
        monkeypatch,
        lambda bench, subjects: (Opinion(subject=s.id, dimension="correctness", value="partly") for s in subjects),
    )
    run_over(store, WEEK_OVER)
    speaks(monkeypatch, judged_by_expectation)
    done = run_over(store, OVER)
    store.add(*(verdict_of(r, done.run) for r in store.find(JudgeResult, run_id=done.run.id)))
    said = {v.value for v in verdicts_of(store, [GOLDEN_WEEK], "j").values()}
    assert said == {"partly"}


def test_a_release_run_shows_how_far_it_agrees_with_the_release(store, monkeypatch):
    agreed = run_over(store, OVER).agreement["correctness"]
    assert (agreed.value, agreed.n, agreed.method) == (1.0, 2, "Wilson")
    speaks(monkeypatch, obedient)
    add_judge(store, "kind", kind="scripted", dimensions=["correctness", "politeness"], spec={}, by="eva")
    found = run_over(store, OVER, "kind").agreement
    # Of u1 (correct, friendly) and u2 (wrong, neutral) it always says correct and friendly.
    assert {d: (q.value, q.n) for d, q in found.items()} == {"correctness": (0.5, 2), "politeness": (0.5, 2)}
    assert run_over(store, WEEK_OVER, "kind").agreement == {}


def test_a_judge_that_is_tuned_here_shows_the_dev_half_alone(store, monkeypatch):
    speaks(monkeypatch, judged_by_expectation, "local")
    add_judge(store, "mine", kind="local", dimensions=["correctness"], spec={}, by="eva")
    agreed = run_over(store, OVER, "mine").agreement["correctness"]
    dev = [name for name in ("u1", "u2") if split_of(name) == "dev"]
    assert agreed.n == len(dev) < 2 and "dev half" in (agreed.undefined or agreed.method)


def test_an_example_of_its_own_prompt_does_not_count(store):
    shown = [{"example_id": "x", "conversation_id": "u1"}]
    add_judge(store, "j", kind="scripted", dimensions=["correctness"], spec={"examples": shown}, by="eva")
    assert run_over(store, OVER, "j@2").agreement["correctness"].n == 1


def test_examples_without_labels_leave_it_undefined(store, tmp_path):
    table = tmp_path / "written.csv"
    table.write_text("question,expected_answer\nWhat is 2+2?,Four.\n", encoding="utf-8")
    (written,) = import_examples(store, read_written(table), by="eva").examples
    release(store, "v2", by="eva")
    done = run_over(store, JudgeTarget("release", "v2"))
    assert written.example_id in {r.subject for r in store.find(JudgeResult)}
    assert done.agreement["correctness"].n == 2, "it has no label"


def test_what_people_wrote_is_masked_before_it_is_shown(tmp_path):
    store = reviewed_store(tmp_path)
    approve(
        store,
        "u2",
        Wish(
            expected_answer="Ask eva@example.org.",
            reference_sql="SELECT 1 FROM users WHERE card = '4111 1111 1111 1111'",
        ),
        by="eva",
    )
    release(store, "v1", by="eva")
    (found,) = subjects_of(store, OVER)
    assert (found.expected_answer, found.reference_sql) == (
        "Ask [EMAIL_1].",
        "SELECT 1 FROM users WHERE card = '[CARD_1]'",
    )


def test_examples_that_an_older_store_holds_unmasked_are_masked_too(tmp_path, monkeypatch):
    store = reviewed_store(tmp_path)
    table = tmp_path / "written.csv"
    table.write_text("question,expected_answer\nI am eva@example.org,Hello eva@example.org.\n", encoding="utf-8")
    monkeypatch.setattr("review.golden.written.mask_values", lambda values, wanted: (values, ()))
    import_examples(store, read_written(table), by="eva")
    release(store, "v1", by="eva")
    (found,) = subjects_of(store, OVER)
    assert (found.question, found.expected_answer) == ("I am [EMAIL_1]", "Hello [EMAIL_1].")
    assert found.messages == ({"role": "user", "content": "I am [EMAIL_1]"},)


def test_judge_runs_tells_it(store):
    run_over(store, OVER)
    words = ["judge", "runs", "--store", str(store.path)]
    told = " ".join(CliRunner().invoke(spotcheck, words).stderr.split())
    assert "agreement with the labels of v1 on correctness: 1.000 [0.342, 1.000] of 2 examples (Wilson)" in told
    (listed_run,) = json.loads(CliRunner().invoke(spotcheck, [*words, "--json"]).stdout)["runs"]
    assert (listed_run["agreement"]["correctness"]["value"], listed_run["agreement"]["correctness"]["n"]) == (1.0, 2)
