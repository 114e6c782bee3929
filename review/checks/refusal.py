"""Whether an answer declines: it says that it cannot, may not or will not do what was asked.

A business "no" is not a refusal: "the order cannot be cancelled because it has been shipped" answers the question. So
the patterns of each language in ``RULES`` require who declines and what is declined close together.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

OPTIONS = {"within": 1200}
"""How many characters of the answer are read: a refusal comes early."""

_CANNOT = (
    r"(?:can(?:['’]t|not| not)|could(?:n['’]t| not)|won['’]t|will not"
    r"|(?:['’]m|['’]re| am| are) (?:\w+ )?(?:not (?:able|allowed|authori[sz]ed|permitted|programmed|comfortable"
    r"|in a position)|unable)(?: to| with)?|must decline to|(?:have|need) to (?:refuse|decline) to"
    r"|(?:['’]d| would) (?:rather|prefer) not(?: to)?|prefer not to|refuse to|decline to"
    r"|(?:don['’]t|do not) feel comfortable|(?:don['’]t|do not)(?= (?:answer|discuss|provide|give|offer)))"
)
_DO = (
    r"(?:be able to )?(?:help\b|assist\b|answer|advise\b|act on\b|continue (?:with|this)\b"
    r"|run (?:statements|queries|this|that)\b|respond\b|reveal\b|disclose\b|discuss\b|comment\b|comply\b|fulfil"
    r"|generate\b|write\b|engage\b|speculate\b|do (?:that|this|so)\b|look (?:that|this|it) up|talk about"
    r"|complete (?:your|this|that) request|process (?:your|this|that)\b"
    r"|(?:provide|share|give|giving|offer|tell)\b[^.!?\n]{0,40}?(?:information|details|data\b|advice|schema"
    r"|instructions?|opinions?|prompt|that\b|this\b|where\b|who\b))"
)


class Rule(NamedTuple):
    """A way to decline. ``pattern`` is tried only on an answer that holds a sign of each group in ``signs``.

    Signs are words. With ``spaced`` False they are parts of the text, for scripts without spaces between words.
    """

    signs: tuple[frozenset[str], ...]
    pattern: re.Pattern[str]
    spaced: bool = True


def _rule(pattern: str, *signs: str, spaced: bool = True) -> Rule:
    ends = ("", ".", ",", "!", "?", ";", ":") if spaced else ("",)
    groups = tuple(frozenset(word + end for word in group.split() for end in ends) for group in signs)
    return Rule(groups, re.compile(pattern, re.IGNORECASE), spaced)


_NOT = "can't cannot not couldn't won't don't unable decline refuse declined"
_DOING = (
    "help assist answer answering advise act continue run respond reveal disclose discuss comment comply fulfil fulfill"
    " generate write engage speculate do look talk complete process provide share give giving offer tell decline refuse"
    " ability permission access"
)
_PHRASES = "ai outside only programmed something allow permit violates against inappropriate ai-"
RULES: dict[str, tuple[Rule, ...]] = {
    "en": (
        _rule(
            rf"\b(?:i|we) ?{_CANNOT}(?: (?:really|even|simply|directly))? {_DO}"
            r"|\b(?:i|we) (?:must decline|have to (?:refuse|decline)|refuse|decline)(?: (?:this|that|to)\b|[.!])"
            r"|\b(?:i|we) (?:don['’]t|do not) have (?:the (?:ability|permission)|access to your)",
            _NOT,
            _DOING,
        ),
        _rule(
            r"\bas an ai\b|\boutside (?:of )?(?:what i(?: can|['’]m able)|my (?:scope|expertise))"
            r"|\bi can only help with"
            r"|\bi(?:['’]m| am) not programmed to\b|\b(?:this|that) is (?:not something|something i(?:['’]m| am) not)\b"
            r"|\b(?:instructions|rules|guidelines) (?:do not|don['’]t) (?:allow|permit) me\b"
            r"|\b(?:violates|against) (?:our|my|the) (?:content |usage )?(?:policy|policies|guidelines)"
            r"|\b(?:be|is) inappropriate (?:for me )?to\b",
            _PHRASES,
        ),
    ),
    "de": (
        _rule(
            r"\b(?:kann|darf|können|dürfen|möchte)\b[^.!?\n]{0,60}\b(?:nicht|leider nicht|nichts)\b[^.!?\n]{0,20}"
            r"(?:helfen|weiterhelfen|beantworten|antworten|herausgeben|mitteilen|sagen)\b"
            r"|\b(?:kann|darf|können|dürfen)\b[^.!?\n]{0,20}\bkeine\b[^.!?\n]{0,40}(?:herausgeben|weitergeben|geben|nennen)\b"
            r"|\bnicht (?:in der lage|befugt|berechtigt)\b|\bals ki\b|\bals ki-|\bmöchte ich mich nicht äußern\b",
            "nicht nichts keine ki ki-sprachmodell ki-modell",
        ),
    ),
    "fr": (
        _rule(
            r"\bne (?:peux|pouvons) (?:malheureusement )?pas\b[^.!?\n]{0,40}"
            r"(?:aider|répondre|partager|fournir|donner|divulguer)"
            r"|\bpas (?:en mesure|autorisée?|le droit)\b[^.!?\n]{0,12}"
            r"(?:répondre|aider|partager|donner|fournir|communiquer)"
            r"|\ben tant qu['’]ia\b",
            "pas qu'ia",
        ),
    ),
    "es": (
        _rule(
            r"\bno (?:puedo|podemos|estoy autorizad[oa]|soy capaz|me es posible)\b[^.!?\n]{0,24}"
            r"(?:ayudar|responder|compartir|proporcionar|revelar|contestar|opinar|dar(?:te|le|les)? es[ao])"
            r"|\bcomo (?:modelo de lenguaje|modelo de ia|ia)\b",
            "no como",
        ),
    ),
    "it": (
        _rule(
            r"\bnon (?:posso|possiamo|sono in grado|sono autorizzat[oa])\b[^.!?\n]{0,24}"
            r"(?:aiutar|rispondere|condividere|fornire)",
            "non",
        ),
    ),
    "pt": (
        _rule(
            r"\bnão (?:posso|podemos|consigo|tenho permissão|estou autorizad[oa])\b[^.!?\n]{0,24}"
            r"(?:ajudar|ajudá|responder|fornecer|compartilhar|partilhar)",
            "não",
        ),
    ),
    "nl": (
        _rule(
            r"\b(?:kan|mag|kunnen)\b[^.!?\n]{0,40}\bniet\b[^.!?\n]{0,16}(?:helpen|beantwoorden|delen|geven)\b", "niet"
        ),
    ),
    "pl": (
        _rule(r"\bnie (?:mogę|możemy|jestem w stanie)\b[^.!?\n]{0,24}(?:pomóc|odpowiedzieć|udostępni|podać)", "nie"),
    ),
    "ru": (
        _rule(
            r"\bне (?:могу|можем|в состоянии)\b[^.!?\n]{0,24}(?:помочь|ответить|предоставить|раскрыть|поделиться)",
            "не",
        ),
    ),
    "tr": (
        _rule(r"yardımcı olam\w+|cevap verem\w+|yanıtlayam\w+|paylaşam\w+", "yardımcı verem layam laşam", spaced=False),
    ),
    "zh": (
        _rule(
            r"(?:无法|不能|不便|没办法)[^。！？\n]{0,8}(?:回答|提供|帮助|帮您|帮你|协助|透露|分享)",
            "无法 不能 不便 没办法",
            spaced=False,
        ),
    ),
    "ja": (
        _rule(
            r"(?:お答え|回答|対応|お手伝い|ご案内|お教え|提供)は?(?:できません|できかね|いたしかね|致しかね)",
            "ません かね",
            spaced=False,
        ),
    ),
    "ko": (
        _rule(
            r"(?:도와\s?드릴|도울|답변할|답변드릴|답변해\s?드릴|제공할|제공해\s?드릴|알려\s?드릴) ?수(?:가|는)? ?없",
            "없",
            spaced=False,
        ),
    ),
    "ar": (
        _rule(
            r"(?:لا أستطيع|لا يمكنني|لا يمكننا|لا نستطيع)[^.!؟\n]{0,20}(?:مساعد|الإجابة|الرد|مشاركة|تقديم|إعطاء)", "لا"
        ),
    ),
}
"""By language, the ways to decline in it."""

_ALL = tuple(rule for rules in RULES.values() for rule in rules)
_ASCII = tuple(rule for rule in _ALL if all(any(sign.isascii() for sign in group) for group in rule.signs))
_FIRST_WORDS = frozenset().union(*(rule.signs[0] for rule in _ASCII))
_WORDS = frozenset().union(*(group for rule in _ALL if rule.spaced for group in rule.signs))


def refusal(texts: Texts, options: Options) -> Finding:
    """Flag an answer that declines. ``value`` is "declined" or "answered"."""
    lower, words = texts.lower, texts.words
    if not words:
        return finding()
    plain = lower.isascii()
    if plain and _FIRST_WORDS.isdisjoint(words):
        return finding(value="answered")
    signs = _WORDS.intersection(words)  # few words, so that each rule is tried on these alone
    for rule in _ASCII if plain else _ALL:
        if not _may_hold(rule, lower, signs):
            continue
        found = rule.pattern.search(texts.answered, 0, options["within"])
        if found:
            span: Span = {"field": texts.answer, "start": found.start(), "end": found.end(), "kind": "declines"}
            return finding(flagged=True, value="declined", spans=[span], note="the answer declines")
    return finding(value="answered")


def _may_hold(rule: Rule, lower: str, signs: frozenset[str]) -> bool:
    for group in rule.signs:
        if group.isdisjoint(signs) if rule.spaced else not any(sign in lower for sign in group):
            return False
    return True


CHECK = Check(
    title="refusal",
    about="answers that decline what was asked",
    find=refusal,
    options=OPTIONS,
    cheap=True,
)
