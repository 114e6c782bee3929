"""`spotcheck gate` on the store: latest runs, few-shots, drift, itself, people, and what is asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from gate_store import add_run, examples, ids_of, released
from scored_runs import passing

from review.basics.errors import NothingToDo, Refused
from review.commands.cli import spotcheck
from review.experiments.comparing.comparison import compare
from review.experiments.comparing.sending import send_to_review
from review.experiments.gating.again import ask_again, ask_as_planned
from review.experiments.gating.repeats import LEARNED, repeat_plan
from review.experiments.gating.versions_gate import gate_versions
from review.experiments.runs.scored import latest_run, scored_run
from review.experiments.versions.registry import Wanted, register
from review.settings.project import project_of
from storage.records_experiments import ExperimentRun, VersionState
from storage.records_gate import GateDecision
from storage.records_weeks import Pair
from storage.store import Store

N = 200


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return released(tmp_path, examples(N))


def gate(store: Store, *options: Any) -> Result:
    return CliRunner().invoke(spotcheck, ["gate", *map(str, options), "--store", str(store.path)])


def approve(store: Store, version: str) -> None:
    store.add(VersionState(id=f"s-{version}", version=version, state="approved", at="2026-11-29", by="lea"))


def test_two_versions_by_their_latest_runs(store: Store) -> None:
    add_run(store, "v2", passing(N))
    add_run(store, "v3", passing(N))
    add_run(store, "v3", passing(N, range(30)))
    done = gate(store, "--baseline", "v2", "--candidate", "v3", "--release", "r1", "--as", "eva", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["decision"], told["broke"]) == (1, "fail", 30), done.output
    assert {s["kind"] for s in told["slices"]} == {"scenario", "kind"} and not told["may_ship"]
    (kept,) = store.find(GateDecision)
    assert kept.id == told["decision_id"] and kept.candidate_run and kept.report["drop"] == told["drop"]
    done = gate(store, "--baseline", "v2", "--candidate", "v3", "--as", "eva")
    assert done.exit_code == 1 and "v3 against v2 on r1. FAIL" in " ".join(done.output.split())
    assert len(store.find(GateDecision)) == 1


def test_without_a_name_the_release_is_the_newest_that_both_ran(store: Store, tmp_path: Path) -> None:
    add_run(store, "v2", passing(N))
    add_run(store, "v3", passing(N))
    released(tmp_path, examples(N + 1), "r2", store=store)
    done = gate(store, "--baseline", "v2", "--candidate", "v3", "--as", "eva", "--json")
    assert json.loads(done.stdout)["release"] == "r1", done.output
    done = gate(store, "--baseline", "v2", "--candidate", "v9", "--as", "eva")
    assert isinstance(done.exception, SystemExit | NothingToDo) and "r2" in f"{done.output}{done.exception}"


def test_lists_of_80_columns_show_whole_ids(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    version = "agent-with-a-long-name-2026-11-30-candidate-b"
    add_run(store, "v2", passing(N))
    add_run(store, version, passing(N, range(4)))
    gate(store, "--baseline", "v2", "--candidate", version, "--release", "r1", "--as", "eva")
    (kept,) = store.find(GateDecision)
    log = CliRunner().invoke(spotcheck, ["audit", "list", "--as", "lea", "--store", str(store.path)])
    for listed in (gate(store, "list").output, log.output):
        assert kept.id in listed and "…" not in listed, listed


def test_a_version_without_a_run_is_no_decision(store: Store) -> None:
    add_run(store, "v2", passing(N))
    done = gate(store, "--baseline", "v2", "--candidate", "v9", "--as", "eva")
    assert done.exit_code == 4 and "v9 has no run over release r1 yet" in done.output
    assert "name the one to compare with" in gate(store, "--candidate", "v2", "--as", "eva").output
    assert gate(store, "--baseline", "v2", "--candidate", "v2", "--as", "ana").exit_code == 4


def test_the_version_in_force_is_the_baseline_and_the_best_one_is_not_forgotten(store: Store) -> None:
    add_run(store, "v1", passing(N))
    add_run(store, "v2", passing(N, range(10)))
    add_run(store, "v3", passing(N, range(14)))
    approve(store, "v1")
    approve(store, "v2")
    done = gate(store, "--candidate", "v3", "--as", "eva", "--json")
    told = json.loads(done.stdout)
    assert told["versions"]["baseline"] == "v2" and told["drift"]["version"] == "v1"
    assert done.exit_code == 1 and "below v1, the best of the other approved versions" in told["reasons"][-1]


def test_examples_of_a_prompt_leave_its_gate(store: Store) -> None:
    ids = ids_of(store)
    shots = {"few_shots": [ids[f"c{k}"] for k in range(30)]}
    register(store, Wanted(id="v3", prompt="Be kind.", parameters=shots), by="eva")
    register(store, Wanted(id="v4", prompt="Q: Where is parcel 7 now? A: On its way."), by="eva")
    add_run(store, "v2", passing(N))
    add_run(store, "v3", passing(N, range(30)))
    add_run(store, "v4", passing(N, [7]))
    made = gate_versions(store, baseline="v2", candidate="v3", release="r1")
    assert made.report.evidence.n == N - 30 and made.report.evidence.broke == 0
    assert gate_versions(store, baseline="v2", candidate="v4", release="r1").paired.left_out == (ids["c7"],)


def test_a_version_against_itself_uses_all_of_its_runs(store: Store) -> None:
    add_run(store, "v2", passing(N))
    assert gate(store, "--self", "--baseline", "v2").exit_code == 4
    add_run(store, "v2", passing(N, range(0, N, 9)))
    told = json.loads(gate(store, "--self", "--baseline", "v2", "--json").stdout)
    assert told["n"] == N and told["flips"] > 0.1 and told["stopped"]["value"] > 0.5


def test_an_undecided_gate_asks_people(store: Store) -> None:
    add_run(store, "v2", passing(N, [50, 51]))
    add_run(store, "v3", passing(N, [1, 2, 3]))
    told = json.loads(gate(store, "--baseline", "v2", "--candidate", "v3", "--as", "eva", "--json").stdout)
    done = gate(store, "ask", told["decision_id"], "--as", "lea", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["changed"] == 5 and len(store.find(Pair)) == 45
    done = gate(store, "settle", told["decision_id"], "--as", "eva")
    assert done.exit_code == 4 and "5 of 5 changed cases wait" in done.output


def test_flips_go_to_review_in_pairs(store: Store) -> None:
    runs = [scored_run(store, add_run(store, v, passing(N, failed))) for v, failed in (("v2", []), ("v3", [1, 2]))]
    found, project, ids = compare(runs), project_of(store.path), ids_of(store)
    assert send_to_review(store, project, found, [ids["c1"], ids["c2"]], by="lea").pairs == 2
    assert {(p.name_a, p.name_b, p.origin) for p in store.find(Pair)} == {("v2", "v3", "comparison on r1")}
    with pytest.raises(Refused, match="role lead"):
        send_to_review(store, project, found, [ids["c1"]], by="eva")
    with pytest.raises(NothingToDo, match="no two answers differ"):
        send_to_review(store, project, compare([runs[0], runs[0]]), [ids["c1"]], by="lea")


def test_both_versions_are_asked_again(store: Store) -> None:
    first = add_run(store, "v2", passing(N))
    started = ask_again(store, first, by="eva", project=project_of(store.path), background=False)
    assert (started.version, started.release, started.options["repeats"]) == ("v2", "r1", 3)
    assert started.target == {**store.find(ExperimentRun, id=first)[0].target, **started.target}
    assert latest_run(store, version="v2", release="r1").run == first  # type: ignore[union-attr]
    with pytest.raises(Refused, match="came from a file"):
        ask_again(store, add_run(store, "v3", passing(N), kind="file"), by="eva", project=project_of(store.path))


def test_a_plan_asks_only_what_it_names(store: Store) -> None:
    runs = [scored_run(store, add_run(store, v, passing(N, failed))) for v, failed in (("v5", []), ("v6", [1, 2]))]
    before, after = runs
    learn = repeat_plan(before, after)
    (started,) = ask_as_planned(
        store, (before, after), learn, by="eva", project=project_of(store.path), background=False
    )
    assert started.version == "v5", "which cases flip shows in the baseline alone"
    assert set(started.options["more"].values()) == {LEARNED} and len(started.options["more"]) == N
    assert sum(started.options["more"].values()) - N == learn.calls
    with pytest.raises(NothingToDo, match="The bill is too small"):
        short = repeat_plan(before, after, max_calls=1)
        ask_as_planned(store, (before, after), short, by="eva", project=project_of(store.path), background=False)


def test_a_version_against_itself_proves_nothing(store: Store) -> None:
    add_run(store, "v4", passing(N, range(40)))
    done = gate(store, "--baseline", "v4", "--candidate", "v4", "--release", "r1", "--as", "eva")
    assert done.exit_code == 4 and "proves nothing" in done.output and not store.find(GateDecision)


def test_runs_that_were_scored_under_other_settings_are_not_compared(store: Store) -> None:
    add_run(store, "v2", passing(N, range(30)))
    add_run(store, "v3", passing(N, range(30)))
    settings = store.path.parent / "spotcheck.toml"
    settings.write_text('[scores]\nsemantic = ["contains"]\n')
    done = gate(store, "--baseline", "v2", "--candidate", "v3", "--release", "r1", "--as", "eva")
    assert done.exit_code == 4 and "no case has a result of both" in done.output
    run = latest_run(store, version="v2", release="r1")
    assert run is not None and run.cases[0].unscored["combined"] == (
        "contains has not scored it yet; score the run again"
    )
    settings.write_text('[scores]\nexecution = ["required"]\nsemantic = []\n')
    again = latest_run(store, version="v2", release="r1")
    assert again is not None and (again.cases[0].execution, again.cases[0].semantic) == (0.0, None)


def test_an_approved_version_without_a_run_is_named(store: Store) -> None:
    add_run(store, "v2", passing(N))
    add_run(store, "v3", passing(N))
    register(store, Wanted(id="v9"), by="eva")
    approve(store, "v9")
    told = json.loads(gate(store, "--baseline", "v2", "--candidate", "v3", "--as", "eva", "--json").stdout)
    assert any("v9: approved, but without a run over r1" in one for one in told["remarks"])
