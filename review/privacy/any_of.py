"""Whether a text holds any of many words, in one pass over it (Aho-Corasick), instead of one pass for each word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ahocorasick_rs import AhoCorasick, Implementation


def any_of(words: Iterable[str]) -> Callable[[str], bool]:
    """Return a function that tells whether a text has one of the words as a part of it."""
    listed = tuple(words)
    find = AhoCorasick(listed, implementation=Implementation.DFA).find_matches_as_indexes

    def holds(text: str) -> bool:
        try:
            return bool(find(text))
        except UnicodeEncodeError:  # half of a character pair, which the library does not read
            return any(word in text for word in listed)

    return holds


def which_of(groups: Sequence[Iterable[str]]) -> Callable[[str], frozenset[int]]:
    """Return a function that gives the numbers of the groups of words of which a text has one as a part of it."""
    listed = [(number, word) for number, words in enumerate(groups) for word in words]
    owners, every = [number for number, _ in listed], frozenset(range(len(groups)))
    find = AhoCorasick([word for _, word in listed], implementation=Implementation.DFA).find_matches_as_indexes

    def found_in(text: str) -> frozenset[int]:
        try:
            return frozenset([owners[word] for word, _, _ in find(text, overlapping=True)])
        except UnicodeEncodeError:
            return every

    return found_in


def folded(text: str) -> str:
    """Return a text in lower case so that it holds a lower-case ASCII word wherever ``re.IGNORECASE`` finds it."""
    if text.isascii():
        return text.lower()
    # To a regular expression these three letters are i, i and s; to lower() they are not.
    return text.replace("\u0130", "i").replace("\u0131", "i").replace("\u017f", "s").lower()
