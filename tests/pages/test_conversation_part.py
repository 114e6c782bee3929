"""A conversation for reading: the findings of the checks, and texts in which hidden words moved the places."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from storage.records_log import Conversation

TURNS = ({"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": "Ask Mia Moor about it."})


def talk(field: str, **fields: object) -> Conversation:
    """A conversation in which a check has found characters 4 to 12 of one of its texts."""
    spans = [{"field": field, "start": 4, "end": 12, "kind": "NAME"}]
    found = {"name": {"flagged": True, "value": 1, "spans": spans, "note": "a name is left"}}
    return Conversation(
        id="c",
        source="production",
        source_id="c",
        created_at=None,
        week="2026-W45",
        checks=found,
        **{"messages": TURNS, **fields},
    )


def shown(conversation: Conversation) -> str:
    def page(one):
        from pages.parts.shared import conversation

        conversation.show(one, findings=True)

    at = AppTest.from_function(page, kwargs={"one": conversation}).run()
    assert not at.exception, [e.value for e in at.exception]
    return "".join(str(e.proto.body) for e in at.get("html"))


def test_what_a_check_found_is_marked_in_its_text() -> None:
    assert "Ask <mark>Mia Moor</mark> about it." in shown(talk("messages.1.content"))
    assert "Ask <mark>Mia Moor</mark>." in shown(talk("context.0", context=("Ask Mia Moor.",)))


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("messages.1.content", {"messages": ({"role": "assistant", "content": "[HIDDEN_1] Mia Moor knows."},)}),
        ("context.0", {"context": ("[HIDDEN_1] Mia Moor knows.",)}),
        ("steps.0.said", {"steps": ({"said": "[HIDDEN_1] Mia Moor knows."},)}),
        ("error_message", {"error_message": "[HIDDEN_1] Mia Moor knows."}),
    ],
)
def test_where_words_were_hidden_nothing_is_marked_in_the_wrong_place(field: str, fields: dict[str, object]) -> None:
    said = shown(talk(field, **fields))
    assert "a name is left" in said and "<mark>" not in said
