"""Items that say nearly the same as an example in a judge's prompt: the judge has all but seen their labels.

The items of an example's own conversation never count in calibration; a copy of it in another conversation would, and
would make the judge look better than it is. Such pairs are warned of, not left out: whether two texts are the same case
is for a person to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

THRESHOLD = 0.8
"""From this cosine on two texts are near-duplicates.

Tried on the 3,080 questions of Banking77 (Casanueva et al. 2020), nine words long in the middle: with one word replaced
88 of 100 keep .8 to their original, with one letter mistyped 97; of the 2,980 others 1.2 % reach .8 to one of those
100, the highest being the same question in other words. In longer texts one word changes less.
"""

READ = 4000
"""Characters of a text that are compared; what is the same so far is near enough."""


class Near(NamedTuple):
    """A subject that says nearly the same as an example; ``similarity`` is the cosine, 0 to 1."""

    subject: str
    example: str
    similarity: float


def near_examples(
    subjects: Mapping[str, str], examples: Mapping[str, str], *, threshold: float = THRESHOLD
) -> list[Near]:
    """The pairs of a subject and an example (id to text) from ``threshold`` on, the most alike first.

    The cosine is that of the counts of 3 to 5 letters inside words, so that slips, case and endings matter little.
    Inverse document frequencies would weigh the letters around a slip, which stand nowhere else, the most: all are 1,
    and a similarity does not depend on the other texts. Texts without a letter or digit are near nothing.
    Give question and answer as one text: judges see both, and stock phrases alone are no duplicate.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    asked, shown = _readable(subjects), _readable(examples)
    if not asked or not shown:
        return []
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), use_idf=False)
    vectorizer.fit([*asked.values(), *shown.values()])
    # Rounding must not push a text out of reach of its own copy.
    reach = 1 - threshold + 1e-9
    neighbours = NearestNeighbors(metric="cosine", radius=reach).fit(vectorizer.transform(shown.values()))
    distances, indices = neighbours.radius_neighbors(vectorizer.transform(asked.values()))
    names = list(shown)
    found = [
        Near(subject, names[k], round(min(1.0, max(0.0, 1 - float(d))), 6))
        for subject, near, there in zip(asked, distances, indices, strict=True)
        for d, k in zip(near, there, strict=True)
    ]
    return sorted(found, key=lambda n: (-n.similarity, n.subject, n.example))


def _readable(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text[:READ] for name, text in texts.items() if any(c.isalnum() for c in text[:READ])}
