"""How close an answer is to the expected one: the cosine of their vectors.

The vectors are sentence embeddings where a model is installed, else TF-IDF weights of words and of letters in words.
The two do not mean the same: embeddings know that a parcel is a package, TF-IDF compares spelling alone. So every
result names its ``method``, and figures of different methods are never combined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from review.basics.errors import InputError
from review.models.embeddings import lacking, load_embedder

Method = Literal["embeddings", "tfidf"]
METHODS: tuple[Method, ...] = ("embeddings", "tfidf")
WORD = r"\w+|[^\w\s]"
"""What counts as a word: words of one letter do too, and so do punctuation marks."""


class Similarity(NamedTuple):
    """``value`` is the cosine, -1 to 1, None where a text is empty; ``method`` and ``model`` say how it was made."""

    value: float | None
    method: Method
    model: str = ""


class Pair(NamedTuple):
    """An answer and the expected answer."""

    answer: str
    expected: str


def method_here(model: str = "") -> Method:
    """Return the method that :func:`similarities` chooses: embeddings where packages and model are installed."""
    return "tfidf" if lacking(model) else "embeddings"


def similarity(answer: str, expected: str, *, method: Method | None = None, model: str = "") -> Similarity:
    """Return the similarity of one answer to the expected one; :func:`similarities` is faster for many."""
    return similarities([Pair(answer, expected)], method=method, model=model)[0]


def similarities(pairs: Sequence[Pair], *, method: Method | None = None, model: str = "") -> list[Similarity]:
    """Return the similarity of each answer to its expected one, in order; symmetric, and 1 for equal texts.

    ``method`` None takes embeddings where they are installed, else TF-IDF. TF-IDF gives every word the same weight, so
    a result does not depend on the other pairs. ``model`` is a folder, or "" for the model that comes with the package.
    Raises InputError for an unknown method, and for embeddings where they are not installed.
    """
    if method not in (None, *METHODS):
        raise InputError(f"method: found {method!r}, expected one of {', '.join(METHODS)}.")
    chosen = method or method_here(model)
    full = [k for k, p in enumerate(pairs) if p.answer.strip() and p.expected.strip()]
    texts = [t for k in full for t in (pairs[k].answer.strip(), pairs[k].expected.strip())]
    name = ""
    cosines = np.zeros(0)
    if chosen == "embeddings":
        embedder = load_embedder(model)
        name = embedder.name
        vectors = embedder.embed(texts).astype(float)
        cosines = np.einsum("ij,ij->i", vectors[::2], vectors[1::2])
    elif texts:
        cosines = _tfidf_cosines(texts)
    values = dict(zip(full, np.clip(cosines, -1.0, 1.0).tolist(), strict=True))
    same = {k for k in full if pairs[k].answer.strip() == pairs[k].expected.strip()}
    return [
        Similarity(1.0 if k in same else values.get(k), chosen, name) for k in range(len(pairs))
    ]  # fmt: skip


def _tfidf_cosines(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the cosine of each pair of texts, shape (texts / 2,): the mean of those by words and by letters.

    By words alone a typing error makes a different word; by letters alone all texts are a little alike. There is no
    collection to count documents in, so the inverse document frequency is 1 throughout.
    """
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    words = HashingVectorizer(token_pattern=WORD, ngram_range=(1, 2), alternate_sign=False, norm=None)
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 4), alternate_sign=False, norm=None)
    weights = TfidfTransformer(use_idf=False, sublinear_tf=True)
    # Hashing needs bytes, and a lone surrogate cannot be encoded.
    texts = [t.encode("utf-8", "replace").decode() for t in texts]
    both = []
    for vectorizer in (words, letters):
        vectors = weights.fit_transform(vectorizer.transform(texts))
        both.append(np.asarray(vectors[::2].multiply(vectors[1::2]).sum(axis=1)).ravel())
    cosines: npt.NDArray[np.float64] = np.mean(both, axis=0)
    return cosines
