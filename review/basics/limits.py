"""How long the texts that people write may be, in characters. Pages, files and the command line use the same limits."""

from __future__ import annotations

MAX_COMMENT = 10_000
"""A comment or a rationale."""

MAX_ANSWER = 50_000
"""A corrected or expected answer, or a query."""

MAX_NOTE = 500
"""Why a version of the rubric or of a judge was made."""

MAX_NAME = 80
"""The name of a person or of a judge."""

MAX_SCOPE = 500
"""The fields that a person reviews."""

MAX_ID = 512
"""An id, from a log or back from a browser."""
