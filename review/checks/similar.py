"""Whether an answer is far from the expected one, where there is an expected one."""

from __future__ import annotations

from review.checks.protocol import Finding, Options, Span, Texts, finding

OPTIONS = {"below": 0.4, "method": "", "model": ""}
"""Under this cosine the answer is flagged. ``method`` is embeddings or tfidf, "" for the best that is installed;
``model`` a folder, "" for the carried one."""


def similar(texts: Texts, options: Options) -> Finding:
    """``value`` is the cosine of answer and expected answer, None without either; the note names the method."""
    if not texts.expected.strip() or not texts.answered.strip():
        return finding(note="no expected answer" if texts.answered.strip() else "no answer")
    from review.checks.similarity import similarity

    found = similarity(texts.answered, texts.expected, method=options["method"] or None, model=options["model"])
    value = None if found.value is None else round(found.value, 3)
    far = value is not None and value < options["below"]
    spans: list[Span] = [{"field": texts.answer, "start": 0, "end": len(texts.answered), "kind": "far"}] if far else []
    by = f"{found.method} ({found.model})" if found.model else found.method
    return finding(flagged=far, value=value, spans=spans, note=f"cosine by {by}")
