"""The features of a learned judge: TF-IDF weights of words and letters, or sentence embeddings, for each field.

Question, answer and SQL have separate columns, so a "refund" that was asked for differs from one that was promised.
Features are fitted to texts alone, never to labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from review.basics.errors import InputError
from review.judges.learned.spec import text_of
from review.judges.protocol.protocol import Subject
from review.models.embeddings import load_embedder

WORD = r"\w+|[!?]"
SEEN = 2
"""In how many texts a word or a run of letters must occur: one that occurs once teaches nothing."""

Matrix = Any
"""Features, shape (subjects, columns): a sparse CSR matrix for TF-IDF, a dense array for embeddings."""


class Column(NamedTuple):
    """A column of the features that stands for a readable word."""

    field: str
    word: str


class Features(NamedTuple):
    """``of`` turns subjects into a matrix; ``columns`` holds the word of each column, None where there is none."""

    of: Callable[[Sequence[Subject]], Matrix]
    columns: tuple[Column | None, ...]


def tfidf(subjects: Sequence[Subject], fields: Sequence[str]) -> Features:
    """Fit TF-IDF weights of words (one and two) and of letters inside words (three and four), by field.

    Each part has length 1, so a short question weighs as much as a long answer. Raises InputError when the texts have
    no word in common.
    """
    parts = [p for f in fields for p in _parts(f, [text_of(s, f) for s in subjects])]
    if not parts:
        raise InputError(
            f"training set: found no word that occurs in two texts of {', '.join(fields)}; there is nothing to learn "
            "from. Choose other fields or more weeks."
        )

    def of(some: Sequence[Subject]) -> Matrix:
        return sp.hstack([p.weights([text_of(s, p.field) for s in some]) for p in parts], format="csr")

    return Features(of, tuple(c for p in parts for c in p.columns))


def embedded(model: str, fields: Sequence[str]) -> Features:
    """Return sentence embeddings of the fields, side by side. Raises InputError when they cannot be made."""
    embedder = load_embedder(model)

    def of(some: Sequence[Subject]) -> Matrix:
        return np.hstack([embedder.embed([text_of(s, f) for s in some]) for f in fields])

    return Features(of, (None,) * (embedder.size * len(fields)))


@dataclass(frozen=True)
class _Part:
    """The words or the letters of one field, after fitting."""

    field: str
    count: Callable[[Sequence[str]], Matrix]
    scale: TfidfTransformer
    columns: tuple[Column | None, ...]

    def weights(self, texts: Sequence[str]) -> Matrix:
        return self.scale.transform(self.count(texts), copy=False)


def _parts(field: str, texts: Sequence[str]) -> list[_Part]:
    found = []
    for vocabulary_of, counter, readable in (
        (_words_in, _counting_words, True),
        (_letters_in, _counting_letters, False),
    ):
        vocabulary = vocabulary_of(texts)
        if vocabulary:
            count = counter(vocabulary)
            scale = TfidfTransformer(sublinear_tf=True).fit(count(texts))
            found.append(_Part(field, count, scale, tuple(Column(field, w) if readable else None for w in vocabulary)))
    return found


def _words_in(texts: Sequence[str]) -> list[str]:
    analyse = CountVectorizer(ngram_range=(1, 2), token_pattern=WORD).build_analyzer()
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(analyse(text)))
    return sorted(w for w, n in seen.items() if n >= SEEN)


def _counting_words(vocabulary: list[str]) -> Callable[[Sequence[str]], Matrix]:
    counter = CountVectorizer(ngram_range=(1, 2), token_pattern=WORD, vocabulary=vocabulary, dtype=np.float32)
    return lambda texts: counter.transform(texts)


def _letters_in(texts: Sequence[str]) -> list[str]:
    spaced, tokens = _tokens(texts)
    if not tokens:
        return []
    letters = CountVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32)
    inside = (spaced @ letters.fit_transform(tokens)) > 0
    seen = np.asarray(inside.sum(axis=0)).ravel()
    return [str(w) for w in letters.get_feature_names_out()[seen >= SEEN]]


def _counting_letters(vocabulary: list[str]) -> Callable[[Sequence[str]], Matrix]:
    letters = CountVectorizer(analyzer="char_wb", ngram_range=(3, 4), vocabulary=vocabulary, dtype=np.float32)

    def count(texts: Sequence[str]) -> Matrix:
        spaced, tokens = _tokens(texts)
        if not tokens:
            return sp.csr_matrix((len(texts), len(vocabulary)), dtype=np.float32)
        # The letters of a word are counted once per batch, however often the word occurs.
        return spaced @ letters.transform(tokens)

    return count


def _tokens(texts: Sequence[str]) -> tuple[Matrix, list[str]]:
    """Return which tokens each text holds between spaces, shape (texts, tokens), and the tokens."""
    index: dict[str, int] = {}
    found, ends = [], [0]
    for text in texts:
        found += [index.setdefault(token, len(index)) for token in text.lower().split()]
        ends.append(len(found))
    ones = np.ones(len(found), dtype=np.float32)
    return sp.csr_matrix((ones, found, ends), shape=(len(texts), len(index))), list(index)
