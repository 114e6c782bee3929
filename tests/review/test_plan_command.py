"""``spotcheck plan``: more items for a narrower interval, from files and from the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from review.commands.cli import spotcheck


def run(*arguments: str) -> dict:
    outcome = CliRunner().invoke(spotcheck, ["plan", *arguments, "--json"], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    """100 items, 20 of them wrong, of which the judge catches 15."""
    rows = [f"i{k},{'wrong' if k < 20 else 'right'},{'wrong' if k < 15 else 'right'}" for k in range(100)]
    file = tmp_path / "pairs.csv"
    file.write_text("item,truth,verdict\n" + "\n".join(rows), encoding="utf-8")
    return str(file)


def test_recall_needs_more_items_for_a_narrower_interval(pairs: str) -> None:
    # 15 of 20 caught: Wilson gives .531 to .888, half of it is .178. Positives are a fifth of all items.
    wide, narrow = (run("recall", "--file", pairs, "--positive", "wrong", "--half-width", w) for w in ("0.2", "0.05"))
    assert wide["half_width_now"] == pytest.approx(0.178, abs=0.001)
    assert wide["more"] == 0
    assert narrow["needed"] > 1000 and narrow["more"] == narrow["needed"] - 100


def test_quality_and_agreement_are_planned_from_their_files(tmp_path: Path, pairs: str) -> None:
    quality = run("quality", "--file", pairs, "--positive", "wrong", "--half-width", "0.02")
    assert quality["more"] > 0 and quality["half_width_now"] > 0.02
    ratings = tmp_path / "ratings.csv"
    rows = [f"i{k},{r},{'a' if (k + (r == 'y') * (k % 5 == 0)) % 2 else 'b'}" for k in range(60) for r in "xy"]
    ratings.write_text("item,rater,label\n" + "\n".join(rows), encoding="utf-8")
    agreement = run("agreement", "--file", str(ratings), "--scale", "nominal", "--half-width", "0.05")
    # The error shrinks with the root of the items: a quarter of the width takes about sixteen times as many.
    assert agreement["needed"] == pytest.approx(60 * (agreement["half_width_now"] / 0.05) ** 2, rel=0.02)


def test_on_the_store_there_is_a_plan_for_each_dimension(demo) -> None:
    found = run("quality", "--store", str(demo.path), "--half-width", "0.02")["dimensions"]
    assert set(found) == {"correctness", "politeness"}
    assert run("recall", "--store", str(demo.path), "--judge", "kind-judge", "--half-width", "0.1")["dimensions"]
    assert "intent" in run("agreement", "--store", str(demo.path), "--half-width", "0.1")["dimensions"]


def test_a_half_width_outside_0_to_1_is_refused(pairs: str) -> None:
    outcome = CliRunner().invoke(spotcheck, ["plan", "recall", "--file", pairs, "--half-width", "1.5"])
    assert outcome.exit_code == 2 and "--half-width" in outcome.output
