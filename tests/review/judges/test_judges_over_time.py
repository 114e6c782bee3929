"""Judges from week to week, on a real store: figures, the alarm, and how far they agree with each other."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from review.basics.errors import NothingToDo, UnknownError
from review.commands.judge import judge_group
from review.commands.judge_over_time import over_time_command
from review.judges.workbench.over_time import judge_agreement, over_time, weeks_over_time
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.statistics.calibration.split import split_of
from storage.records_judges import Judge
from storage.records_log import Conversation, Draw, Stratum
from storage.records_review import Annotation, Verdict
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

WEEKS = tuple(f"2026-W{k}" for k in range(41, 46))
AT = "2026-11-20T10:00:00.000+00:00"
EACH = 40


def truth(k: int) -> str:
    """Every second one is wrong: 20 of 40 a week."""
    return "wrong" if k % 2 else "correct"


@pytest.fixture
def months(store: Store) -> Store:
    """Five weeks of forty items that ana has reviewed, one conversation each; ben still owes the first of each."""
    for name, role in (("lea", "lead"), ("ana", "annotator"), ("ben", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    turns = ({"role": "user", "content": "q"}, {"role": "assistant", "content": "a"})
    with store.transaction():
        for week in WEEKS:
            store.add(
                Week(
                    name=week,
                    opened_at=AT,
                    opened_by="lea",
                    due="2026-11-27",
                    seed=week,
                    unit="session",
                    overlap=0.2,
                    overlap_raters=0,
                    raters=("ana", "ben"),
                    rubric_version=1,
                ),
                Draw(
                    id=f"d{week}",
                    week=week,
                    at=AT,
                    by="lea",
                    source="log",
                    seed=week,
                    key_rule="key",
                    rate=0.1,
                    frame={},
                    digest="0",
                ),
                Stratum(
                    id=f"s{week}",
                    draw_id=f"d{week}",
                    week=week,
                    name="rest",
                    population=400,
                    sampled=EACH,
                    probability=0.1,
                ),
            )
            for k in range(EACH):
                name, labels = f"{week}-{k:02d}", {"correctness": truth(k), "politeness": "neutral"}
                user = f"u{k // 2}"
                store.add(
                    Conversation(
                        id=name,
                        source="production",
                        source_id=name,
                        created_at=AT,
                        week=week,
                        messages=turns,
                        user_id=user,
                    ),
                    Item(id=name, conversation_id=name, week=week, at=AT, draw_id=f"d{week}", stratum="rest"),
                    Assignment(
                        id=f"a-{name}",
                        item_id=name,
                        rater_id="ana",
                        week=week,
                        position=k,
                        rubric_version=1,
                        at=AT,
                        by="lea",
                    ),
                    Annotation(
                        submission_id=f"n-{name}",
                        assignment_id=f"a-{name}",
                        item_id=name,
                        rater_id="ana",
                        rubric_version=1,
                        labels=labels,
                        at=AT,
                    ),
                )
            store.add(
                Assignment(
                    id=f"b-{week}",
                    item_id=f"{week}-00",
                    rater_id="ben",
                    week=week,
                    position=0,
                    rubric_version=1,
                    at=AT,
                    by="lea",
                )
            )
    return store


def speaks(store: Store, judge: str, *, missed: dict[str, int], version: str = "log", weeks: tuple = WEEKS) -> None:
    """What the people say, but for the first so many wrong ones of a week, which it takes for correct."""
    with store.transaction():
        for week in weeks:
            for k in range(EACH):
                late = truth(k) == "wrong" and k // 2 < missed.get(week, 2)
                value = "correct" if late else truth(k)
                row = f"{judge}{version}{week}{k}"
                store.add(
                    Verdict(
                        id=row,
                        item_id=f"{week}-{k:02d}",
                        judge=judge,
                        version=version,
                        dimension="correctness",
                        value=value,
                        at=AT,
                    )
                )


def test_a_judge_that_catches_less_in_the_newest_week_raises_the_alarm(months: Store) -> None:
    speaks(months, "steady", missed={})
    speaks(months, "tired", missed={WEEKS[-1]: 12})
    steady, tired = (over_time(months, WEEKS, name) for name in ("steady", "tired"))
    assert steady.alarms == []
    assert tired.alarms == ["correctness"]
    # Four weeks: 4 x 18 of 4 x 20 caught; the newest: 8 of 20.
    row = tired.dimensions["correctness"].alarms["recall"]
    assert (row.band.value, row.reviewed.value) == (pytest.approx(72 / 80), pytest.approx(8 / 20))
    assert row.moved == "fell" and row.week == WEEKS[-1]
    assert tired.dimensions["correctness"].latest["precision"].moved == "stayed"


def test_another_version_is_another_judge_and_no_drift(months: Store) -> None:
    speaks(months, "tone", missed={}, version="1", weeks=WEEKS[:4])
    speaks(months, "tone", missed={WEEKS[-1]: 20}, version="2", weeks=WEEKS[4:])
    found = over_time(months, WEEKS, "tone")
    assert str(found.judge) == "tone@2" and found.alarms == []
    row = found.dimensions["correctness"].latest["recall"]
    assert row.undefined is not None and "there are no such weeks" in row.undefined
    assert over_time(months, WEEKS, "tone@1").dimensions["correctness"].newest == WEEKS[3]


def test_of_a_judge_that_is_made_here_only_the_dev_half_is_followed(months: Store) -> None:
    speaks(months, "made", missed={}, version="1")
    months.add(
        Judge(
            id="made@1",
            name="made",
            version="1",
            kind="local",
            dimensions=("correctness",),
            spec={},
            content_hash="h",
            rubric_version=1,
            at=AT,
            by="lea",
        )
    )
    found = over_time(months, WEEKS, "made")
    dev = [sum(split_of(f"{week}-{k:02d}") == "dev" for k in range(EACH)) for week in WEEKS]
    assert found.half == "dev"
    assert list(found.dimensions["correctness"].compared.values()) == dev


def test_who_still_owes_an_item_sees_nothing_of_it(months: Store) -> None:
    speaks(months, "a", missed={})
    speaks(months, "b", missed={})
    assert set(over_time(months, WEEKS, "a", viewer="ben").dimensions["correctness"].compared.values()) == {EACH - 1}
    assert judge_agreement(months, WEEKS, viewer="ben", bootstrap=0)["correctness"].items == 5 * (EACH - 1)


def test_judges_agree_with_each_other_as_raters_do(months: Store) -> None:
    speaks(months, "a", missed=dict.fromkeys(WEEKS, 0))
    speaks(months, "b", missed=dict.fromkeys(WEEKS, 10))
    months.add(
        Verdict(
            id="gone",
            item_id=f"{WEEKS[0]}-00",
            judge="a",
            version="log",
            dimension="politeness",
            value=None,
            at=AT,
            error="refused",
        )
    )
    report = judge_agreement(months, WEEKS, bootstrap=200)
    assert list(report) == ["correctness"]  # politeness: only one of them, and a missing verdict is no rating
    (pair,) = report["correctness"].pairs
    # 10 of 40 a week differ: 150 of 200 the same. Both say wrong to 100 and 50 of 200, so that chance alone makes
    # .5 x .25 + .5 x .75 = .5, and kappa (.75 - .5) / (1 - .5) = .5.
    assert (pair.first, pair.second, pair.n) == ("a@log", "b@log", 200)
    assert pair.percent_agreement == pytest.approx(0.75)
    assert pair.cohen_kappa == pytest.approx(0.5)
    alpha = report["correctness"].coefficients["krippendorff_alpha.ordinal"]
    assert alpha.ci is not None and "cluster" in alpha.method


def test_one_judge_alone_agrees_with_nobody(months: Store) -> None:
    speaks(months, "a", missed={})
    assert judge_agreement(months, WEEKS) == {}
    with pytest.raises(UnknownError, match=r"judge 'b' is not in the store \(.*there are: a@log\)"):
        judge_agreement(months, WEEKS, names=["a", "b"])


def test_unknown_judges_dimensions_and_empty_stores_are_named(months: Store, tmp_path) -> None:
    from storage.opening import open_store

    with pytest.raises(UnknownError, match="judge 'nobody' is not in the store"):
        over_time(months, WEEKS, "nobody")
    speaks(months, "a", missed={})
    with pytest.raises(UnknownError, match="judge 'a@9' is not in the store"):
        over_time(months, WEEKS, "a@9")
    for known in ("a", "a@log"):
        with pytest.raises(NothingToDo, match=f"judge '{known}' has no verdicts on items of 2026-W01"):
            over_time(months, ("2026-W01",), known)
    with pytest.raises(UnknownError, match="no verdict in 'tone' to follow, only in correctness"):
        over_time(months, WEEKS, "a", dimension="tone")
    with pytest.raises(NothingToDo, match="no week is open"):
        weeks_over_time(open_store(tmp_path / "empty.db"))


def run(store: Store, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "140"}).invoke(over_time_command, ["--store", str(store.path), *arguments])


def test_the_command_tells_people_and_programs_the_same(months: Store) -> None:
    speaks(months, "steady", missed={})
    speaks(months, "tired", missed={WEEKS[-1]: 12})
    shown = run(months)
    assert shown.exit_code == 0, shown.output
    assert "Recall of 'wrong' fell: 0.400 [" in shown.output and " ↓" in shown.output
    assert "steady@log / tired@log" in shown.output
    found = json.loads(run(months, "--json").stdout)
    assert found["weeks"] == list(WEEKS)
    assert [(j["judge"], j["alarms"]) for j in found["judges"]] == [("steady@log", []), ("tired@log", ["correctness"])]
    assert found["judges"][1]["dimensions"]["correctness"]["alarms"] == ["recall"]
    assert found["agreement"]["correctness"]["raters"] == 2
    one = json.loads(run(months, "tired", "--weeks", "W42..W45", "--json").stdout)
    assert one["weeks"] == list(WEEKS[1:]) and one["agreement"] == {} and one["judges"][0]["alarms"] == []


def test_of_a_dimension_those_who_speak_of_it_are_followed(months: Store) -> None:
    speaks(months, "a", missed={})
    months.add(
        Verdict(
            id="tone",
            item_id=f"{WEEKS[0]}-00",
            judge="tone",
            version="log",
            dimension="politeness",
            value="neutral",
            at=AT,
        )
    )
    found = json.loads(run(months, "--dimension", "correctness", "--json").stdout)
    assert [(j["judge"], list(j["dimensions"])) for j in found["judges"]] == [("a@log", ["correctness"])]
    both = json.loads(run(months, "--json").stdout)
    assert [j["judge"] for j in both["judges"]] == ["a@log", "tone@log"]
    # Who is named is expected to speak of it.
    named = run(months, "a", "tone", "--dimension", "correctness").exception
    assert isinstance(named, UnknownError) and "judge 'tone' has no verdict in 'correctness'" in str(named)
    nobody = run(months, "--dimension", "intent").exception
    assert isinstance(nobody, NothingToDo) and "no judge has verdicts in 'intent'" in str(nobody)


def test_an_unknown_name_is_bad_input(months: Store) -> None:
    speaks(months, "a", missed={})
    for command in (["over-time", "nobody"], ["compare", "a", "nobody"]):
        failed = CliRunner().invoke(judge_group, [*command, "--store", str(months.path)])
        assert isinstance(failed.exception, UnknownError) and failed.exception.exit_code == 2


def test_without_any_verdict_the_command_says_what_to_do(months: Store) -> None:
    failed = run(months)
    assert isinstance(failed.exception, NothingToDo)
    assert "`spotcheck judge run` makes some" in failed.exception.with_hint
