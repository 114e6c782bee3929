"""Versions of the product: registered once, approved on evidence or by a waiver, seen in the log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import spotcheck
from golden_store import new_store

from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.experiments.versions.lineage import diff, lineage
from review.experiments.versions.registry import (
    Wanted,
    approve,
    deprecate,
    in_force,
    register,
    version_named,
    versions,
)
from review.experiments.versions.seen import seen_in_log
from review.people.people import add_person
from storage.records_experiments import VersionState
from storage.records_gate import GateDecision, GateWaiver
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_store(tmp_path)
    add_person(made, "lou", role="lead", by="lea")
    return made


def test_a_version_is_registered_once_and_never_changes(store: Store) -> None:
    made = register(store, Wanted(id="v1", prompt="Be brief.", model="small", parameters={"t": 0}), by="eva")
    assert (made.state.state, len(made.registered.prompt_hash)) == ("pending", 64)
    again = register(store, Wanted(id="v1", prompt="Be brief.", model="small", parameters={"t": 0}), by="lea")
    assert again.registered == made.registered and len(versions(store)) == 1
    with pytest.raises(Refused, match="a version never changes"):
        register(store, Wanted(id="v1", prompt="Be long."), by="eva")
    with pytest.raises(Refused, match="needs the role adjudicator"):
        register(store, Wanted(id="v2"), by="ana")
    with pytest.raises(UnknownError, match="version 'v0' is not registered"):
        register(store, Wanted(id="v2", parent="v0"), by="eva")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(id=""), "expected 1 to 128 characters"),
        (Wanted(id=" v1"), "expected 1 to 128 characters"),
        (Wanted(id="v1", parent="v1"), "another version than itself"),
        (Wanted(id="v1", prompt_hash="abc"), "expected the SHA-256"),
        (Wanted(id="v1", prompt="x" * 1_000_001), "at most 1,000,000"),
        (Wanted(id="v1", parameters={"t": object()}), "that JSON cannot hold"),
    ],
)
def test_an_unusable_version_is_refused(store: Store, wanted: Wanted, message: str) -> None:
    with pytest.raises(InputError, match=message):
        register(store, wanted, by="eva")
    assert versions(store) == []


def decision(name: str, candidate: str, still: list[str]) -> GateDecision:
    """A decision of the gate; it passed where nothing is open."""
    return GateDecision(
        id=name,
        baseline="v1",
        candidate=candidate,
        release="r1",
        release_digest="d",
        decision="inconclusive" if still else "pass",
        report={"open": still},
        at="2026-11-30",
        by="eva",
    )


def test_approval_rests_on_a_decision_or_on_a_second_person_with_a_reason(store: Store) -> None:
    for name in ("v1", "v2", "v3"):
        register(store, Wanted(id=name), by="lea")
    assert in_force(store) is None
    with pytest.raises(Refused, match="no gate decision, and lea registered it"):
        approve(store, "v1", by="lea", reason="it is fine")
    with pytest.raises(Refused, match="Approving it is a waiver: give the reason"):
        approve(store, "v1", by="lou", reason=" ")
    with pytest.raises(Refused, match="needs the role lead"):
        approve(store, "v1", by="eva", decision="g-1")
    waived = approve(store, "v1", by="lou", reason="the first version")
    assert (waived.state.waiver, waived.state.decision, waived.state.reason) == ("lou", "", "the first version")
    store.add(decision("g-0", "v2", ["total"]), decision("g-1", "v2", []), decision("g-2", "v3", ["total"]))
    with pytest.raises(Refused, match="is about v3"):
        approve(store, "v2", by="lea", decision="g-2")
    with pytest.raises(Refused, match="Let a second person waive what is open"):
        approve(store, "v2", by="lea", decision="g-0")
    with pytest.raises(UnknownError, match="'g-9' is not in the store"):
        approve(store, "v2", by="lea", decision="g-9")
    decided = approve(store, "v2", by="lea")
    assert (decided.state.waiver, decided.state.decision) == ("", "g-1")
    with pytest.raises(NothingToDo, match="approved already"):
        approve(store, "v2", by="lea", decision="g-2")
    with pytest.raises(Refused, match="the gate says inconclusive about 'v3'"):
        approve(store, "v3", by="lou", reason="the gate may say what it likes")
    store.add(
        GateWaiver(id="w", decision_id="g-2", slice="", reason="read", identity="names", at="2026-11-30", by="lou")
    )
    assert approve(store, "v3", by="lea").state.waiver == "lou"
    deprecate(store, "v3", by="lea")
    force = in_force(store)
    assert force is not None and force.id == "v2"
    deprecate(store, "v2", by="lea", reason="wrong dates")
    with pytest.raises(NothingToDo, match="deprecated already"):
        deprecate(store, "v2", by="lea")
    force = in_force(store)
    assert force is not None and force.id == "v1"
    assert [s.state for s in store.find(VersionState, version="v2")] == ["pending", "approved", "deprecated"]


def test_an_older_decision_does_not_outlive_a_later_run_that_the_gate_stopped(store: Store) -> None:
    register(store, Wanted(id="v2"), by="eva")
    passed = replace(decision("g-1", "v2", []), candidate_run="run-1")
    store.add(passed, replace(decision("g-2", "v2", ["fail"]), candidate_run="run-2"))
    with pytest.raises(Refused, match="g-1 rests on an older run of 'v2'"):
        approve(store, "v2", by="lea", decision="g-1")
    store.add(replace(decision("g-3", "v2", []), candidate_run="run-3"))
    assert approve(store, "v2", by="lea", decision="g-3").state.decision == "g-3"


def test_versions_of_the_log_that_nobody_registered_are_seen(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [f"{k},2026-11-2{k},hi,ho,{version}" for k, version in enumerate(("v1", "shop@9", "shop@9", ""))]
    path.write_text("id,created_at,question,answer,prompt_version\n" + "\n".join(rows))
    assert spotcheck(tmp_path, "import", str(path), "--as", "lea").returncode == 0
    register(store, Wanted(id="v1"), by="eva")
    seen = seen_in_log(store)
    assert [(t.version, t.conversations) for t in seen.unregistered] == [("shop@9", 2)]
    assert seen.registered["v1"].conversations == 1 and (seen.registered["v1"].last or "").startswith("2026-11-20")


def test_lineage_and_differences(store: Store) -> None:
    for name, parent in (("v1", None), ("v2", "v1"), ("v2b", "v1"), ("v3", "v2"), ("w1", None)):
        register(store, Wanted(id=name, parent=parent, prompt=f"Be {name}.", model="small"), by="eva")
    places = {p.version: (p.parent, p.generation, p.lane) for p in lineage([v.registered for v in versions(store)])}
    assert places["v3"] == ("v2", 2, 0) and places["v1"] == (None, 0, 0)
    assert len({places[n][2] for n in ("v3", "v2b", "w1")}) == 3
    found = diff(version_named(store, "v1").registered, version_named(store, "v2").registered)
    assert found.prompt is not None and [p.text for p in found.prompt if p.kind == "new"] == ["v2"]
    register(store, Wanted(id="h", prompt_hash="0" * 64), by="eva")
    hidden = diff(version_named(store, "v1").registered, version_named(store, "h").registered)
    assert hidden.prompt is None and not hidden.same_prompt and hidden.rest == {"model": ("small", "")}
