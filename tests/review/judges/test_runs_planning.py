"""The plan of a run: how many subjects, which host, about what cost; nothing is written."""

import pytest
from judged_store import DEV, WEEK
from run_store import OVER, obedient, store_with_judge

from review.basics.errors import InputError, UnknownError
from review.judges.protocol.protocol import Call, Opinion, Options
from review.judges.runs import running
from review.judges.runs.planning import Chosen, options_for, plan_run, words
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.settings.judges import JudgeSettings
from review.settings.project import Project
from storage.records_judges import JudgeRun

PRICED = {"endpoint": "https://judge.example.org:8443/v1", "price_in": 2.0, "price_out": 10.0}


def paying(bench, subjects):
    """Every question costs 300 tokens and 40 in the reply, whatever the number of repeats."""
    for s in subjects:
        for _ in range(bench.options.repeats * (2 if bench.options.swap else 1)):
            bench.replies.log(
                Call(
                    subject=s.id,
                    key="k",
                    attempt=1,
                    at="2026",
                    host="h",
                    model="m",
                    status=200,
                    error="",
                    latency_ms=1.0,
                    tokens_in=300,
                    tokens_out=40,
                    cost=0.0,
                    reply={"text": "x"},
                )
            )
        yield Opinion(subject=s.id, dimension="politeness", value="rude")


def run_it(store, options=Options(), target=OVER, ref="j"):  # noqa: B008 - frozen
    run = running.start_run(store, ref, target, options, by="eva", again=True)
    work(store, run.id, environment={})


def test_a_plan_says_what_goes_where_and_writes_nothing(store, monkeypatch):
    store_with_judge(store, monkeypatch, obedient, "politeness", **PRICED)
    plan = plan_run(store, "j", JudgeTarget("week", WEEK, "dev"), Options(repeats=3, swap=True))
    assert (plan.held, plan.left, plan.questions) == (len(DEV), len(DEV), 6)
    assert plan.host == "judge.example.org:8443"
    assert words(plan) == (
        f"j@1 judges {len(DEV)} subjects of week {WEEK}, dev half, each asked 6 times. "
        "Their masked text goes to judge.example.org:8443."
    )
    assert store.find(JudgeRun) == []


def test_what_was_judged_is_not_in_it(store, monkeypatch):
    store_with_judge(store, monkeypatch, obedient, "politeness")
    run_it(store, target=JudgeTarget("week", WEEK, "dev"))
    plan = plan_run(store, "j", OVER, Options())
    rest = 40 - len(DEV)
    assert (plan.left, plan.held) == (rest, 40)
    assert words(plan) == f"j@1 judges {rest} of 40 subjects of week {WEEK}. Nothing leaves this machine."
    assert plan_run(store, "j", OVER, Options(), again=True).left == 40
    assert plan_run(store, "j", OVER, Options(fresh=True)).left == 40


def test_the_cost_is_that_of_earlier_questions_at_the_prices_of_the_spec(store, monkeypatch):
    store_with_judge(store, monkeypatch, paying, "politeness", **PRICED)
    unknown = plan_run(store, "j", OVER, Options()).cost
    assert unknown.value is None and unknown.undefined == "no earlier call of this judge reported its tokens"
    run_it(store, Options(repeats=2, swap=True))
    # A question: (300 x 2 + 40 x 10) / 1,000,000 = 0.001. 40 subjects x 3 repeats = 120 questions: 0.12.
    cost = plan_run(store, "j", OVER, Options(repeats=3), again=True).cost
    assert cost.value == pytest.approx(0.12) and cost.method == "from the tokens of 160 earlier questions"


def test_another_version_is_the_next_best_source_and_no_price_is_no_estimate(store, monkeypatch):
    from review.judges.versions import add_judge

    store_with_judge(store, monkeypatch, paying, "politeness", **PRICED)
    run_it(store)
    add_judge(store, "j", kind="scripted", dimensions=["politeness"], spec={**PRICED, "price_in": 4.0}, by="eva")
    assert plan_run(store, "j@2", OVER, Options()).cost.value == pytest.approx(40 * (300 * 4 + 40 * 10) / 1e6)
    add_judge(store, "j", kind="scripted", dimensions=["politeness"], spec={"endpoint": PRICED["endpoint"]}, by="eva")
    assert "has no prices" in str(plan_run(store, "j@3", OVER, Options()).cost.undefined)


def test_a_judge_of_this_machine_costs_nothing(store, monkeypatch):
    store_with_judge(store, monkeypatch, obedient, "politeness")
    plan = plan_run(store, "j", OVER, Options())
    assert plan.host == "" and plan.cost.value == 0.0


def test_a_plan_refuses_what_a_run_would_refuse(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    with pytest.raises(UnknownError):
        plan_run(store, "k", OVER, Options())
    with pytest.raises(InputError, match="repeats"):
        plan_run(store, "j", OVER, Options(repeats=99))


def test_options_come_from_the_settings_unless_they_are_said(tmp_path):
    project = Project(path=tmp_path / "spotcheck.toml", judges=JudgeSettings(concurrency=3, timeout=7.0))
    assert options_for(project) == Options(concurrency=3, timeout=7.0)
    assert options_for(project, Chosen(timeout=9.0, repeats=2)) == Options(repeats=2, concurrency=3, timeout=9.0)
