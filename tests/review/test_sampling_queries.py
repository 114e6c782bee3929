"""The group of conversations with a query: people check a share of them that nothing else would draw."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from review.basics.errors import InputError, Refused
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import Project, project_of
from review.sources.import_into import import_into
from review.sources.options import import_options
from review.week.drawing import Request, preview
from review.week.grouping import grouping_of, sealed_grouping
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Stratum
from storage.store import Store

WEEK = "2026-W45"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Project]:
    folder = tmp_path_factory.mktemp("queries")
    (folder / "spotcheck.toml").write_text('[sql]\ndialect = "sqlite"\n[checks]\nrun = []\n', encoding="utf-8")
    store = open_store(folder / "spotcheck.db")
    project = project_of(store.path)
    for name, role in (("lea", "lead"), ("ana", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    rows = [
        {
            "id": f"c{k}", "created_at": "2026-11-03", "question": "How many?", "answer": "Two of them.",
            "sql": "SELECT 1" if k % 2 else "", "status": "error" if k % 100 == 1 else "ok",
        }
        for k in range(2000)
    ]  # fmt: skip
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    import_into(store, file, import_options(project), by="lea")
    open_week(store, project, Request(week=WEEK, rate=0.01, failing=1, raters=("ana",)), by="lea")
    return store, project


def strata(store: Store) -> dict[str, Stratum]:
    return {s.name: s for s in store.find(Stratum, week=WEEK)}


def test_queries_outside_failing_ones_are_drawn_at_their_share(drawn: tuple[Store, Project]) -> None:
    found = strata(drawn[0])
    assert {name: s.population for name, s in found.items()} == {
        "failing": 20, "low_confidence": 0, "sql": 980, "rest": 1000,
    }  # fmt: skip
    assert found["sql"].probability == 0.05 and found["rest"].probability == 0.01
    assert 30 <= found["sql"].sampled <= 70


def test_a_week_keeps_the_group_and_its_share_only_rises(drawn: tuple[Store, Project]) -> None:
    store, project = drawn
    later = preview(store, replace(project, sql_spot_check=None), Request(week=WEEK, rate=0.01))
    assert {s.name: s.probability for s in later.strata}["sql"] == 0.05
    more = preview(store, project, Request(week=WEEK, rate=0.01, sql_spot_check=0.1))
    assert {s.name: s.probability for s in more.strata}["sql"] == 0.1
    with pytest.raises(InputError, match="sql_spot_check: found 2, expected a share"):
        preview(store, project, Request(week=WEEK, rate=0.01, sql_spot_check=2))


def test_a_week_drawn_without_the_group_stays_without_it(tmp_path: Path) -> None:
    project = Project(path=tmp_path / "spotcheck.toml", sql_spot_check=0.05)
    old = {"groups": {"confidence": 0.5, "failing_checks": [], "judges_disagree": False}}
    assert sealed_grouping(project, WEEK, old).sql_share is None
    with pytest.raises(Refused, match="drawn without the group sql"):
        sealed_grouping(project, WEEK, old, sql_share=0.1)
    assert grouping_of(project).groups[-1].name == "sql"
    assert [g.name for g in grouping_of(project, sql_share=0).groups] == ["failing", "low_confidence"]


@pytest.mark.parametrize(
    ("toml", "share"), [("", None), ('[sql]\ndialect = "sqlite"', 0.05), ("[sampling]\nsql_spot_check = 0.2", 0.2),
                        ('[sampling]\nsql_spot_check = 0\n[sql]\ndialect = "sqlite"', None)],
)  # fmt: skip
def test_the_share_is_a_setting(tmp_path: Path, toml: str, share: float | None) -> None:
    (tmp_path / "spotcheck.toml").write_text(toml, encoding="utf-8")
    assert project_of(tmp_path / "spotcheck.db").sql_spot_check == share
