"""Which code a server loads before anybody asks for the page."""

from __future__ import annotations

import sys

from gate_store import add_run, examples, released

from pages.parts.shared.loading_ahead import load_ahead


def test_the_code_of_compare_is_loaded_where_there_are_runs(tmp_path) -> None:
    store = released(tmp_path, examples(2))
    assert load_ahead(store) == []
    add_run(store, "v1", {"c0": 1.0, "c1": 0.0})
    found = load_ahead(store)
    assert {"pages.parts.compare.choose", "pages.parts.compare.case_list"} <= set(found)
    assert not [name for name in found if name not in sys.modules]
