"""The ten functions for notebooks: from an exported release and answers in a table to a decision."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from gate_store import add_run, examples, released
from scored_runs import passing
from test_gate_files_cli import EXAMPLE

from review.basics.errors import InputError, NothingToDo
from review.experiments.notebook import frames as sp

N = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("notebook")
    rows = [
        {**EXAMPLE, "example_id": f"c{k}", "question": f"Where is parcel {k}?", "scenario": f"s{k % 4}"}
        for k in range(N)
    ]
    (found / "release.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (found / "spotcheck.toml").write_text('[scores]\nrun = ["exact"]\nsemantic = ["exact"]\n', encoding="utf-8")
    return found


def answers(wrong: set[int], cost: float = 0.01) -> pd.DataFrame:
    said = ["It is late." if k in wrong else "It left." for k in range(N)]
    return pd.DataFrame(
        {"id": [f"c{k}" for k in range(N)], "answer": said, "cost": cost + 0.0001 * pd.Series(range(N))}
    )


def test_from_a_release_and_answers_to_a_decision(folder: Path) -> None:
    release = folder / "release.jsonl"
    assert list(sp.load_release(release)["scenario"].unique()) == ["s0", "s1", "s2", "s3"]
    before = sp.score(release, answers(set()), version="v2", settings=folder)
    after = sp.score(release, answers(set(range(0, N, 4)), cost=0.002), version="v3", settings=folder)
    assert before["combined"].mean() == 1 and after["combined"].mean() == 0.75
    told = sp.gate(before, after)
    assert (told["decision"], told["broke"], told["n"]) == ("fail", 50, N)
    assert [s["name"] for s in told["slices"] if s["status"] == "fail"] == ["s0"]
    assert list(sp.accuracy(before, after)["value"]) == [1.0, 0.75]
    found = sp.compare(before, after).set_index(["measure", "version"])
    assert found.loc[("combined", "v3"), "difference_value"] == -0.25
    assert found.loc[("cost", "v3"), "better"] == "lower" and found.loc[("cost", "v3"), "difference_value"] < 0
    assert sp.compare(before, after).attrs["sentences"][0].startswith("v3 against v2: worse by more than 2 points")
    changed = sp.flips(before, after)
    assert len(changed) == 50 and set(changed["answer_after"]) == {"It is late."}
    assert sp.slices(before, after).query("name == 's0' and version == 'v3'")["value"].item() == 0
    wording = sp.wording(before, after, patterns={"late": "late"}).set_index(["property", "version"])
    assert wording.loc[("late", "v3"), "to_first"] == 0.25
    sp.save_results(before, folder / "baseline.jsonl")
    again = sp.load_results(folder / "baseline.jsonl", release)
    assert sp.gate(again, after)["drop"] == told["drop"]
    assert sp.load_results(folder / "baseline.jsonl", sp.load_release(release)).equals(again)
    with pytest.raises(InputError, match="a table without its file"):
        sp.load_results(folder / "baseline.jsonl", pd.DataFrame({"id": []}))


def test_repeats_and_missing_answers_are_kept(folder: Path) -> None:
    some = pd.concat([answers(set()), answers({0})]).iloc[: N + 1]
    made = sp.score(folder / "release.jsonl", some.drop(index=5), settings=folder)
    assert len(made) == N + 1 and made.query("case == 'c5'")["cause"].notna().all()
    assert list(made.query("case == 'c0'")["combined"]) == [1.0, 0.0]
    assert sp.gate(made, made)["missing_cases"] == ["c5"]


def test_a_plain_table_is_enough() -> None:
    before = pd.DataFrame({"case": [f"c{k}" for k in range(150)], "combined": 1.0, "tags": ["a,b", "a"] * 75})
    told = sp.gate(before, before.assign(combined=[0.0] * 30 + [1.0] * 120))
    assert told["decision"] == "fail" and {s["name"] for s in told["slices"]} == {"b"}
    assert sp.flips(before, before).empty
    with pytest.raises(InputError, match="expected combined too"):
        sp.gate(before.drop(columns="combined"), before)
    with pytest.raises(InputError, match="column combined: found 2"):
        sp.gate(before.assign(combined=2), before)
    with pytest.raises(InputError, match="expected id too"):
        sp.score("none", before)


def test_a_run_of_the_store_is_a_table(tmp_path: Path) -> None:
    store = released(tmp_path, examples(12))
    add_run(store, "v2", passing(12, [3]))
    found = sp.load_run(store.path, "v2", "r1")
    assert len(found) == 12 and found["combined"].sum() == 11 and set(found["version"]) == {"v2"}
    with pytest.raises(NothingToDo, match="v9 has no run"):
        sp.load_run(store.path, "v9", "r1")


def test_there_are_eleven_public_functions_and_each_says_what_it_does() -> None:
    public = {
        name: one
        for name, one in vars(sp).items()
        if inspect.isfunction(one) and one.__module__ == sp.__name__ and not name.startswith("_")
    }
    assert set(public) == {
        "load_release", "load_results", "load_run", "save_results", "score", "accuracy", "compare", "flips", "slices",
        "wording", "gate",
    }  # fmt: skip
    assert all(one.__doc__ for one in public.values())


def test_tables_that_cannot_be_compared_are_refused_in_words() -> None:
    table = pd.DataFrame({"case": [f"c{k}" for k in range(20)], "combined": [1.0] * 20})
    for other, said in (
        (table.astype({"combined": str}), "case c0, column combined: found '1.0'"),
        (table.assign(case=None), "row 1, column case: found nothing"),
        (pd.concat([table.assign(version="v1"), table.assign(version="v2")]), "found the versions v1, v2"),
    ):
        with pytest.raises(InputError, match=said):
            sp.gate(table, other)
    assert sp.gate(table.assign(combined=True), table)["n"] == 20


def test_answers_may_have_other_columns_and_repeats_by_question(folder: Path) -> None:
    made = answers(set()).assign(when=pd.Timestamp("2026-11-30"), context=[np.array(["a", "b"])] * N)
    made["id"] = [f"Where is parcel {k}?" for k in range(N)]
    strangers = pd.DataFrame({"id": ["nobody"] * 30, "answer": "?"})
    found = sp.score(folder / "release.jsonl", pd.concat([made, made, strangers]), settings=folder)
    assert len(found) == 2 * N and found["combined"].mean() == 1
