"""Build a Conversation from the fields that a reader found: types, times, week, identity, keyed hashes."""

from __future__ import annotations

import functools
import hmac
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from review.basics.date_forms import read_date
from review.basics.limits import MAX_ID
from review.basics.record import Unreadable
from review.basics.times import utc_text
from review.basics.weeks import week_of
from review.privacy.pseudonyms import may_hold_address, without_addresses
from review.sources.cells import (
    NUMBERS,
    context_of,
    feedback_of,
    metadata_of,
    result_of,
    steps_of,
    tags_of,
    verdicts_of,
)
from review.sources.human_scores import with_names
from review.sources.readers import plain
from review.sources.readers.fields import Fields, Record, text_of
from storage.records_log import Conversation

DEFAULT_SOURCE = "production"
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years in which conversations may have been; systems write others, such as 0001 and 9999, for no date at all."""
NAMES = ("model", "prompt_version", "variant")
"""Texts that name a thing and are not masked."""
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where records come from.

    ``source`` is the name of the source, ``key`` the store's HMAC key. Times without an offset are in ``zone``, which
    also decides the week of a date; records without a date belong to ``week``. ``date_format`` is the declared form.
    With ``hash_addresses`` a keyed hash replaces the e-mail addresses and phone numbers in ids and names, with
    ``hash_encoded`` also those that are percent-encoded.
    """

    source: str
    key: bytes
    zone: ZoneInfo
    week: str
    date_format: str = ""
    hash_addresses: bool = False
    hash_encoded: bool = True

    def plain(self, text: str) -> str:
        """Return an id or a name as it is stored."""
        if not self.hash_addresses or not may_hold_address(text):
            return text
        return without_addresses(text, lambda address: address_hash(self.key, address), encoded=self.hash_encoded)


def keyed_hash(key: bytes, data: bytes) -> str:
    """Return the first 16 hexadecimal digits of HMAC-SHA256: stable inside a store, meaningless outside."""
    # Passing "sha256" by name halves the time: otherwise each call looks the function up in the library.
    return hmac.digest(key, data, "sha256").hex()[:16]


_remembered_hash = functools.lru_cache(maxsize=4096)(keyed_hash)
"""For users and sessions, which come again and again."""


def address_hash(key: bytes, address: str) -> str:
    """Return what stands for an address inside an id or a name."""
    return keyed_hash(key, address.encode("utf-8", "surrogatepass"))


def conversation_id(source: str, source_id: str) -> str:
    """Return the id inside Spotcheck: the id in the source, prefixed unless the source is the default one."""
    return source_id if source == DEFAULT_SOURCE else f"{source}/{source_id}"


def conversation_of(fields: Fields, record: Record, origin: Origin) -> Conversation:
    """Return the conversation, unmasked and not yet hashed. Raises Unreadable with the field that does not fit.

    Fields with ``late`` tell something of the conversation that their id names, and have no messages.
    """
    messages = fields.get("messages") or []
    if not fields.get("late") and not any(m["content"] or m.get("tool_calls") for m in messages):
        raise Unreadable("messages", messages, "at least one message with text")
    moment = _moment(fields.get("created_at"), origin)
    source_id = origin.plain(_source_id(fields.get("id"))) or keyed_hash(origin.key, canonical(record))
    numbers: dict[str, Any] = {name: convert(name, fields[name]) for name, convert in NUMBERS.items() if name in fields}
    texts: dict[str, Any] = {name: text_of(name, fields[name]) for name in plain.TEXT if name in fields}
    for name in ("user_id", "session_id"):
        if texts.get(name) is not None:
            who = texts[name].encode("utf-8", "surrogatepass")
            texts[name] = (_remembered_hash if len(who) <= MAX_ID else keyed_hash)(origin.key, who)
    texts.update({name: origin.plain(texts[name]) for name in NAMES if texts.get(name) is not None})
    verdicts, metadata = verdicts_of(fields.get("verdicts")), metadata_of(fields.get("metadata"))
    if origin.hash_addresses:
        verdicts = {origin.plain(judge): said for judge, said in verdicts.items()}
        metadata = with_names(metadata, origin.plain)
    return Conversation(
        id=conversation_id(origin.source, source_id),
        source=origin.source,
        source_id=source_id,
        created_at=None if moment is None else utc_text(moment),
        week=origin.week if moment is None else week_of(moment, origin.zone),
        messages=tuple(messages),
        context=context_of(fields.get("context")),
        steps=steps_of(fields.get("steps")),
        result=result_of(fields.get("result")),
        status=_status(fields),
        feedback=feedback_of(fields.get("feedback")),
        tags=tags_of(fields.get("tags")),
        metadata=metadata,
        verdicts=verdicts,
        **texts,
        **numbers,
    )


def canonical(record: Any) -> bytes:
    """Return canonical JSON: sorted keys, no spaces; a value that JSON lacks is written as text."""
    return orjson.dumps(record, option=_CANONICAL, default=str)


def _source_id(value: Any) -> str:
    text = (text_of("id", value) or "").strip()
    if len(text) > MAX_ID:
        raise Unreadable("id", text, f"at most {MAX_ID} characters")
    return text


def _moment(value: Any, origin: Origin) -> Any:
    if value is None or value == "":
        return None
    moment = read_date(value, origin.date_format, origin.zone)
    if moment is None:
        form = f"a date in the form {origin.date_format}, or " if origin.date_format else ""
        raise Unreadable("created_at", value, f"{form}ISO 8601 such as 2026-11-21T09:30:00Z, or epoch seconds")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Unreadable("created_at", value, f"a date from {FIRST_YEAR} to {LAST_YEAR}, or none where it is not known")
    return moment


def _status(fields: Fields) -> str:
    value = text_of("status", fields.get("status"))
    if value is None:
        return "error" if fields.get("error_type") or fields.get("error_message") else "ok"
    if value.strip().lower() not in ("ok", "error"):
        raise Unreadable("status", value, "ok or error; other words need a translation, such as status:solved=ok")
    return value.strip().lower()
