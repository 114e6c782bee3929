"""Words that name no group of failures: of almost every sentence, in the languages that reviewers write most."""

from __future__ import annotations

from collections.abc import Mapping

from review.checks.language import COMMON_WORDS

_MORE: Mapping[str, str] = {
    "en": "able an as at be been but by can do does doesn don had her his if in into its me no nor on only or so still"
    " than then they too us very we were who why i again just also because",
    "de": "aber am an auf aus bei da dann dass denn doch durch es hat hier im in man mir noch nur ob oder schon"
    " sehr sich sind so um uns vom vor war was weil wenn zum zur über kein keine keinen",
    "fr": "a au aux avait car ce ces comme de elle en il ils la leur lui mais même ne ni on ou par plus qu sa se si son"
    " très un",
    "es": "a al así como de en esta este fue ha la lo más ni o pero porque se ser sin sobre su sus también te un ya",
    "zh": "的 了 是 在 和 也 就 都 而 及 与 这 那",
}


def _all() -> frozenset[str]:
    return frozenset(word for words in (*COMMON_WORDS.values(), *_MORE.values()) for word in words.split())


EMPTY_WORDS = _all()
