"""The share of production of each mode, weighted by the draw, and how complete the list of modes is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from failed_log import WEEK, bring, row
from golden_store import new_store

from review.failures.archive import conversations_of
from review.failures.grouped import groups_of
from review.failures.kept import group_of
from review.failures.modes import name_mode
from review.failures.repaired import repaired_answers
from review.failures.rules import failure_rules
from review.failures.shares import mode_shares
from review.failures.working import give_mode
from review.settings.project import project_of
from review.statistics.completeness import LabelledFailures, unnamed_share
from review.statistics.within import Part, share_within
from storage.records_log import Draw, Stratum
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store


def sampled(store: Store, populations: dict[str, int], drawn: dict[str, dict[str, str]]) -> None:
    """Draw and review items by hand: by group of the draw, conversation -> correctness."""
    week = {"opened_at": "2026", "opened_by": "lea", "due": "2026-11-20", "seed": "s", "unit": "session"}
    store.add(Week(name=WEEK, **week, overlap=0, overlap_raters=0, raters=("ana",), rubric_version=1))
    about = {"at": "2026", "by": "lea", "source": "log", "seed": "s", "key_rule": "md5", "rate": 0.1, "digest": "0"}
    store.add(Draw(id="d", week=WEEK, frame={}, **about))  # type: ignore[arg-type]
    held = conversations_of(store, [i for some in drawn.values() for i in some])
    for group, some in drawn.items():
        n, m = populations[group], len(some)
        store.add(Stratum(id=group, draw_id="d", week=WEEK, name=group, population=n, sampled=m, probability=m / n))
        for name, said in some.items():
            item = Item(id=name, conversation_id=name, week=WEEK, at="2026", draw_id="d", stratum=group)
            dealt = {"rater_id": "ana", "item_id": name, "rubric_version": 1, "at": "2026"}
            store.add(held[name], item, Assignment(id=f"a-{name}", week=WEEK, position=1, by="lea", **dealt))
            labels = {"correctness": said}
            store.add(Annotation(submission_id=f"s-{name}", assignment_id=f"a-{name}", labels=labels, **dealt))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    bring(store, [*(row(f"e{n}", "date_format") for n in range(20)), *(row(f"c{n}") for n in range(200))])
    failing = {f"e{n}": "wrong" for n in range(10)}
    rest = {f"c{n}": "wrong" if n < 2 else "correct" for n in range(40)}
    sampled(store, {"failing": 20, "rest": 200}, {"failing": failing, "rest": rest})
    return store


def test_shares_are_those_of_production_and_not_of_the_sample(store: Store) -> None:
    project = project_of(store.path)
    mode = name_mode(store, "German dates", groups=["date_format"], by="eva")
    give_mode(store, ["c0"], name_mode(store, "made up a shop", by="eva").id, by="eva")
    found = {m.title: m for m in mode_shares(store, project, [WEEK]).modes}
    dates = found["German dates"]
    assert (dates.key, dates.n, dates.versions) == (mode.id, 20, {"v1": 20})
    assert dates.share.value == pytest.approx(20 / 220), "10 of 10 of the failing group, which is 20 of 220"
    # One of the 40 reviewed of the other 200 conversations; in the sample it would be 1 of 50.
    assert found["made up a shop"].share.value == pytest.approx(200 / 40 / 220)
    assert found["Reviewed: wrong"].share.value == pytest.approx(200 / 40 / 220) and found["Reviewed: wrong"].n == 1
    assert all(m.share.ci and m.share.ci[0] <= (m.share.value or 0) <= m.share.ci[1] for m in found.values())
    assert [week for week, _ in dates.trend] == [WEEK] and dates.example == "e0"
    assert mode_shares(store, project, [WEEK]).unnamed.ci is not None


def test_what_the_log_forgot_still_counts_in_the_shares(store: Store) -> None:
    project = project_of(store.path)
    rules = failure_rules(store, project)
    kept = conversations_of(store, [f"e{n}" for n in range(20)] + [f"c{n}" for n in range(9)]).values()
    assert {group_of(c, rules) for c in kept} == {"date_format", "cause/wrong", None}, "as the log sorts them"
    before = {m.title: m.share.value for m in mode_shares(store, project, [WEEK]).modes}
    log = store.path.with_name(f"{store.path.name}.logs")
    [file] = log.glob("*/*.parquet")
    file.unlink()
    assert groups_of(store, project, weeks=[WEEK]) == []
    name_mode(store, "dates", groups=["date_format"], by="eva")
    after = {m.title: m.share.value for m in mode_shares(store, project, [WEEK]).modes}
    assert after["dates"] == before["Date format"]


def test_repaired_answers_that_are_right_are_weighted_by_the_draw(tmp_path: Path) -> None:
    store, mended = new_store(tmp_path), {"repaired": True, "repair_rounds": 2, "status": "ok"}
    rows = [*(row(f"r{n}", "date_format") | mended for n in range(30)), *(row(f"c{n}") | mended for n in range(50))]
    bring(store, [*rows, *(row(f"x{n}") for n in range(50))])
    failing = {f"r{n}": "wrong" if n < 6 else "correct" for n in range(10)}
    rest = {f"c{n}": "partly" if n == 0 else "correct" for n in range(5)} | {f"x{n}": "wrong" for n in range(5)}
    sampled(store, {"failing": 30, "rest": 100}, {"failing": failing, "rest": rest})
    found = repaired_answers(store, project_of(store.path), [WEEK])
    # Each reviewed one of the first group stands for 3, of the second for 10; partly right is not right.
    assert found.n == 80 and found.right.value == pytest.approx((3 * 4 + 10 * 4) / (3 * 10 + 10 * 5))
    assert found.right.ci is not None and found.right.ci[0] < 0.5 and found.right.ci[1] > 0.75 and found.right.n == 15
    assert found.words().startswith("80 answers were repaired. 65% of them are right, not merely executable (")
    none = repaired_answers(store, project_of(store.path), ["2026-W40"])
    assert none.n == 0 and none.right.value is None and none.words().startswith("No answer was repaired")


def test_the_interval_of_a_share_within_a_part_holds_the_truth() -> None:
    """Two groups, the part is 60% of one and 2% of the other; 8 to 40 of it are reviewed."""
    rng, held = np.random.default_rng(5), []
    for failing, others in ((12, 100), (40, 400), (60, 800)):
        took = [
            rng.multinomial(m, [p * r, p * (1 - r), 1 - p], size=200)
            for m, p, r in ((failing, 0.6, 0.5), (others, 0.02, 0.9))
        ]
        truth = (400 * 0.6 * 0.5 + 10_000 * 0.02 * 0.9) / (400 * 0.6 + 10_000 * 0.02)
        for one, two in zip(*took, strict=True):
            groups = [Part(n, int(s.sum()), int(s[:2].sum()), int(s[0])) for n, s in ((400, one), (10_000, two))]
            interval = share_within(groups, "of them").ci
            held += [] if interval is None else [interval[0] <= truth <= interval[1]]
    assert len(held) > 550 and np.mean(held) > 0.94


def test_few_failures_say_nothing_of_how_complete_the_list_is() -> None:
    assert "fewer than 10" in str(unnamed_share([LabelledFailures(100, 10, ["a"] * 9)]).undefined)
    assert "fully reviewed" in str(unnamed_share([LabelledFailures(10, 10, ["a"] * 10)]).undefined)
    few = [LabelledFailures(10, 10, ["a"] * 10), LabelledFailures(500, 50, ["a", "b"]), LabelledFailures(90, 9, [])]
    assert "fewer than 3 failures were reviewed of the groups" in str(unnamed_share(few).undefined)


def test_a_single_failure_stands_for_as_many_as_its_weight() -> None:
    groups = [LabelledFailures(50, 50, ["a"] * 8 + ["b"]), LabelledFailures(1_000, 100, ["a"] * 9 + ["c"])]
    # Weighted: 9 * 1 + 10 * 10 failures; c speaks for 9 more; b is of a group that is fully known.
    assert unnamed_share(groups).value == pytest.approx(9 / 109)
    more = unnamed_share(groups).ci
    assert more is not None and more[0] == 0 and more[1] == pytest.approx(100 / 109 * 0.4450, abs=2e-2)
    assert unnamed_share(groups).ci == more, "the same failures give the same limit"


@pytest.mark.parametrize("failing_others", [60, 120, 400, 1_000])
def test_the_limit_lies_above_the_truth_in_nearly_all_samples(failing_others: int) -> None:
    """All of 100 failing conversations, 5% of 10,000 others: 3 to 50 failures of these. 30 modes in reversed mixes."""
    rng = np.random.default_rng(4)
    mix = 0.85 ** np.arange(30) / sum(0.85 ** np.arange(30))
    said = above = 0
    for _ in range(200):
        known, others = rng.choice(30, size=100, p=mix), rng.choice(30, size=failing_others, p=mix[::-1])
        seen = rng.choice(others, size=rng.binomial(failing_others, 0.05), replace=False)
        unseen = np.isin(others, [*known, *seen], invert=True).sum() / (100 + failing_others)
        groups = [
            LabelledFailures(100, 100, [str(m) for m in known]),
            LabelledFailures(10_000, 500, [str(m) for m in seen]),
        ]
        limit = unnamed_share(groups).ci
        said += limit is not None
        above += limit is not None and limit[1] >= unseen
    assert said > 90 and above >= 0.965 * said
