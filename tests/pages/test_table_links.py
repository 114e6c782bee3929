"""Each table of the pages leads from its rows to what they are about, or stands here with the reason why it cannot."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from app_pages import run
from syntax_trees import nodes, tree

from review.golden.releases import examples_of, releases
from review.rubric.rubric import current_rubric
from storage.records_log import Import
from storage.store import Store

PAGES = Path(__file__).resolve().parents[2] / "pages"
FIGURES = "its rows are figures that stand for many items"
HERE = "all that there is to read of a row stands in it, or on the same page"
NO_TARGET = {
    "ab": FIGURES,
    "agreement_all": FIGURES,
    "agreement_raters": FIGURES,
    "alerts_closed": HERE,
    "compare_case_scores": HERE,
    "compare_figures": FIGURES,
    "compare_judges": FIGURES,
    "compare_missing": "a case without a result of both versions has no comparison to open",
    "compare_two": FIGURES,
    "compare_wording": FIGURES,
    "control_checks": HERE,
    "conversations_rejections_{}": "a rejected row never came into the store",
    "curating_difference": "its rows are cells of two results of a query",
    "engaged": FIGURES,
    "erasure_exports_{}": "an exported file is outside the store",
    "example_judges": HERE,
    "example_result": "its rows are those of the result of a query",
    "example_votes": HERE,
    "failure_steps_{}": HERE,
    "health_after": FIGURES,
    "health_types": FIGURES,
    "health_{}": FIGURES,
    "holds": HERE,
    "managing_people": "a person has no page",
    "managing_{}": "a rejected row never came into the store",
    "messages_log": HERE,
    "own_weeks": FIGURES,
    "pack_differences": HERE,
    "pack_draws": HERE,
    "pairs_places": FIGURES,
    "planning_strata": "the draw is not made yet",
    "preview_rejections": "a rejected row never came into the store",
    "preview_rows": "nothing is imported yet",
    "retention_held": HERE,
    "retention_history": HERE,
    "rubric_comparable": FIGURES,
    "run_{}_{}": FIGURES,
    "weekly_others_{}_{}": FIGURES,
    "weekly_precision": FIGURES,
    "{}": "the caller names it",
    "{}_classes": FIGURES,
    "{}_metrics": FIGURES,
    "{}_sides": FIGURES,
    "{}_tests": FIGURES,
}


def tables() -> dict[str, bool]:
    """Return, by the key of each table that ``figures.table`` draws, whether its rows have a link."""
    found: dict[str, bool] = {}
    for path in sorted(PAGES.rglob("*.py")):
        for node in nodes(tree(path), ast.Call):
            if ast.unparse(node.func) not in ("figures.table", "table"):
                continue
            given = {one.arg: one.value for one in node.keywords}
            if "file_name" in given:
                found[key_of(given["key"])] = "config" in given
    return found


def key_of(node: ast.expr) -> str:
    """Return a key with {} for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return "{}"


def test_each_table_leads_from_its_rows_or_says_why_not() -> None:
    without = {key for key, linked in tables().items() if not linked}
    assert not without - NO_TARGET.keys(), "give its rows a link: rows.choose, or config with rows.link"
    assert not NO_TARGET.keys() - without, "these tables are gone, or have a link"


def said(at: object) -> str:
    return "\n".join(str(e.value) for e in (*at.markdown, *at.caption, *at.subheader))  # type: ignore[attr-defined]


def test_the_address_of_a_release_opens_its_examples(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = releases(demo)[-1].name
    at = run(demo, monkeypatch, "golden", view="releases", release=name)
    frame = at.dataframe[0].value
    assert set(frame["example"]) <= {one.example_id for one in examples_of(demo, name)} and len(frame)
    at.button("release_back").click().run()
    assert name in list(at.dataframe[0].value["name"])


def test_the_address_of_a_rubric_version_shows_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    version = current_rubric(demo).version
    at = run(demo, monkeypatch, "rubric", view="versions", version=str(version))
    assert f"Version {version}" in [e.value for e in at.subheader]
    at = run(demo, monkeypatch, "rubric", view="versions", version="99")
    assert "Select a cell to read that version." in said(at)


def test_the_address_of_an_import_narrows_the_log_down_to_what_it_brought(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = next(row for row in demo.find(Import) if row.added)
    at = run(demo, monkeypatch, "conversations", view="browse", **{"import": one.id})
    assert f"**{one.added:,} conversation" in said(at) and f"Only what came with {one.file}".split(".")[0] in said(at)
    at.button("browse_all_imports").click().run()
    assert "Only what came with" not in said(at)
    at = run(demo, monkeypatch, "conversations", view="imports", **{"import": one.id})
    assert at.selectbox("conversations_import").value == one.id
