"""A lead gives people their fields on the Settings page."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotate_app import THREE, build_store
from app_pages import run

from pages.parts.settings.people_and_imports import scope_of
from review.people.people import person


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [("Ana", "", "billing"), ("ana", " ", "billing"), ("Ana", "*", ""), ("Ana", " orders ", "orders"), ("Kim", "", "")],
)
def test_an_empty_field_keeps_what_somebody_has(name: str, given: str, kept: str) -> None:
    assert scope_of(name, given, {"ana": "billing", "Ana": "billing"}) == kept


def test_a_lead_gives_fields_with_a_role_and_another_role_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = build_store(tmp_path / "s.db", items=2, raters=("ana",), rubric=THREE)
    for role, fields in (("annotator", "billing, returns"), ("adjudicator", "")):
        page = run(store, monkeypatch, "settings", rater="lea")
        page.text_input(key="managing_name").input("Ana")
        page.segmented_control(key="managing_role").set_value(role)
        page.text_input(key="managing_fields").input(fields)
        next(b for b in page.button if b.label == "Save").click().run()
        found = person(store, "ana")
        assert (found.role, found.scope) == (role, "billing, returns")
