"""A golden example as a page: everything behind it, by link, with the names that the role may see."""

from __future__ import annotations

import pytest
from app_pages import run
from streamlit.testing.v1 import AppTest

from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.examples import example_id_of, readable_examples
from review.people.people import people
from storage.store import Store


def shown(at: AppTest) -> str:
    parts = [str(e.value) for kind in (at.markdown, at.caption, at.subheader) for e in kind]
    return "\n".join([*parts, *(e.proto.body for e in at.get("html")), *(str(f.value) for f in at.dataframe)])


def test_a_link_opens_where_an_example_comes_from(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    examples, _ = readable_examples(demo, viewer="mara")
    one = next(e for e in examples if len(e.votes) > 1 and e.item_id)
    approve(demo, one.item_id, Wish(expected_answer="Another answer."), by="mara")
    names = {p.name for p in people(demo) if p.id in {v["rater"] for v in one.votes}}
    at = run(demo, monkeypatch, "golden", "visitor", view="examples", example=example_id_of(one.item_id))
    text = shown(at)
    assert str(one.content["question"])[:30] in text and "Settled:" in text and "<ins>Another</ins>" in text
    assert all(name in text for name in names), "a lead sees names"
    assert not at.exception and "curating_back" in [b.key for b in at.button]
    mara = run(demo, monkeypatch, "golden", "mara", view="examples", example=example_id_of(one.item_id))
    assert "Reviewer A" in shown(mara)
    table = str(mara.dataframe[0].value)
    assert not any(name in table for name in names)
    assert not any(f'"{v["rater"]}"' in str(j.value) for j in mara.json for v in one.votes)
