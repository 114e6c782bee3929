"""Whether a text holds any of many words, in one pass over it (Aho-Corasick), instead of one pass for each word."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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
