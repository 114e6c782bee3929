"""The permanent split of conversations: ``dev`` for tuning prompts and thresholds, ``test`` for reporting.

The split depends on the conversation's id alone, so an item never changes sides with a new week, a new release or
another order. All items of one conversation are on the same side.
"""

from __future__ import annotations

import hashlib
from typing import Literal

DEV_SHARE = 0.5
KEY = "split"

Split = Literal["dev", "test"]


def split_of(conversation_id: str) -> Split:
    """Return 'dev' when the first 32 bits of md5("split:" + id) are below the share of dev, else 'test'."""
    digest = hashlib.md5(f"{KEY}:{conversation_id}".encode(), usedforsecurity=False).hexdigest()
    return "dev" if int(digest[:8], 16) < round(DEV_SHARE * 2**32) else "test"
