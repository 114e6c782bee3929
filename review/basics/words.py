"""Numbers with their nouns, for sentences."""

from __future__ import annotations


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 item``, ``3 items`` or ``no items``."""
    many = plural or f"{noun}s"
    return f"1 {noun}" if n == 1 else f"{n:,} {many}" if n else f"no {many}"
