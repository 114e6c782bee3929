"""Whether an answer asks back: it ends with a question that asks for more, instead of an answer.

An offer of further help ("anything else I can do for you?") asks for nothing.
"""

from __future__ import annotations

import re

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

_ASKS = re.compile(
    r"\b(?:which|what|who|when|where|do you mean|did you mean|could you|can you|would you|please (?:specify|clarify|"
    r"provide|tell|confirm|let me know)|more (?:detail|information)|clarif\w+|specif(?:y|ic)|welche[rsn]?|meinen sie|"
    r"können sie|bitte geben)\b",
    re.IGNORECASE,
)
_OFFERS = re.compile(
    r"\b(?:anything else|something else|any other|further (?:help|questions)|what else (?:can|may)|sonst noch)\b",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?])\s+")


def question_back(text: str) -> str:
    """Return the question with which an answer ends and asks for more, "" where it asks for nothing."""
    stripped = text.rstrip()
    if not stripped.endswith("?"):
        return ""
    last = _END.split(stripped)[-1]
    return last if _ASKS.search(last) and not _OFFERS.search(last) else ""


def clarification(texts: Texts, options: Options) -> Finding:
    """Flag a conversation in which an answer asks back. An answer with a query has answered.

    ``value`` is "asks" when the last answer does, "asked" when an earlier one did, else "answered".
    """
    final = texts.answer
    if not texts.answered and not texts.answers:
        return finding()
    last = "" if "sql" in texts.fields else question_back(texts.answered)
    if last:
        return finding(flagged=True, value="asks", spans=[_span(texts, final, last)], note="the answer asks back")
    for path in texts.answers:
        earlier = question_back(texts.fields[path]) if path != final else ""
        if earlier:
            return finding(
                flagged=True, value="asked", spans=[_span(texts, path, earlier)], note="an earlier answer asked back"
            )
    return finding(value="answered")


def _span(texts: Texts, path: str, asked: str) -> Span:
    end = len(texts.fields[path].rstrip())
    return {"field": path, "start": end - len(asked), "end": end, "kind": "asks back"}


CHECK = Check(
    title="clarification",
    about="answers that ask back",
    find=clarification,
    cheap=True,
)
