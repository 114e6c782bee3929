"""How polite an answer sounds, by word lists: a baseline to compare judges with.

Friendly answers use polite words or offer more help. Rude ones are blunt, for instance a refusal without any softening.
All others are neutral. The lists understand no irony and few languages. Draws keep the labels as verdicts of the judge
``JUDGE``, so this baseline is calibrated like any judge; a judge model that does no better is not worth its price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding
from review.checks.refusal import OPTIONS as REFUSAL_OPTIONS
from review.checks.refusal import refusal

JUDGE, VERSION, DIMENSION = "politeness-heuristic", "1", "politeness"
VALUES = ("rude", "neutral", "friendly")
OPTIONS = {"few_words": 3}
"""A plain "no" in an answer of at most this many words counts as blunt."""

WARM = (
    "happy to help|glad to help|glad you|pleasure|anything else|let me know|hesitate|feel free|delighted"
    "|have a nice|have a great|have a wonderful|have a lovely|have a good|lovely weekend|take care|enjoy"
    "|looking forward|congratulations|great question|no worries|you're welcome|very welcome|welcome back|so much"
    "|truly appreciate|really appreciate|really sorry|so sorry|i understand how|thanks for|thank you for"
    "|thanks a lot|good news|sure thing|wishing you|hope this helps|hope that helps|with pleasure|gerne"
    "|vielen dank|herzlich|schönen tag|schönes wochenende|kann ich sonst|avec plaisir|n'hésitez|bonne journée"
    "|muchas gracias|con mucho gusto|buen día|con piacere|grazie mille|com prazer|graag gedaan|lovely to hear"
    "|here to help|understand your frustration|wonderful news|have fun|hope you|awesome|kind regards"
    "|should not have happened|happy birthday|means a lot|danke für ihre|kümmere mich|merci beaucoup|qué bien"
    "|con todo gusto|estamos aquí para|с удовольствием"
    "|большое спасибо|很高兴|非常感谢|祝您|喜んで|ありがとうございます|감사합니다|بكل سرور"
)
"""One of these makes an answer friendly."""

KIND = (
    "thank|thanks|sorry|apolog|welcome|of course|hello|good morning|hi |hi,|glad|happy|!|please|appreciate|great"
    "|wonderful|absolutely|lovely|good afternoon|danke|bitte|merci|désolé|gracias|lo siento|grazie|obrigad"
    "|desculp|bedankt|спасибо|извините|谢谢|感谢|抱歉|すみません|申し訳|죄송|شكرا|عذرا"
)
"""Two of these make an answer friendly (an exclamation mark is one of them); one softens a no."""

COLD = (
    "not my problem|your own fault|your fault|stupid|idiot|waste my time|wasting my time|deal with it"
    "|figure it out|whatever|nobody cares|don't care|stop asking|already told you|read the faq|you people"
    "|read the manual|you should have|how hard can|isn't it obvious|obvious, isn't|shut up|are you even"
    "|what do you expect|call somebody else|go away|deal with that|not my job|nicht mein problem|gefälligst"
    "|not my department|not going to explain|learn to read|ridiculous|too bad|so what?|like everybody else"
    "|obviously you|you clearly|are you serious|i can't help you if|sich selbst zuzuschreiben|débrouillez-vous"
    "|selbst schuld|pas mon problème|no es mi problema|non è un mio problema|não é problema meu"
)
"""One of these makes an answer rude."""

_ALL = tuple(tuple(words.split("|")) for words in (COLD, KIND, WARM))
_ASCII = tuple(tuple(word for word in words if word.isascii()) for words in _ALL)
_BARE_NO = re.compile(r"\b(?:no|nope|denied|not possible|impossible|can['’]t|cannot|never|nein|non)\b", re.IGNORECASE)
_END = re.compile(r"(?:^|[.!?] )(?:bye|next)[.!]?\s*\Z", re.IGNORECASE)


def politeness(texts: Texts, options: Options) -> Finding:
    """Flag a rude answer. ``value`` is rude, neutral or friendly, None without an answer; the evidence is the words."""
    lower = texts.lower
    if not lower.strip():
        return finding()
    colds, kinds, warms = _ASCII if lower.isascii() else _ALL
    cold = [word for word in colds if word in lower]
    kind = [word for word in kinds if word in lower]
    warm = [] if cold else [word for word in warms if word in lower]
    if cold or _blunt(texts, lower, options["few_words"], softened=bool(kind)):
        spans = list(_places(texts, cold, "cold"))
        return finding(flagged=True, value="rude", spans=spans, note="cold words" if cold else "a bare no")
    if warm or len(kind) >= 2:
        return finding(value="friendly", spans=_places(texts, warm or kind, "warm"))
    return finding(value="neutral")


def _blunt(texts: Texts, lower: str, few: int, *, softened: bool) -> bool:
    """Whether an answer is a no of a few words, a curt goodbye, or a refusal, without any softening."""
    if softened:
        return False
    short = len(lower) < 40 and len(lower.split()) <= few and _BARE_NO.search(lower) is not None
    return short or _END.search(lower) is not None or bool(refusal(texts, REFUSAL_OPTIONS)["flagged"])


def _places(texts: Texts, words: list[str], kind: str) -> Iterator[Span]:
    """The positions of the words in the answer as it was written."""
    for word in words:
        found = re.search(re.escape(word).replace("'", "['’]"), texts.answered, re.IGNORECASE)
        if found:
            yield {"field": texts.answer, "start": found.start(), "end": found.end(), "kind": kind}


CHECK = Check(
    title="politeness (word list)",
    about="rude answers, by word lists; draws keep its labels as verdicts of the judge `politeness-heuristic`",
    find=politeness,
    options=OPTIONS,
)
