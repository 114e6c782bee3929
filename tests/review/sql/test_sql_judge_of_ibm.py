"""A published judge of SQL answers against execution: from result tables to its precision and recall, by commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from review.commands.cli import spotcheck


def run(*args: str) -> dict[str, Any]:
    done = CliRunner().invoke(spotcheck, [*args, "--json"])
    assert done.exception is None, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def of_archer(path: Path) -> Iterator[dict[str, Any]]:
    """The answers of IBM's run on Archer that were evaluated, with the verdict of its LLM judge."""
    for question in orjson.loads(path.read_bytes()):
        for model, given in question["predictions"].items():
            judged = given.get("evaluation") or {}
            if "execution_accuracy" in judged:
                yield {
                    "id": f"{question['id']} {model}",
                    "reference": question["sql"][0],
                    "generated_result": given.get("predicted_df") or {"error": "no result"},
                    "reference_result": question["gt_df"],
                    "verdict": "right" if judged["llm_score"] == 1 else "wrong",
                }


def written(folder: Path, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> Path:
    file = folder / "answers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_the_judge_of_ibm_accepts_twice_what_execution_proves(shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / "text2sql" / "ibm_results" / "archer_en_dev_test_10-predictions_eval.json"
    file, truth = written(tmp_path, of_archer(source)), tmp_path / "truth.csv"
    compared = run("sql", "compare", "--file", str(file), "--empty-is-right", "--truth", str(truth))
    accuracy = compared["execution_accuracy"]
    assert accuracy["n"] == 92 and accuracy["value"] == pytest.approx(24 / 92)
    found = run("calibrate", "--file", str(truth), "--positive", "right")
    right, wrong = found["classes"]["right"], found["classes"]["wrong"]
    assert (found["n"], found["no_verdict"]) == (92, 0)
    assert found["confusion"] == {"right": {"right": 24, "wrong": 0}, "wrong": {"right": 29, "wrong": 39}}
    for quantity, value, low, high in (
        (right["precision"], 24 / 53, 0.32, 0.59),
        (right["recall"], 1.0, 0.85, 1.0),
        (wrong["recall"], 39 / 68, 0.45, 0.69),
        (wrong["precision"], 1.0, 0.90, 1.0),
    ):
        assert quantity["value"] == pytest.approx(value)
        assert quantity["ci"] == pytest.approx([low, high], abs=0.025)


def test_answers_without_evidence_have_no_truth(tmp_path: Path) -> None:
    one, none = {"columns": ["a"], "rows": [[1]]}, {"columns": ["a"], "rows": []}
    rows = [
        {"id": "same", "generated_result": one, "reference_result": one, "verdict": "right"},
        {"id": "other", "generated_result": {"columns": ["a"], "rows": [[2]]}, "reference_result": one, "verdict": ""},
        {"id": "=empty", "generated_result": none, "reference_result": none, "verdict": "wrong"},
    ]
    file, truth = written(tmp_path, [{**row, "reference": "SELECT a FROM t"} for row in rows]), tmp_path / "truth.csv"
    run("sql", "compare", "--file", str(file), "--truth", str(truth))
    assert truth.read_text().splitlines() == [
        "item,truth,verdict",
        "same,right,right",
        "other,wrong,",
        "'=empty,,wrong",
    ]
    run("sql", "compare", "--file", str(file), "--truth", str(truth), "--empty-is-right")
    assert truth.read_text().splitlines()[-1] == "'=empty,right,wrong"
