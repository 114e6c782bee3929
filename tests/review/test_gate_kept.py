"""Decisions of the gate in the store: nobody edits them, a second person waives, people settle what is undecided."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from golden_store import WEEK, new_store, open_test_week
from pair_store import side_of
from quick_stores import damage
from scored_runs import passing, scored_run

from review.annotating.submissions import receive
from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.experiments.decisions import standing_of, stopped_by
from review.experiments.gating.asking import ask_people, asking, drop_by_people, settle, settled
from review.experiments.gating.keeping import keep, waive
from review.experiments.gating.outcome import Outcome, gate_runs
from review.experiments.gating.settings import GateSettings
from review.experiments.gating.written import short_markdown
from review.people.people import add_person
from review.settings.project import project_of
from review.statistics.gate.asked import asked_drop
from storage.queries.pairs import PREFERENCE
from storage.records_experiments import PromptVersion
from storage.records_gate import GateDecision, GateWaiver
from storage.records_weeks import Assignment, Pair
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = new_store(tmp_path)
    open_test_week(found)
    found.add(PromptVersion(id="v3", prompt_hash="", at="2026-11-20", by="lea"))
    return found


def undecided() -> Outcome:
    return gate_runs(scored_run("v2", passing(200, [50, 51])), scored_run("v3", passing(200, [1, 2, 3])))


def loose() -> Outcome:
    return gate_runs(
        scored_run("v2", passing(200)), scored_run("v3", passing(200, range(30))), settings=GateSettings(margin=0.9)
    )


def suspect() -> Outcome:
    about = {f"c{k}": {"scenario": "date" if k < 30 else f"s{k % 4}"} for k in range(330)}
    after = passing(330, range(5)) | {"c29": 1.0}
    before = passing(330, [29, 100, 101, 102, 103, 104])
    return gate_runs(scored_run("v2", before, cases=about), scored_run("v3", after, cases=about))


def test_a_margin_wider_than_usual_ships_only_by_waiver_of_a_second_lead(store: Store) -> None:
    made = keep(store, loose(), by="lea")
    assert made.decision.decision == "pass" and made.open == ("a margin of 90 points, usual are 2",)
    assert not made.may_ship and not made.waived
    with pytest.raises(Refused, match="lead"):
        waive(store, made.decision.id, by="eva", reason="a pilot")
    add_person(store, "lou", role="lead", by="lea")
    told = waive(store, made.decision.id, by="lou", reason="a pilot of ten people")
    assert told.may_ship and told.waived and told.ships == "v3 may ship by waiver."


def test_the_same_evidence_is_kept_once_and_nobody_edits_it(store: Store) -> None:
    made = undecided()
    first, again = keep(store, made, by="eva"), keep(store, made, by="lea")
    assert first.decision == again.decision and first.decision.by == "eva" and not first.may_ship
    assert first.decision.report["flipped"] and store.find(GateDecision) == [first.decision]
    assert check_store(store).holds
    damage(store, "UPDATE gate_decisions SET decision = 'pass'")
    assert not check_store(store).holds
    with pytest.raises(Refused, match="needs the role adjudicator"):
        keep(store, made, by="ana")


def test_a_second_person_waives_with_a_reason(store: Store) -> None:
    name = keep(store, undecided(), by="eva").decision.id
    for by, error, words in (
        ("ana", Refused, "needs the role adjudicator"),
        ("eva", Refused, "eva ran the gate, so somebody else"),
        ("lea", Refused, "lea registered the version"),
    ):
        with pytest.raises(error, match=words):
            waive(store, name, by=by, reason="read all five flips")
    store.add(PromptVersion(id="v9", prompt_hash="", at="2026-11-20", by="ana"))
    made = undecided()
    other = gate_runs(made.baseline, scored_run("v9", passing(200, [1, 2, 3])))
    name = keep(store, other, by="eva").decision.id
    with pytest.raises(InputError, match="Give a reason"):
        waive(store, name, by="lea", reason=" ")
    done = waive(store, name, by="lea", reason="read all five flips")
    assert done.may_ship and done.waived and standing_of(store, "v9") == done
    (row,) = store.find(GateWaiver)
    assert (row.by, row.slice, row.identity, row.reason) == ("lea", "", "names", "read all five flips")
    with pytest.raises(NothingToDo, match="nothing left to waive"):
        waive(store, name, by="lea", reason="again")
    with pytest.raises(UnknownError, match="gate-nope"):
        waive(store, "gate-nope", by="lea", reason="x")
    assert check_store(store).holds and standing_of(store, "v1") is None


def test_a_suspect_slice_is_waived_by_name(store: Store) -> None:
    made = suspect()
    other = gate_runs(
        made.baseline,
        scored_run(
            "v4",
            {one.case.id: one.combined for one in made.candidate.cases},
            cases={one.case.id: {"scenario": one.case.scenario} for one in made.candidate.cases},
        ),
    )
    name = keep(store, other, by="eva").decision.id
    with pytest.raises(InputError, match="Waive each of them by name"):
        waive(store, name, by="lea", reason="x")
    with pytest.raises(InputError, match="expected one of the suspect slices: scenario date"):
        waive(store, name, by="lea", reason="x", slice="refunds")
    assert waive(store, name, by="lea", reason="the dates of the test were wrong", slice="date").may_ship


def test_a_failure_needs_a_lead_to_waive_it(store: Store) -> None:
    failed = gate_runs(scored_run("v2", passing(200)), scored_run("v5", passing(200, range(30))))
    name = keep(store, failed, by="lea").decision.id
    with pytest.raises(Refused, match="needs the role lead"):
        waive(store, name, by="eva", reason="x")


def test_a_waived_fail_still_names_the_slice_that_may_have_collapsed(store: Store) -> None:
    about = {f"c{k}": {"tags": ("easy",) if k >= 170 else (), "scenario": f"s{k % 2}"} for k in range(200)}
    before = scored_run("v2", passing(200), cases=about)
    failed = gate_runs(before, scored_run("v6", passing(200, [*range(40), 170, 171, 172]), cases=about))
    assert failed.decision == "fail" and [s.name for s in failed.report.suspects] == ["easy"]
    found = waive(store, keep(store, failed, by="eva").decision.id, by="lea", reason="read all of them")
    words = "v6 may ship by waiver, although tag easy may have collapsed."
    assert found.may_ship and found.ships == words and f"**{words}**" in short_markdown(failed, found)
    clean = keep(store, gate_runs(before, scored_run("v7", passing(200), cases=about)), by="eva")
    assert clean.ships == "v7 may ship." and not clean.suspects


def test_an_example_tells_which_versions_it_helped_to_stop(store: Store) -> None:
    keep(store, undecided(), by="eva")
    assert stopped_by(store, {"c1"}) == {}, "an undecided gate stops nothing for good"
    failed = gate_runs(scored_run("v2", passing(200, [50])), scored_run("v5", passing(200, range(30))))
    name = keep(store, failed, by="eva").decision.id
    assert stopped_by(store, {"c3", "c50", "c199"}) == {"c3": ("v5",)} and stopped_by(store, set()) == {}
    assert waive(store, name, by="lea", reason="the cases were wrong").may_ship
    assert stopped_by(store, {"c3"}) == {}


def test_people_settle_an_undecided_gate_blind_and_in_pairs(store: Store) -> None:
    made = undecided()
    decision = keep(store, made, by="eva").decision
    told, added = ask_people(store, project_of(store.path), decision.id, (made.baseline, made.candidate), by="lea")
    assert set(told.changed) == {"c1", "c2", "c3", "c50", "c51"} and (len(told.sampled), told.unchanged) == (40, 195)
    assert added.week == WEEK and added.pairs == 45
    again, _ = asking(decision, made.baseline, made.candidate)
    assert again == told, "the sample is drawn by the decision's id"
    with pytest.raises(Refused, match="5 of 5 changed cases wait"):
        settle(store, decision.id, told, by="eva")
    better = {"c1": "b", "c2": "b", "c3": "tie", "c50": "b", "c51": "b"}
    case_of = {pair.item_id: pair.source_id for pair in store.find(Pair)}
    for dealt in store.find(Assignment):
        if dealt.sides:
            wanted = better.get(case_of[dealt.item_id], "tie")
            choice = wanted if wanted == "tie" else side_of(dealt, wanted)
            entry = {"submission_id": uuid4().hex, "kind": "annotation", "assignment": dealt.id}
            assert receive(store, dealt.rater_id, [{**entry, "labels": {PREFERENCE: choice}}]).rejected == ()
    done = settle(store, decision.id, told, by="eva")
    assert done.decision.id == f"{decision.id}-people" and done.decision.report["people"]["preferred_candidate"] == 4
    assert done.decision.report["people"]["drop"]["value"] == pytest.approx(-0.02)
    assert standing_of(store, "v3") == done
    assert done.decision.decision == ("pass" if done.decision.report["people"]["upper"] < 0.02 else "inconclusive")
    assert check_store(store).holds


def test_only_an_undecided_gate_asks_people(store: Store) -> None:
    failed = gate_runs(scored_run("v2", passing(200)), scored_run("v5", passing(200, range(30))))
    name = keep(store, failed, by="eva").decision.id
    runs = failed.baseline, failed.candidate
    with pytest.raises(Refused, match="is decided"):
        ask_people(store, project_of(store.path), name, runs, by="lea")
    with pytest.raises(Refused, match="needs the role lead"):
        ask_people(store, project_of(store.path), name, runs, by="eva")


def test_the_limit_of_the_asked_drop_holds() -> None:
    """The published design: 200 cases, all changed ones and 40 of the rest are compared; a true drop of 5 points."""
    rng = np.random.default_rng(7)
    held = upper = 0
    for _ in range(300):
        d = rng.choice([1, 0, -1], size=200, p=[0.08, 0.89, 0.03])
        seen = rng.random(200) < np.where(d == 0, 0.05, 0.7)
        rest = d[~seen]
        made = asked_drop(list(d[seen]), list(rng.permutation(rest)[:40]), unchanged=len(rest), n=200)
        assert made.drop.ci is not None
        held += made.drop.ci[0] - 1e-9 <= d.mean() <= made.drop.ci[1] + 1e-9
        upper += d.mean() <= made.upper + 1e-9
    assert held / 300 >= 0.93 and upper / 300 >= 0.93
    assert asked_drop([1], [0] * 5, unchanged=90, n=100).drop.undefined
    assert asked_drop([1, -1], [], unchanged=0, n=100).decision(margin=0.02, alpha=0.05) == "pass"


def test_people_settle_only_what_they_were_asked(store: Store) -> None:
    after: dict[str, float | None] = {**passing(200, [1, 2, 3]), **{f"c{k}": None for k in range(190, 200)}}
    less = gate_runs(scored_run("v2", passing(200, [50, 51])), scored_run("v3", after))
    assert less.open == ("total", "missing")
    decision = keep(store, less, by="eva").decision
    told, _ = asking(decision, less.baseline, less.candidate)
    preferred = dict.fromkeys((*told.changed, *told.sampled), -1)
    done = settled(decision, drop_by_people(decision, told, preferred), by="eva")
    assert (done.decision, done.report["open"]) == ("inconclusive", ["missing"])
    assert done.report["reasons"][1] == "still open: missing"


def test_a_version_against_itself_is_not_kept(store: Store) -> None:
    itself = gate_runs(scored_run("v3", passing(200)), scored_run("v3", passing(200)))
    with pytest.raises(Refused, match="proves nothing"):
        keep(store, itself, by="eva")
