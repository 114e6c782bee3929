"""Whether an answer is far from the expected one, in conversations that have an expected answer."""

from __future__ import annotations

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

OPTIONS = {"below": 0.4, "method": "", "model": ""}
"""``below``: answers under this cosine are flagged. ``method``: embeddings or tfidf, "" for the best one installed.
``model``: a folder, "" for the model that comes with the package."""


def far_from_expected(texts: Texts, options: Options) -> Finding:
    """Flag an answer far from the expected one. ``value`` is their cosine, None without either; the note says how."""
    if not texts.expected.strip() or not texts.answered.strip():
        return finding(note="no expected answer" if texts.answered.strip() else "no answer")
    from review.checks.cosine import similarity

    measured = similarity(texts.answered, texts.expected, method=options["method"] or None, model=options["model"])
    value = None if measured.value is None else round(measured.value, 3)
    far = value is not None and value < options["below"]
    spans: list[Span] = [{"field": texts.answer, "start": 0, "end": len(texts.answered), "kind": "far"}] if far else []
    by = f"{measured.method} ({measured.model})" if measured.model else measured.method
    return finding(flagged=far, value=value, spans=spans, note=f"cosine by {by}")


CHECK = Check(
    title="like the expected answer",
    about="answers far from the expected answer, by sentence embeddings or else TF-IDF; its note names the method",
    find=far_from_expected,
    options=OPTIONS,
    counts_notes=True,
)
