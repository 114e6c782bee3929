"""Whether an answer is unusually short or long, by fixed bounds that the project declares.

The bounds are not the log's own quantiles. Those would flag the same share of every log, good or bad, and judge the
same conversation differently after each import. ``spotcheck check`` prints the quantiles to choose bounds from.
"""

from __future__ import annotations

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

OPTIONS = {"shortest": 2, "longest": 6000}
"""The fewest and the most characters of an answer that is not flagged; white space at its ends does not count."""


def length(texts: Texts, options: Options) -> Finding:
    """Flag an answer that is too short or too long. ``value`` is its number of characters."""
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


CHECK = Check(
    title="length",
    about="answers that are unusually short or long",
    find=length,
    options=OPTIONS,
    cheap=True,
    unflagged="{value} characters",
)
