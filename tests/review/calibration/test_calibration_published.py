"""Published figures of judges (and of a medical test) against the truth."""

import json
from pathlib import Path

import pytest

from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.report import calibration_report

DATA = Path(__file__).resolve().parents[2] / "data" / "calibration"
PANDALM = Path(__file__).resolve().parents[4] / "shared" / "data" / "raters_and_judges"

CASE = json.loads((DATA / "begg_greenes1983.json").read_text())


def begg_greenes(design: str):
    labelled = {"1": 263, "0": 81}
    rows = []
    for cell in CASE["cells"]:
        for k in range(cell["n"]):
            name = f"{cell['verdict']}{cell['truth']}-{k}"
            if design == "population":
                extra = {"stratum": cell["verdict"], "population": cell["population"]}
            else:
                extra = {"weight": cell["population"] / labelled[cell["verdict"]]}
            rows.append(CalibrationRow(item=name, truth=cell["truth"], verdict=cell["verdict"], **extra))
    return calibration_report(calibration_data(rows), positive="1")


@pytest.mark.parametrize("design", ["population", "weight"])
def test_verdict_dependent_sampling_gives_begg_and_greenes_figures(design):
    # weights 429/263 = 1.631 (test positive) and 221/81 = 2.728 (negative):
    # recall = 231 * 1.631 / (231 * 1.631 + 27 * 2.728) = 376.8 / 450.5 = .836, unweighted 231/258 = .895
    report = begg_greenes(design)
    for name, value in CASE["weighted"].items():
        assert report.weighted[name].value == pytest.approx(value, abs=1e-9)
    for name, value in CASE["unweighted"].items():
        assert report.unweighted[name].value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("key, value", CASE["published"].items())
def test_printed_figures_are_met_to_their_rounding(key, value):
    kind, name = key.split(".")
    assert getattr(begg_greenes("population"), kind)[name].value == pytest.approx(value, abs=0.005)


@pytest.mark.parametrize("name, se", CASE["se_without_fpc"].items())
def test_weights_alone_give_the_stratified_taylor_error_without_correction(name, se):
    assert begg_greenes("weight").weighted[name].se == pytest.approx(se, abs=1e-6)


@pytest.mark.parametrize("name, se", CASE["se_with_fpc"].items())
def test_populations_give_the_taylor_error_with_finite_population_correction(name, se):
    assert begg_greenes("population").weighted[name].se == pytest.approx(se, abs=1e-6)


def test_a_sample_that_follows_the_verdict_gives_a_warning():
    report = begg_greenes("population")
    assert any("recall 0.836 instead of 0.895" in w for w in report.warnings)


@pytest.mark.skipif(not PANDALM.is_dir(), reason="the PandaLM judgements are not beside this checkout")
@pytest.mark.parametrize(
    "judge, field, accuracy, per_class",
    [
        ("gpt35", "gpt_result", 0.6977, {"0": (0.1316, 0.0476), "1": (0.7217, 0.7867), "2": (0.7563, 0.7627)}),
        ("pandalm7b", "pandalm_result", 0.6677, {"0": (0.2991, 0.3048), "1": (0.6882, 0.7062), "2": (0.7342, 0.7140)}),
    ],
)
def test_pandalm_figures_with_unparseable_verdicts_counted_wrong(judge, field, accuracy, per_class):
    # Wang et al. (2024), PandaLM, ICLR; 999 items, majority of three annotators; 0 is a tie
    items = json.loads((PANDALM / "pandalm_testset_v1.json").read_text())
    said = {row["idx"]: str(row[field]) for row in json.loads((PANDALM / f"pandalm_judge_{judge}.json").read_text())}
    rows = []
    for item in items:
        votes = [str(item[f"annotator{k}"]) for k in (1, 2, 3)]
        verdict = {"Tie": "0", "tie": "0"}.get(said[item["idx"]], said[item["idx"]])
        rows.append(CalibrationRow(item=str(item["idx"]), truth=max(votes, key=votes.count), verdict=verdict))
    data = calibration_data(rows, values=("0", "1", "2"))
    report = calibration_report(data, positive=None, missing="wrong")
    assert report.n == 999
    assert report.weighted["accuracy"].value == pytest.approx(accuracy, abs=5e-5)
    for value, (precision, recall) in per_class.items():
        assert report.classes[value].precision.value == pytest.approx(precision, abs=5e-5)
        assert report.classes[value].recall.value == pytest.approx(recall, abs=5e-5)
    dropped = calibration_report(data, positive=None)
    assert dropped.n + dropped.no_verdict == 999
    if judge == "gpt35":
        assert dropped.no_verdict == 25
        assert any("25 verdicts outside" in w for w in dropped.warnings)
