"""The Versions page: what is in force, one version, registering, approving, and a run with its figures."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import app_pages
import pytest
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "review"))

from run_cases import agent, examples, released

from pages.parts.shared import figures
from pages.parts.versions import pictures
from review.experiments.runs.accuracy import Accuracy, percent_with_interval
from review.experiments.runs.listing import list_runs
from review.experiments.runs.running import RunRequest, start_run
from review.experiments.runs.working import work
from review.experiments.versions.lineage import lineage
from review.experiments.versions.registry import Version, approve, version_named
from review.judges.runs.locks import is_held, runs_folder
from review.people.people import add_person
from review.settings.project import project_of
from review.statistics.quantity import Quantity
from storage.opening import open_store
from storage.records_experiments import PromptVersion, VersionState
from storage.store import Store


@pytest.fixture
def shop(tmp_path: Path) -> Store:
    store = released(tmp_path, examples(["how many", "what sum", "which <b>one</b>"]))
    add_person(store, "lou", role="lead", by="lea")
    command = json.dumps(agent(tmp_path))
    text = f'[scores]\nsemantic = ["normalised"]\n[targets.shop]\nkind = "exec"\ncommand = {command}\n'
    (tmp_path / "spotcheck.toml").write_text(text)
    return store


def answered(store: Store, version: str, answer: str) -> None:
    path = store.path.parent / f"{version}.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"c-{k}", "answer": answer}) for k in range(2)))
    wanted = RunRequest(version=version, release="r1", kind="file", target={"path": str(path)})
    run = start_run(store, wanted, by="eva", project=project_of(store.path))
    work(store, run.id, project=project_of(store.path), environment={})


def texts(at: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "error", "warning", "subheader")
    return "\n".join(str(e.value) for kind in kinds for e in at.get(kind)).replace("\\", "").replace("\u2060", "")


def page(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str = "lea", **query: str) -> AppTest:
    return app_pages.run(store, monkeypatch, "versions", rater, **query)


def test_the_picture_and_the_sentences_write_an_accuracy_alike() -> None:
    row = PromptVersion(id="v4", prompt_hash="", at="2026-11-30T08:00", by="eva")
    quantity = Quantity(value=0.845, ci=(0.794, 0.896), n=200)
    found = {"v4": {"r1": Accuracy(combined=quantity, by_rules=quantity)}}
    state = VersionState(id="s", version="v4", state="pending", at=row.at, by="eva")
    known = {"v4": Version(registered=row, state=state)}
    drawn = pictures.lineage_chart(lineage([row]), known, found)
    assert list(drawn.frame["figure"]) == ["84.5%"] and percent_with_interval(quantity) == "84.5% (79.4% to 89.6%)"
    assert figures.interval(quantity, percent="tenths") == "79.4% to 89.6% · n = 200"


def test_versions_with_accuracy_lineage_and_what_is_in_force(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(shop, "v1", "42")
    approve(shop, "v1", by="lou", reason="the first version")
    at = page(shop, monkeypatch)
    said = texts(at)
    assert [next(iter(f.value.columns)) for f in at.dataframe if "what is new" in f.value] == ["version"]
    assert "v1 is in force" in said and "Accuracy: 100.0% on r1" in said
    one = texts(page(shop, monkeypatch, version="v2"))
    assert "pending" in one and "No run yet." in one and "made from v1" in one
    first = page(shop, monkeypatch, version="v1")
    assert "approved by lou, by waiver: the first version" in texts(first)
    seen = texts(page(shop, monkeypatch, view="runs"))
    assert "1 answer missing: the file has no answer to the case" in seen


def test_a_lead_registers_and_approves_and_others_do_not(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page(shop, monkeypatch)
    at.text_area(key="versions_prompt_0").set_value("Be exact.")
    at.text_input(key="versions_parameters_0").set_value("[1]")
    at.text_input(key="versions_id_0").set_value("v3")
    at.button(key="FormSubmitter:versions_register_0-Register").click().run()
    assert "expected an object such as" in texts(at)
    at.text_input(key="versions_parameters_0").set_value('{"t": 0}')
    at.button(key="FormSubmitter:versions_register_0-Register").click().run()
    assert version_named(shop, "v3").registered.parameters == {"t": 0}
    at = page(shop, monkeypatch, version="v3")
    at.button(key="version_v3_approve").click().run()
    assert "lea registered it" in texts(at)
    at = page(shop, monkeypatch, rater="lou", version="v3")
    at.text_input(key="version_v3_why").set_value("tried by hand").run()
    at.button(key="version_v3_approve").click().run()
    assert version_named(shop, "v3").state.waiver == "lou"
    assert "version_v3_approve" not in [b.key for b in page(shop, monkeypatch, rater="eva", version="v3").button]
    assert "needs the role adjudicator" in texts(page(shop, monkeypatch, rater="ana"))


def test_a_run_starts_in_the_background_and_shows_its_figures(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page(shop, monkeypatch, rater="eva", view="runs")
    try:
        at.button(key="versions_run_go_None").click().run()
        assert not at.exception
        until(lambda: [s.state for s in list_runs(shop)] == ["finished"])
    finally:
        for status in list_runs(shop):
            if is_held(shop, status.run.id):
                began = runs_folder(shop.path) / f"{status.run.id}.began"
                os.kill(int(began.read_text(encoding="utf-8").split()[1]), signal.SIGKILL)
    released(shop.path.parent, examples(["a new question"]), "r2", store=shop)
    at = page(shop, monkeypatch, rater="eva", view="runs")
    said = texts(at)
    assert "v2 over r1" in said.replace("*", "")
    assert "3 of 3 questions asked · command" in said
    assert at.selectbox(key="versions_run_release").value == "r1", "the release run last, though r2 is newer"


def test_a_store_without_versions_says_what_a_run_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "lea", role="lead", by="lea")
    at = page(store, monkeypatch, view="runs")
    assert "It needs a registered version and a golden release." in texts(at)
    links = [link.proto.label for link in at.get("page_link")]
    assert {"Register a version", "Make a release"} <= set(links)


def test_a_file_of_answers_says_what_is_in_it(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page(shop, monkeypatch, rater="eva", view="runs")
    at.selectbox(key="versions_run_target").set_value("a file of answers").run()
    assert "A table with the columns id and answer" in texts(at)


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end, waiting = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        waiting.wait(0.1)
