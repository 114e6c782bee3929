"""People's checks of runs where people decide: the gate, its files, Compare, Versions and the weekly report."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app_pages import run as page_of
from gate_store import add_run, examples, released
from scored_runs import Score, passing, scored_run
from streamlit.testing.v1 import AppTest

from review.basics.errors import InputError
from review.experiments.comparing.comparison import compare
from review.experiments.comparing.trend import points
from review.experiments.comparing.verdict import checks
from review.experiments.decisions import standing
from review.experiments.gating.keeping import keep, waive
from review.experiments.gating.outcome import gate_runs
from review.experiments.gating.versions_gate import gate_versions
from review.experiments.gating.written import short_markdown, title
from review.experiments.notebook import frames as sp
from review.experiments.notebook.tables import run_of, table_of
from review.experiments.runs.accuracy import accuracy_of
from review.experiments.runs.cases import ReleaseCases
from review.experiments.runs.drawn_answers import in_order
from review.experiments.runs.people import sheet, take_labels
from review.experiments.runs.result_file import read_results, write_results
from review.experiments.values import ScoredRun
from review.people.people import add_person
from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.report.page import report_html
from review.settings.project import project_of
from review.statistics.gate.evidence import limits
from review.statistics.quantity import Quantity
from review.statistics.two_phase import corrected_difference, shift
from storage.store import Store

N = 300


def checked(version: str, n: int, *, wrong: int, scores: Mapping[str, Score] | None = None) -> ScoredRun:
    """A run of ``N`` cases of which people checked ``n`` and called ``wrong`` of those that pass wrong."""
    made = scored_run(version, scores or passing(N))
    drawn = in_order(made)[:n]
    found = {one.case.id: float(one.combined or 0) for one in drawn}
    passed = [one.case.id for one in drawn if one.combined == 1]
    return replace(made, people={**found, **dict.fromkeys(passed[:wrong], 0.0)})


def test_the_corrected_difference_is_the_paired_one_moved_by_both_sides() -> None:
    """0.05 by rules; people move one side by -0.1 and the other by -0.3; by hand, as the sum of three variances."""
    first = shift([-1.0] * 2 + [0.0] * 18, of=200)
    second = shift([-1.0] * 6 + [0.0] * 14, of=200)
    found = corrected_difference(Quantity(value=0.05, ci=(0.01, 0.1), se=0.02, n=200), first, second)
    assert found.value == pytest.approx(0.05 - 0.1 + 0.3) and found.ci is not None
    assert found.ci[0] == pytest.approx(0.25 - math.hypot(0.04, first.below, second.above))
    assert found.ci[1] == pytest.approx(0.25 + math.hypot(0.05, first.above, second.below))
    variances = 0.02**2 + 0.9 * (2 * 0.9**2 + 18 * 0.1**2) / 19 / 20 + 0.9 * (6 * 0.7**2 + 14 * 0.3**2) / 19 / 20
    assert found.se == pytest.approx(math.sqrt(variances))


@pytest.mark.parametrize(("kind_to_first", "kind_to_second"), [(0.0, 0.0), (0.2, 0.2), (0.05, 0.4)])
def test_the_corrected_difference_holds_the_truth(kind_to_first: float, kind_to_second: float) -> None:
    """200 cases, 20 of each version checked; the rules pass some wrong answers, and of one version more."""
    rng, held, values, tries = np.random.default_rng(5), 0, list[float](), 300
    for _ in range(tries):
        right = [rng.random(200) < p for p in (0.8, 0.7)]
        rules = [r | (rng.random(200) < k) for r, k in zip(right, (kind_to_first, kind_to_second), strict=True)]
        paired = rules[0].astype(float) - rules[1]
        by_rules = Quantity(value=float(paired.mean()), ci=limits(paired, level=0.95), n=200)
        shifts = []
        for r, s in zip(right, rules, strict=True):
            drawn = rng.choice(200, 20, replace=False)
            shifts.append(shift((r[drawn].astype(float) - s[drawn]).tolist(), of=200))
        found = corrected_difference(by_rules, *shifts)
        assert found.value is not None and found.ci is not None
        values.append(found.value)
        held += found.ci[0] <= 0.1 <= found.ci[1]
    assert np.mean(values) == pytest.approx(0.1, abs=0.02)
    assert held >= 0.93 * tries, f"held in {held} of {tries}"


def test_a_pass_that_people_contradict_is_none_until_somebody_waives_it() -> None:
    plain = gate_runs(scored_run("v2", passing(N)), scored_run("v3", passing(N)))
    assert plain.decision == "pass" and plain.checks is None
    made = gate_runs(checked("v2", 40, wrong=0), checked("v3", 40, wrong=14))
    assert made.decision == "inconclusive" and made.open == ("people",) and made.id != plain.id
    assert title(made) == "INCONCLUSIVE: people's checks contradict the rules"
    assert "people's checks contradict a pass: corrected by them, the drop is +35.0 points" in made.reasons[0]
    assert "moves its accuracy from 100.0%" in made.reasons[1] and "of v3 at random" in made.reasons[1]
    assert made.to_json()["checks"]["drop"]["value"] == pytest.approx(0.35)
    assert "People's checks contradict a pass" in short_markdown(made)


def test_checks_that_agree_are_a_remark_and_decide_nothing() -> None:
    made = gate_runs(checked("v2", 40, wrong=0), checked("v3", 40, wrong=0))
    assert made.decision == "pass" and any(
        "40 answers of v2 and 40 answers of v3: corrected" in r for r in made.remarks
    )
    one = gate_runs(scored_run("v2", passing(N)), checked("v3", 40, wrong=0))
    assert one.decision == "pass" and any("too few to correct the drop" in r for r in one.remarks)
    moved = gate_runs(scored_run("v2", passing(N)), checked("v3", 40, wrong=14))
    assert moved.decision == "pass" and any("rules and people do not agree" in r for r in moved.reasons)


def test_a_fail_that_people_contradict_says_so_and_stays_one() -> None:
    """The rules are strict with the candidate alone: people call right what they fail."""
    failed = scored_run("v3", passing(N, range(60)))
    drawn = in_order(failed)[:200]
    kind = replace(failed, people={one.case.id: 1.0 for one in drawn})
    made = gate_runs(checked("v2", 200, wrong=0), kind)
    assert made.decision == "fail" and made.open == ("fail",)
    assert any("people's checks contradict the fail" in reason for reason in made.reasons)


def test_results_files_carry_the_checks(tmp_path: Path) -> None:
    run = replace(checked("v3", 40, wrong=14), weights=(0.7, 0.3))
    cases = tuple(one.case for one in run.cases)
    write_results(tmp_path / "v3.jsonl", run)
    again = read_results(tmp_path / "v3.jsonl", ReleaseCases("r1", "d1", cases).cases)
    assert again.people == run.people and again.weights == run.weights
    assert accuracy_of(again) == accuracy_of(run)


def test_compare_and_trend_say_which_figure_is_which() -> None:
    both = [checked("v2", 40, wrong=0), checked("v3", 40, wrong=14)]
    found = compare(both)
    assert found.figure("combined", 1).value == 1.0 and found.accuracy(1).combined.value == pytest.approx(0.65)
    assert found.corrected_difference(1).value == pytest.approx(-0.35)
    told = checks(found)
    assert "v3: 65.0%" in told[1] and "corrected by 40 answers" in told[1] and "by rules alone 100.0%" in told[1]
    assert told[2].startswith("v3 against v2, corrected by people: −35.0 points (")
    assert checks(compare([scored_run("v2", passing(9)), scored_run("v3", passing(9))])) == []
    assert points(both)[1].accuracy.combined.value == pytest.approx(0.65), "the figure of the Versions page"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """v2 and v3 pass every case by rules; people find half of the checked answers of v3 wrong."""
    found = released(tmp_path, examples(60))
    for version, wrong in (("v2", 0), ("v3", 15)):
        run = add_run(found, version, passing(60))
        label(found, run, wrong)
    return found


def label(store: Store, run: str, wrong: int) -> None:
    project, file = project_of(store.path), store.path.with_name("checked.csv")
    rows = list(csv.DictReader(sheet(store, run, project=project, share=0.5).splitlines()))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "label": "wrong" if k < wrong else "correct"} for k, row in enumerate(rows))
    take_labels(store, run, file, project=project, by="eva")


def said(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(str(e.value) for e in (*at.markdown, *at.caption, *at.success, *at.warning, *at.info, *at.error))


def test_pages_and_report_show_the_corrected_figure(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page_of(store, monkeypatch, "compare", "lea", versions="v2,v3", view="figures")
    frame = at.dataframe[0].value.set_index(["figure", "version"])
    assert frame.loc[("combined, corrected by people", "v3"), "value"] == "50.0%"
    assert frame.loc[("combined, corrected by people", "v3"), "checked"] == 30
    assert frame.loc[("combined, by rules alone", "v3"), "value"] == "100.0%"
    assert "corrected by 30 answers, drawn at random, that people checked" in said(at)
    at = page_of(store, monkeypatch, "compare", "lea", versions="v2,v3", view="gate")
    assert "People's checks speak against the candidate" in said(at).replace("\\", "")
    for view in ({}, {"version": "v3"}):
        at = page_of(store, monkeypatch, "versions", "lea", view="versions", **view)
        assert "corrected by 30 answers, drawn at random, that people checked; by rules alone 100.0%" in said(at)
    report = week_report(store, "2026-W47", bootstrap=10)
    for text in (report_html(report), report_markdown(report).replace("\\", "")):
        assert "v3 on r1: 50.0% (" in text and "corrected by 30 answers" in text
    assert report.to_json()["versions"][0]["by_rules"]["value"] == 1.0


def test_a_label_that_comes_later_is_on_the_page_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = add_run(store, "v4", passing(60))
    query = {"versions": "v2,v4", "view": "figures"}
    at = page_of(store, monkeypatch, "compare", "lea", **query)
    assert "nobody checked its answers" in set(at.dataframe[0].value["95% interval"])
    label(store, run, 30)
    at = page_of(store, monkeypatch, "compare", "lea", **query)
    frame = at.dataframe[0].value.set_index(["figure", "version"])
    assert frame.loc[("combined, corrected by people", "v4"), "value"] == "0.0%"


def test_a_kept_decision_stays_when_labels_come_and_a_waiver_covers_people(store: Store) -> None:
    add_person(store, "max", role="adjudicator", by="lea")
    before = keep(store, gate_versions(store, baseline="v2", candidate="v3", release="r1"), by="lea")
    assert "people" in before.open and before.decision.decision == "inconclusive"
    run = add_run(store, "v3", passing(60))
    label(store, run, 0)
    after = keep(store, gate_versions(store, baseline="v2", candidate="v3", release="r1"), by="lea")
    assert after.decision.id != before.decision.id and "people" not in after.open
    assert standing(store, before.decision) == before, "what is on record stays as it was"
    waived = waive(store, before.decision.id, by="max", reason="The rubric changed since.")
    assert waived.may_ship


def test_tables_of_a_notebook_keep_what_people_checked() -> None:
    before, after = scored_run("v2", passing(N)), replace(checked("v3", 40, wrong=14), weights=(0.25, 0.75))
    tables = [table_of(replace(before, unproven="nobody can tell")), table_of(after)]
    back = run_of(tables[1])
    assert (back.people, back.weights, run_of(tables[0]).unproven) == (after.people, (0.25, 0.75), "nobody can tell")
    told = sp.accuracy(*tables).set_index("version").loc["v3"]
    assert told["value"] == pytest.approx(accuracy_of(after).combined.value)
    assert (told["by_rules"], told["checked"]) == (1.0, 40)
    made = gate_runs(before, after)
    assert made.checks is not None and sp.gate(*tables)["checks"] == made.checks.to_json()
    assert sp.compare(*tables).attrs["checks"] == checks(compare([before, after]))
    bare = tables[1][["case", "combined", "people"]]
    assert sp.accuracy(bare)["value"].item() < 1.0, "one score and people's are enough"
    with pytest.raises(InputError, match="column people: found 7"):
        sp.accuracy(bare.assign(people=7))
