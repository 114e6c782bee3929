"""Passwords that are words, after their name, and tokens that have no prefix of an issuer.

A wrong mask spoils an answer, and people write about passwords more often than they write one down. So a word counts
only where it stands alone after "password:", and is no word about passwords; a token only where it looks random.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.privacy.identifiers import Hit

_NAMES = r"pass(?:word|wd|phrase|code)|passwort|kennwort|mot de passe|contraseñ?a|senha|wachtwoord|hasło|lösenord|pwd"
_GOES_ON = r"and|und|et|y|e|en|but|aber|please|bitte|thanks|danke|merci|gracias|for|für|user\w*|login|e-?mail|it"
_WORD = re.compile(
    rf"(?:{_NAMES})[\"']?\s{{0,3}}(?::|=|=>)\s{{0,3}}[\"']?(?P<it>[^\s\"'<>(){{}}\[\],;]{{4,200}})"
    rf"(?=[\"']|[.!?]?(?:\s*(?:\Z|[\n,;)|]|\\n)|[\s,]+(?:{_GOES_ON})\b))",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?<![A-Za-z])(?:[A-Za-z]{1,20}[_-])?(?:token|jwt|sig|signature)[\"']?\s{0,3}(?:[:=]|=>)\s{0,3}[\"']?"
    r"(?P<it>[A-Za-z0-9._~+/%-]{8,2000}={0,2})(?![\w(])",
    re.IGNORECASE,
)
_ABOUT_PASSWORDS = re.compile(
    r"required|optional|missing|incorrect|invalid|wrong|correct|forgotten|forgot|lost|reset|changed|change"
    r"|expired|hidden|masked|redacted|removed|none|null|true|false|undefined|empty|blank|string|text|varchar"
    r"|your|yours|mine|same|unknown|unchanged|protected|encrypted|hashed|weak|strong|medium|minimum|maximum"
    r"|password|passwd|secret|example|placeholder|value|field|login|failed|failure|error|success|updated|open"
    r"|here|this|that|what|when|where|which|click|enter|type|choose|must|should|with|from|self|auto|manual"
    r"|default|disabled|enabled|falsch|richtig|vergessen|leer|ungültig|abgelaufen|erforderlich|geändert"
    r"|zurücksetzen|oublié|incorrecto|incorrecta|olvidada|esqueci|errata|sbagliata|dimenticata|onjuist|vergeten"
)
"""Words after "password:" that say something about one."""
_STANDS_FOR_ANOTHER = re.compile(
    r"your|here|example|placeholder|x{4}|\*{3}|\.\.\.|\A(?:[a-z]+[_.-])*[a-z]+\Z|\A[A-Z_]+\Z"
)
"""A placeholder or the name of a variable."""
_RANDOM_ANYWAY = 16
"""Characters from which a token may lack digits, and may have underscores."""
HINTS = (
    *("passw", "passphrase", "passcode", "kennwort", "mot de passe", "contrase", "senha", "wachtwoord", "hasło"),
    *("lösenord", "pwd", "token", "jwt", "sig=", "sig:", "sig =", 'sig"', "sig'", "sig\\", "signature"),
)
"""A text in lower case without one of these holds neither. In JSON text a backslash stands before a quote."""


def words_and_tokens(text: str) -> Iterator[Hit]:
    """Yield passwords that are one word after their name, and tokens after theirs."""
    for pattern, least, is_one in ((_WORD, 4, _is_word), (_TOKEN, 8, _is_token)):
        for found in pattern.finditer(text):
            value = found["it"].rstrip(".!?:")
            if len(value) >= least and not is_parameter(value) and is_one(value):
                yield Hit(found.start("it"), found.start("it") + len(value), value)


def is_parameter(value: str) -> bool:
    """Return whether a value stands for another: $1, :name, %s, ${NAME}, a column of a table."""
    return value[0] in "$:%?" or re.fullmatch(r"[a-z_]{1,20}[0-9]?\.[a-z_0-9]+", value) is not None


def _is_word(value: str) -> bool:
    plain = value.casefold().strip("*_-.")
    return bool(plain) and not _ABOUT_PASSWORDS.fullmatch(plain) and "_" not in value


def _is_token(value: str) -> bool:
    """Whether a value looks random: letters with digits, or long and in both cases."""
    long = len(value) >= _RANDOM_ANYWAY
    if _STANDS_FOR_ANOTHER.search(value) or ("_" in value and not long):
        return False
    lower, upper = value != value.upper(), value != value.lower()
    digits = any(c.isdigit() for c in value)
    return (digits and (lower or upper)) or (long and lower and upper)
