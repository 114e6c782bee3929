"""Whether an answer is oddly short or long: its characters against fixed bounds that the project declares.

Fixed, not the log's own quantiles: those would flag the same share of every log, good or bad, and another share of the
same conversation depending on what was imported before it. ``spotcheck check`` prints the quantiles to choose from.
"""

from __future__ import annotations

from review.checks.protocol import Finding, Options, Span, Texts, finding

OPTIONS = {"shortest": 2, "longest": 6000}
"""Characters of the answer, spaces at its ends apart: fewer or more than these are flagged."""


def length(texts: Texts, options: Options) -> Finding:
    """Flags an answer that is too short or too long; ``value`` is its number of characters."""
    answer = texts.answered
    characters = len(answer.strip())
    shortest, longest = options["shortest"], options["longest"]
    if characters < shortest:
        short: Span = {"field": texts.answer, "start": 0, "end": len(answer), "kind": "too_short"}
        spans = [short] if answer else []
        return finding(flagged=True, value=characters, spans=spans, note=f"{characters} characters, under {shortest}")
    if characters > longest:
        start = len(answer) - len(answer.lstrip()) + longest
        long: Span = {"field": texts.answer, "start": start, "end": len(answer.rstrip()), "kind": "too_long"}
        return finding(flagged=True, value=characters, spans=[long], note=f"{characters} characters, over {longest}")
    return finding(value=characters)
