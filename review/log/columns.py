"""The columns of the imported log. They stand apart from what reads it: processes that mask need nothing else of it."""

from __future__ import annotations

from dataclasses import fields

from storage.records_log import Conversation

COLUMNS: dict[str, str] = {
    **dict.fromkeys(
        ("id", "source", "source_id", "created_at", "week", "status", "error_type", "error_message"), "VARCHAR"
    ),
    **{"repaired": "BOOLEAN", "repair_rounds": "BIGINT", "confidence": "DOUBLE", "low_confidence": "BOOLEAN"},
    **{"latency_ms": "DOUBLE", "tokens_in": "BIGINT", "tokens_out": "BIGINT", "cost": "DOUBLE", "retries": "BIGINT"},
    **dict.fromkeys(("model", "prompt_version", "variant", "user_id", "session_id", "feedback"), "VARCHAR"),
    **dict.fromkeys(("scenario", "language"), "VARCHAR"),
    **{"redacted": "BIGINT", "content_hash": "VARCHAR"},
    **dict.fromkeys(("imported_at", "import_id", "verdicts", "content", "flagged"), "VARCHAR"),
    "judges_disagree": "BOOLEAN",
    "raw_hash": "BLOB",
}
"""Columns of the log and their types; ``verdicts`` and ``content`` (messages and the rest) are JSON text.

``flagged`` holds the names of the checks that flagged the conversation, separated by spaces. ``judges_disagree`` is
true when two judges of the log gave different values in some dimension. ``raw_hash`` is a keyed hash of the record
that a conversation was made from, where it alone decides the conversation. Logs of earlier versions lack these three.
"""

DERIVED = ("imported_at", "import_id", "verdicts", "content", "flagged", "judges_disagree", "raw_hash")

DIRECT = tuple(name for name in COLUMNS if name not in DERIVED)
"""Columns that hold a field of a conversation unchanged."""

IN_CONTENT = tuple(f.name for f in fields(Conversation) if f.name not in COLUMNS)
"""Fields of a conversation that are kept in the JSON of ``content``."""

RAW_HASH_BYTES = 16
"""Bytes of the hash of a record."""
