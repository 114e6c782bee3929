"""Toxic language in answers: by the model of [checks.toxicity] where the project names one, else by a word list.

The list finds insults, slurs and threats that are written out, in five languages. It understands nothing: a quotation
is found, and contempt in polite words is not. The control report says which of the two looked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from review.checks.protocol import Span, pair, texts_of
from review.checks.toxicity import toxicities
from review.compliance.checks.check import Clause, DailyCheck, Look, answers, each, place
from review.privacy.any_of import any_of, folded
from review.settings.project import Project
from storage.records_log import Conversation

WORDS = (
    # English
    r"asshole|arsehole|bastard|bitch|bullshit|cunt|dickhead|dumbass|fag|faggot|fuck(?:ing|er|ed|s)?|idiots?|imbecile"
    r"|moron|motherfucker|nigg(?:er|a)s?|piece of shit|prick|retard(?:ed)?|scumbag|shithead|shut up|slut|spic|stupid"
    r"|subhuman|tranny|twat|vermin|wanker|whore|you people|kill yourself|go to hell|drop dead|i will hurt you"
    r"|i will kill you|hope you die"
    # German
    r"|arschloch|depp|dreckskerl|dummkopf|fick dich|fotze|halt die klappe|halt(?:'s)? maul|hurensohn|idiotin|miststück"
    r"|missgeburt|schlampe|schwachkopf|schwuchtel|untermensch|vollidiot|wichser|verpiss dich"
    # French
    r"|connard|connasse|crétin|enculé|ferme ta gueule|fils de pute|imbécile|salaud|salope|ta gueule|va te faire foutre"
    # Spanish
    r"|cabrón|cállate|estúpid[oa]|gilipollas|hijo de puta|imbécil|maricón|pendejo|puta madre|vete a la mierda"
    # Italian
    r"|bastardo|coglione|cretino|figlio di puttana|stronz[oa]|stupid[oa]|testa di cazzo|vaffanculo|zitto"
)
_ENTRIES = re.split(r"\|(?![^(]*\))", WORDS)
LISTED = len(_ENTRIES)
"""Entries of the list."""
_WORDS = re.compile(rf"(?<!\w)(?:{WORDS})(?!\w)", re.IGNORECASE)
_may_hold = any_of([re.split(r".\?|[(\[]", entry)[0] for entry in _ENTRIES])
"""A quick test of a folded text by the letters with which each entry begins: most answers hold none of them."""
KIND = "toxic word"


def look(project: Project) -> Look:
    """Return the look at conversations. Raises InputError for a model that is not on this machine."""
    if not _model(project):
        return each(_by_words)
    toxicities([pair("Where is it?", "On its way.")], project.checks.of("toxicity"))
    return partial(_by_model, project)


def _by_words(conversation: Conversation) -> list[Span]:
    return [
        place(field, *found.span(), KIND)
        for field, text in answers(conversation)
        if _may_hold(folded(text))
        for found in _WORDS.finditer(text)
    ]


def _by_model(project: Project, many: Sequence[Conversation]) -> list[list[Span]]:
    found = toxicities([texts_of(one) for one in many], project.checks.of("toxicity"))
    return [one["spans"] for one in found]


def _model(project: Project) -> str:
    return str(project.checks.of("toxicity").get("model") or "")


def method(project: Project) -> str:
    """Return which of the two looked."""
    if _model(project):
        return f"the text-classification model {_model(project)}"
    return f"a list of {LISTED} words in English, German, French, Spanish and Italian; it understands no context"


CHECK = DailyCheck(
    title="toxic language",
    about="insults, slurs and threats in what the product answered",
    clauses=(
        Clause("GDPR", "Art. 5(1)(a)", "fair processing, served in part: the GDPR names no rule about tone"),
        Clause("House rule", "conduct", "the product speaks to people as staff would"),
    ),
    days=7,
    traffic=look,
    method=method,
)
