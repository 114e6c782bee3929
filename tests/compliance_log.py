"""Rows for the log of tests about compliance."""

import json
from typing import Any

from review.sources.import_into import import_into
from storage.store import Store

ANSWERED = {"question": "Where is it?", "answer": "On its way.", "steps": ["looked it up"]}


def imported(store: Store, rows: list[dict[str, Any]], *, name: str = "log.jsonl") -> None:
    """Import rows that each have an answer and a step unless they say otherwise."""
    file = store.path.parent / name
    file.write_text("\n".join(json.dumps({**ANSWERED, **row}) for row in rows))
    import_into(store, file, by="lea")
