"""The check of reference SQL on the Golden page, on the shop of the demonstration."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from app_pages import run
from streamlit.testing.v1 import AppTest

from review.golden.examples import current_examples
from storage.store import Store


@pytest.fixture
def shop(demo: Store, demo_path: Path) -> Path:
    """The shop and the settings beside a demonstration store that may be changed."""
    for name in ("shop.duckdb", "spotcheck.toml"):
        shutil.copyfile(demo_path.with_name(name), demo.path.with_name(name))
    return demo.path.with_name("shop.duckdb")


def shown(at: AppTest) -> str:
    return "\n".join([*(str(e.value) for e in at.markdown), *(str(f.value) for f in at.dataframe)])


def test_a_lead_sees_which_references_changed_and_what_an_example_kept(
    demo: Store, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [e for e in current_examples(demo) if e.content["reference_sql"]]
    assert kept and all(e.content["expected_result"] and e.content["as_of"] for e in kept)
    at = run(demo, monkeypatch, "golden", "visitor", view="releases")
    at = at.button("curating_check").click().run(timeout=60)
    assert not at.exception and f"**{len(kept)}** unchanged" in shown(at)
    with duckdb.connect(str(shop)) as connection:
        connection.execute("DELETE FROM orders; ALTER TABLE sessions RENAME COLUMN started_at TO start")
    at = at.button("curating_check").click().run(timeout=60)
    assert not at.exception and ("no longer running" in shown(at) or "another result" in shown(at))
    page = run(demo, monkeypatch, "golden", "visitor", view="examples", example=kept[0].example_id)
    assert not page.exception and any("Its result when it was approved" in str(c.value) for c in page.caption)
