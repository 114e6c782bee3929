"""Texts that a browser sends."""

from __future__ import annotations

from review.basics.errors import InputError


def plain_text(value: object, field: str, longest: int) -> str:
    """Return a text as it was sent, "" for nothing. Raises InputError for anything but plain text of that length."""
    value = value or ""
    if not isinstance(value, str):
        raise InputError(f"{field}: found {type(value).__name__}, expected text.")
    if len(value) > longest:
        raise InputError(f"{field}: found {len(value):,} characters, expected at most {longest:,}. Shorten it.")
    if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise InputError(f"{field}: found characters that are not text. Remove them.")
    return value
