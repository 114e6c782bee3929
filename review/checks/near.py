"""Items that are nearly the same as an example in a judge's prompt, so that the judge has almost seen their labels.

The items of an example's own conversation never count in calibration. A copy in another conversation would count and
make the judge look better than it is. Such pairs cause a warning and are not left out: a person decides whether two
texts are the same case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

THRESHOLD = 0.8
"""Two texts are near-duplicates from this cosine on.

Tried on the 3,080 questions of Banking77 (Casanueva et al. 2020), whose median length is nine words: of 100 questions,
88 keep 0.8 to their original with one word replaced, and 97 with one letter mistyped. Of the 2,980 other questions 1.2%
reach 0.8 to one of those 100; the highest is the same question in other words. In longer texts one word changes less.
"""

READ = 4000
"""Characters of a text that are compared; texts that are the same so far are near enough."""


class Near(NamedTuple):
    """A subject that is nearly the same as an example; ``similarity`` is the cosine, 0 to 1."""

    subject: str
    example: str
    similarity: float


def near_examples(
    subjects: Mapping[str, str], examples: Mapping[str, str], *, threshold: float = THRESHOLD
) -> list[Near]:
    """Return the pairs of a subject and an example (id to text) from ``threshold`` on, the most similar first.

    The cosine compares counts of 3 to 5 letters inside words, so typing errors, case and endings matter little. Inverse
    document frequencies are not used: they would weigh the letters around an error most, because these occur nowhere
    else, and a similarity would depend on the other texts. A text without a letter or digit is near nothing. Pass
    question and answer as one text: judges see both, and stock phrases alone make no duplicate.
    """
    # scikit-learn takes a second to load, and only judges with examples need it.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    asked, shown = _readable(subjects), _readable(examples)
    if not asked or not shown:
        return []
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), use_idf=False)
    vectors = vectorizer.fit_transform([*asked.values(), *shown.values()])
    # Rounding must not separate a text from its own copy.
    reach = 1 - threshold + 1e-9
    neighbours = NearestNeighbors(metric="cosine", radius=reach).fit(vectors[len(asked) :])
    distances, indices = neighbours.radius_neighbors(vectors[: len(asked)])
    names = list(shown)
    found = [
        Near(subject, names[k], round(min(1.0, max(0.0, 1 - float(d))), 6))
        for subject, near, places in zip(asked, distances, indices, strict=True)
        for d, k in zip(near, places, strict=True)
    ]
    return sorted(found, key=lambda n: (-n.similarity, n.subject, n.example))


def _readable(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text[:READ] for name, text in texts.items() if any(c.isalnum() for c in text[:READ])}
