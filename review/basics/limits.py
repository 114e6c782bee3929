"""How long the texts that people write may be, in characters. Pages, files and the command line use the same limits."""

from __future__ import annotations

MAX_COMMENT = 10_000
"""A comment, a rationale or another note."""

MAX_ANSWER = 50_000
"""A corrected or expected answer, or a query."""
