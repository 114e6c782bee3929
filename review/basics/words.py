"""Numbers with their nouns, for sentences to people."""

from __future__ import annotations


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """``1 item``, ``3 items``, ``no items``."""
    many = plural or f"{noun}s"
    return f"1 {noun}" if n == 1 else f"{n:,} {many}" if n else f"no {many}"
