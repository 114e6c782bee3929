"""Group failures that read alike, from people's notes and what the log says of them, and propose a name for each group.

TF-IDF of words and of letters (so that languages without blanks, endings and typing errors do little harm), joined by
what known words mean in five languages or, where a sentence model is installed, by the meaning of the whole text. The
nearest groups are joined one after the other; of the numbers of groups that are nearly as tight and as far apart as the
best (silhouette), the smallest is taken. Everything runs offline. People name, merge and split what comes out.
``tests/bench/groups_of_notes.py`` measures how well it works, also on sets that it was not tuned on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from review.failures.empty_words import EMPTY_WORDS
from review.failures.meanings import in_english, meanings

MOST_GROUPS = 16
DIMENSIONS = 10
"""With more, texts fall apart by their wording."""
MEANINGS = 20
"""Dimensions of what the known words mean."""
READ = 1_000
"""Characters of a text that are compared."""
LOOKED_AT = 800
"""Of so many texts the silhouette is computed; it takes the square of their number."""
MANY = 1_500
"""From so many texts on there is no tree, which grows as their square, but k-means for each number of groups."""
NEARLY, NEARLY_BY_MEANING = 0.8, 0.85
"""The fewest groups are taken that come so near to the best silhouette."""
LETTERS_BESIDE = 0.3
"""How much the letters weigh beside the meaning of a sentence model."""
NAME_WORDS = 3
FEW = 3
SAME = 0.05
"""What all texts share where they are of one kind, so that none is without a direction."""
KIND_WEIGHT, KIND_BY_MEANING = 1.2, 0.4
"""How far a kind of error moves failures together, and away from others; two texts without a common word are at 1.4 to
2 by letters and known words, and at about 1 by meaning, so what people write decides. Failures without an error have no
kind, and are moved nowhere."""
Embed = Callable[[Sequence[str]], Any]
_QUOTED = re.compile(r"[\"'`][^\"'`]{1,80}[\"'`]")
_NUMBERS = re.compile(r"\d+")


class Alike(NamedTuple):
    """Failures that read alike: their ids, the most typical first, and the words that set them apart from the rest."""

    ids: Sequence[str]
    name: str


def group_alike(
    texts: Mapping[str, str],
    kinds: Mapping[str, str] | None = None,
    *,
    named_after: Mapping[str, str] | None = None,
    embed: Embed | None = None,
    most: int = MOST_GROUPS,
    seed: int = 0,
) -> list[Alike]:
    """Return groups of texts (id to text), the largest first. Texts without a letter are in a group "no words".

    ``kinds`` are kinds of errors, "" for none: failures of one kind are nearer to each other, and those of different
    kinds further apart. ``named_after`` are texts that the names are taken from, where not all of a text fits.
    ``embed`` makes vectors of length 1 of texts; with it texts are compared by meaning instead of by their letters.
    """
    said = {name: (_plain(text), (kinds or {}).get(name, "")) for name, text in texts.items()}
    empty = [name for name, (text, _) in said.items() if not text]
    names = [name for name, (text, _) in said.items() if text]
    distinct = sorted({said[name] for name in names})
    alone = [Alike(empty, "no words")] if empty else []
    if not distinct:
        return alone
    place = {one: at for at, one in enumerate(distinct)}
    counts = np.bincount([place[said[name]] for name in names], minlength=len(distinct)).astype(float)
    texts_read = [text for text, _ in distinct]
    vectors = _vectors(texts_read, seed)
    told = {said[name]: _plain((named_after or {}).get(name, "")) or said[name][0] for name in names}
    words = _words([told[one] for one in distinct])
    if embed is None:
        vectors = np.hstack([vectors, _meant(texts_read, seed)])
    else:
        meant = np.asarray(embed([in_english(text) for text in texts_read]), dtype=float)
        vectors = np.hstack([meant, LETTERS_BESIDE * vectors])
    weight = KIND_WEIGHT if embed is None else KIND_BY_MEANING
    vectors = np.hstack([vectors, weight * _one_hot([kind for _, kind in distinct])])
    vectors = np.hstack([vectors, np.full((len(distinct), 1), SAME)])
    labels = _labels(vectors, counts, most, seed, nearly=NEARLY if embed is None else NEARLY_BY_MEANING)
    by_group: dict[int, list[str]] = {}
    for name in names:
        by_group.setdefault(int(labels[place[said[name]]]), []).append(name)
    groups = [
        Alike(_typical(ids, [place[said[name]] for name in ids], vectors), _name(labels == group, counts, words))
        for group, ids in by_group.items()
    ]
    return [*sorted(groups, key=lambda g: (-len(g.ids), g.name)), *alone]


def _labels(vectors: Any, counts: Any, most: int, seed: int, *, nearly: float) -> Any:
    """Return the number of the group of each distinct text. Up to three texts are a group each."""
    # scikit-learn takes a second to load, and only this needs it.
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    n = len(vectors)
    if n <= FEW:
        return np.arange(n)
    apart = len(np.unique(vectors.round(9), axis=0))
    if apart == 1:
        return np.zeros(n, dtype=int)
    cut = _tree(vectors) if n < MANY else None
    some = np.random.default_rng(seed).choice(n, size=min(LOOKED_AT, n), replace=False)
    tried: list[tuple[float, Any]] = []
    for k in range(2, min(most, n - 1, apart) + 1):
        if cut is not None:
            found = cut(k)
        else:
            kmeans = KMeans(n_clusters=k, n_init=1, random_state=seed)
            found = kmeans.fit_predict(vectors, sample_weight=np.sqrt(counts))
        kinds = len(set(found[some].tolist()))
        score = silhouette_score(vectors[some], found[some]) if 1 < kinds < len(some) else -1.0
        tried.append((float(score), found))
    top = max(score for score, _ in tried)
    enough = top - (1 - nearly) * abs(top)
    return next(found for score, found in tried if score >= enough)


def _tree(vectors: Any) -> Callable[[int], Any]:
    """Return how to cut the tree of texts into so many groups; the two nearest groups are joined, by average cosine."""
    from scipy.cluster.hierarchy import fcluster, linkage

    joined = linkage(vectors, method="average", metric="cosine")
    return lambda k: fcluster(joined, k, criterion="maxclust") - 1


def _one_hot(kinds: Sequence[str]) -> Any:
    """Return a column for each kind; zeros for a text without one. A kind that all have tells nothing apart."""
    known = sorted(set(kinds))
    known = [kind for kind in known if kind and len(known) > 1]
    return np.array([[float(kind == one) for one in known] for kind in kinds]).reshape(len(kinds), len(known))


class _Words(NamedTuple):
    """How often each word occurs in each distinct text."""

    counts: Any
    names: Sequence[str]


def _plain(text: str) -> str:
    """Return a text in lower case, without numbers and what it quotes: these differ from case to case."""
    bare = _NUMBERS.sub(" ", _QUOTED.sub(" ", text[:READ])).casefold()
    joined = " ".join(bare.split())
    return joined if any(c.isalpha() for c in joined) else ""


def _vectors(texts: Sequence[str], seed: int) -> Any:
    from scipy.sparse import hstack
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    read = [in_english(text) for text in texts]
    by_word = TfidfVectorizer(sublinear_tf=True, max_df=0.6 if len(texts) > 9 else 1.0)
    by_letter = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, max_features=20_000)
    parts = [by_letter.fit_transform(read)]
    with suppress(ValueError):  # no word of two letters: the letters alone tell these texts apart
        parts.append(by_word.fit_transform(read))
    whole = hstack(parts).tocsr()
    dimensions = min(DIMENSIONS, whole.shape[1] - 1, len(texts) - 1)
    reduced = TruncatedSVD(dimensions, random_state=seed).fit_transform(whole) if dimensions > 1 else whole.toarray()
    return normalize(reduced)


def _words(texts: Sequence[str]) -> _Words:
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(binary=True, ngram_range=(1, 2), max_features=20_000)
    try:
        counted = counter.fit_transform(texts)
    except ValueError:  # short words alone, or a language without blanks
        counter = CountVectorizer(binary=True, analyzer="char", ngram_range=(1, 4), max_features=20_000)
        counted = counter.fit_transform(texts)
    return _Words(counted, counter.get_feature_names_out().tolist())


def _meant(texts: Sequence[str], seed: int) -> Any:
    """Return what the known words of each text mean, as vectors of length 1; zeros for a text without such a word."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    try:
        found = TfidfVectorizer(analyzer=meanings, sublinear_tf=True).fit_transform(texts)
    except ValueError:  # no word that the list knows
        return np.zeros((len(texts), 0))
    dimensions = min(MEANINGS, found.shape[1] - 1)
    if dimensions < 1:
        return found.toarray()
    return normalize(TruncatedSVD(dimensions, random_state=seed).fit_transform(found))


def _typical(ids: Sequence[str], places: Sequence[int], vectors: Any) -> list[str]:
    own = vectors[places]
    near = own @ own.mean(axis=0)
    return [ids[at] for at in np.argsort(-near, kind="stable")]


def _name(members: Any, counts: Any, words: _Words) -> str:
    """Return the words that are frequent in a group and rare in the others."""
    weights = counts[members], counts[~members]
    inside = np.asarray(weights[0] @ words.counts[np.flatnonzero(members)]).ravel() / max(weights[0].sum(), 1)
    outside = np.asarray(weights[1] @ words.counts[np.flatnonzero(~members)]).ravel() / max(weights[1].sum(), 1)
    order = np.argsort(-(inside - outside) * inside, kind="stable")
    chosen: list[str] = []
    for at in order[:200]:
        word = words.names[at]
        parts = word.split()
        if inside[at] > 0 and not EMPTY_WORDS & set(parts) and not any(set(parts) & set(one.split()) for one in chosen):
            chosen.append(word)
        if len(chosen) == NAME_WORDS:
            break
    return ", ".join(chosen) or "unnamed"
