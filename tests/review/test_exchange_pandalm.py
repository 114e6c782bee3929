"""PandaLM end to end: 999 items, three raters and two judges, through label and verdict files.

Data: WeOpenML/PandaLM, data/testset-v1.json and the two judges' results (Apache-2.0). Values 0 (tie), 1, 2.
"""

import csv
from collections import Counter
from pathlib import Path

import orjson
import pytest
from golden_store import new_store

from review.current.settled import settled_labels
from review.evidence.evidence import ratings_by_dimension
from review.exchange.label_export import export_labels
from review.exchange.labels import import_labels, read_labels
from review.exchange.verdicts import import_verdicts, read_verdicts
from review.statistics.agreement.report import agreement_report
from storage.records_review import Verdict
from storage.records_weeks import Item

DATA = Path(__file__).parents[3] / "shared" / "data" / "raters_and_judges"
RUBRIC = {"dimensions": [{"name": "preference", "scale": "nominal", "values": ["0", "1", "2"]}]}
WEEK = "2026-W40"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the PandaLM files are not on this machine")


def read(name):
    return orjson.loads((DATA / name).read_bytes())


def write(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pandalm")
    store = new_store(folder, RUBRIC)
    items = read("pandalm_testset_v1.json")
    votes = [(f"{i['idx']}", f"annotator{k}", i[f"annotator{k}"]) for i in items for k in (1, 2, 3)]
    labels = write(folder / "labels.csv", [("item", "rater", "value"), *votes])
    gpt = [(g["idx"], "gpt-3.5", str(g["gpt_result"]).replace("Tie", "0")) for g in read("pandalm_judge_gpt35.json")]
    own = [(p["idx"], "pandalm-7b", p["pandalm_result"]) for p in read("pandalm_judge_pandalm7b.json")]
    verdicts = write(folder / "verdicts.csv", [("item", "judge", "label"), *gpt, *own])
    people_said = import_labels(store, read_labels(labels), by="lea", week=WEEK, dimension="preference")
    judges_said = import_verdicts(
        store, read_verdicts(verdicts), by="lea", dimension="preference", unknown_as_missing=True
    )
    return store, people_said, judges_said, labels


def test_every_label_and_verdict_is_imported(loaded):
    store, people_said, judges_said, _ = loaded
    assert (people_said.rows, people_said.annotations, people_said.new_items) == (2997, 2997, 999)
    assert people_said.new_raters == ("annotator1", "annotator2", "annotator3")
    assert (judges_said.added, judges_said.unknown_items) == (1998, 0)
    assert judges_said.no_verdict == {"unparseable": 25}
    assert {v.raw for v in store.find(Verdict, value=None)} == {"garbage"}
    assert all(i.purposive and i.stratum is None for i in store.find(Item))


def test_a_second_import_adds_nothing(loaded):
    store, _, _, labels = loaded
    again = import_labels(store, read_labels(labels), by="lea", dimension="preference")
    assert (again.annotations, again.unchanged, again.new_items, again.new_raters) == (0, 2997, 0, ())


def test_agreement_is_what_the_repository_publishes(loaded):
    report = agreement_report(ratings_by_dimension(loaded[0], [WEEK])["preference"], bootstrap=0)
    # The repository publishes 0.85, 0.88 and 0.86 for the pairs of annotators.
    kappas = [round(p.cohen_kappa, 4) for p in report.pairs]
    assert kappas == [0.8520, 0.8789, 0.8617]
    assert (report.items, report.raters, report.ratings) == (999, 3, 2997)
    assert round(report.coefficients["krippendorff_alpha.nominal"].value, 4) == 0.8642


def test_every_item_has_a_majority_and_the_judges_are_right_as_often_as_published(loaded):
    store = loaded[0]
    settled = {item: s.value for (item, _), s in settled_labels(store, [WEEK]).items()}
    assert Counter(settled.values()) == {"2": 472, "1": 422, "0": 105}
    for judge, published in (("gpt-3.5", 0.6977), ("pandalm-7b", 0.6677)):
        right = sum(v.value == settled[v.item_id] for v in store.find(Verdict, judge=judge))
        assert round(right / 999, 4) == published  # a missing verdict counts as wrong here


def test_the_export_has_the_labels_that_were_imported(loaded, tmp_path):
    store, _, _, labels = loaded
    assert export_labels(store, tmp_path / "out.csv", by="lea") == 2997
    went_in = {(r["item"], r["rater"], r["value"]) for r in csv.DictReader(labels.open())}
    came_out = {
        (r["item"].removeprefix("labels/"), r["rater"], r["label"])
        for r in csv.DictReader((tmp_path / "out.csv").open())
    }
    assert came_out == went_in
