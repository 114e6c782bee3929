"""People check a random part of a run's answers; their labels correct its accuracy, with both uncertainties."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import spotcheck
from gate_store import add_run, examples, released
from scored_runs import passing, scored_run

from review.basics.errors import InputError, Refused
from review.experiments.runs.accuracy import accuracy_of
from review.experiments.runs.drawn_answers import counting, in_order
from review.experiments.runs.listing import accuracy_by_release, run_figures, status_of
from review.experiments.runs.people import sheet, take_labels
from review.experiments.runs.summary import figures_of
from review.rubric.rubric import current_rubric
from review.settings.project import project_of
from review.statistics.quantity import Quantity
from review.statistics.two_layer import LayerCase, two_layers
from review.statistics.two_phase import corrected


def test_the_estimate_and_its_error_are_those_of_the_published_formula() -> None:
    """Särndal, Swensson & Wretman 1992, section 9.7: N 400, n 40, by hand: 0.8 - 0.1, both variances."""
    rules = Quantity(value=0.8, ci=(0.76, 0.84), se=0.02, method="t", n=400)
    differences = [-1.0] * 6 + [1.0] * 2 + [0.0] * 32
    found = corrected(rules, differences, of=400)
    spread = (6 * 0.9**2 + 2 * 1.1**2 + 32 * 0.1**2) / 39
    assert found.value == pytest.approx(0.7) and found.se == pytest.approx(math.sqrt(0.02**2 + 0.9 * spread / 40))
    assert found.ci is not None and found.ci[0] < 0.6 < 0.8 < found.ci[1], "wider than the 0.76 to 0.84 of the rules"
    agree = corrected(rules, [0.0] * 10, of=400, largest=0.3)
    assert agree.value == 0.8 and agree.ci is not None and agree.ci[1] - agree.ci[0] > 0.12, "ten prove little"


@pytest.mark.parametrize(("too_kind", "execution"), [(0.05, True), (0.25, True), (0.25, False), (0.6, False)])
def test_the_interval_holds_the_truth_in_small_samples(too_kind: float, execution: bool) -> None:
    """200 cases, 10 of them checked (5%): the rules pass some answers that a person fails."""
    rng, held, values, tries = np.random.default_rng(11), 0, list[float](), 200
    truth = 0.7 * 0.9 + 0.3 * 0.7 if execution else 0.7
    for _ in range(tries):
        right = rng.random(200) < 0.7
        kind = right | (rng.random(200) < too_kind)
        ran = rng.random(200) < 0.9
        drawn = set(rng.choice(200, 10, replace=False).tolist())
        rows = [
            LayerCase(
                case=str(k), execution=float(ran[k]) if execution else None, semantic=float(kind[k]),
                human=float(right[k]) if k in drawn else None, drawn=k in drawn,
            )
            for k in range(200)
        ]  # fmt: skip
        found = two_layers(rows).combined
        assert found.value is not None and found.ci is not None
        values.append(found.value)
        held += found.ci[0] <= truth <= found.ci[1]
    assert np.mean(values) == pytest.approx(truth, abs=0.03)
    assert held >= 0.93 * tries, f"held in {held} of {tries}"


def test_labels_count_in_the_order_of_the_draw_up_to_the_first_gap(tmp_path: Path) -> None:
    store = released(tmp_path, examples(4))
    dimension = current_rubric(store)["correctness"]
    run = scored_run("v1", passing(40))
    order = [one.case.id for one in in_order(run)]
    assert sorted(order) == sorted(f"c{k}" for k in range(40)) and order != sorted(order)
    labels = dict.fromkeys((*order[:6], order[7]), "wrong")
    assert list(counting(run, labels, dimension)) == order[:6]
    told = replace(run, people=counting(run, labels, dimension), weights=(0.7, 0.3))
    assert accuracy_of(told).combined.value == 0.0 and figures_of(told).accuracy.by_rules.value == 1.0
    few = accuracy_of(replace(told, people=dict.fromkeys(order[:3], 0.0)))
    assert few.combined.value == pytest.approx(37 / 40) and "5 are needed" in few.words


def test_a_sheet_is_filled_in_and_corrects_the_run_everywhere(tmp_path: Path) -> None:
    store = released(tmp_path, examples(40))
    project = project_of(store.path)
    run = add_run(store, "v2", {f"c{k}": 1.0 for k in range(40)})
    text = sheet(store, run, project=project, share=0.5)
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 20 and set(rows[0]) == {"run", "case", "question", "answer", "sql", "label"}, (
        "no score is shown"
    )
    file = tmp_path / "checked.csv"

    def fill(*labels: str) -> None:
        told = [{**row, "label": label} for row, label in zip(rows, labels, strict=False)]
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, rows[0].keys())
            writer.writeheader()
            writer.writerows(told)

    fill(*["wrong"] * 5, *["correct"] * 15)
    with pytest.raises(Refused, match="adjudicator"):
        take_labels(store, run, file, project=project, by="ana")
    done = take_labels(store, run, file, project=project, by="eva")
    assert (done.labelled, done.counted, done.of) == (20, 20, 40)
    figures = run_figures(store, run, project=project)
    assert figures.accuracy.combined.value == pytest.approx(0.75) and figures.accuracy.by_rules.value == 1.0
    assert "corrected by 20 answers" in figures.accuracy.words and figures.to_json()["checked"] == 20
    assert status_of(store, run).state == "finished", "labels do not change how far a run is"
    assert accuracy_by_release(store, "v2", project=project)["r1"].combined.value == pytest.approx(0.75)
    fill("perhaps")
    with pytest.raises(InputError, match="'label': found 'perhaps', expected one of wrong, partly, correct"):
        take_labels(store, run, file, project=project, by="eva")
    again = tmp_path / "again.csv"
    words = ("runs", "check", run, "--as", "eva", "--json")
    assert spotcheck(tmp_path, *words, "--write", str(again)).returncode == 0 and again.read_text().count("\n") == 11
    assert spotcheck(tmp_path, *words).returncode == 2, "one of the two is needed"
    rows[0]["case"] = "nobody"
    fill("wrong")
    with pytest.raises(InputError, match="a case of this run"):
        take_labels(store, run, file, project=project, by="eva")


def test_the_sheet_of_another_run_and_two_labels_of_one_case_are_refused(tmp_path: Path) -> None:
    store = released(tmp_path, examples(8))
    project, file = project_of(store.path), tmp_path / "checked.csv"
    ours, theirs = (add_run(store, version, {f"c{k}": 1.0 for k in range(8)}) for version in ("v2", "v3"))
    rows = list(csv.DictReader(sheet(store, theirs, project=project, share=0.9).splitlines()))

    def fill(*labels: str) -> None:
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, rows[0].keys())
            writer.writeheader()
            writer.writerows({**row, "label": label} for row, label in zip(rows, labels, strict=False))

    fill(*["wrong"] * 8)
    with pytest.raises(InputError, match=f"expected 'run {ours}'|run {ours}.*another run"):
        take_labels(store, ours, file, project=project, by="eva")
    assert take_labels(store, theirs, file, project=project, by="eva").counted == 8
    rows[1] = rows[0]
    fill("wrong", "correct")
    with pytest.raises(InputError, match="'wrong', as the file says of this case before"):
        take_labels(store, theirs, file, project=project, by="eva")
