"""Keys, tokens and passwords, by the prefixes that their issuers give them or the word before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.privacy.any_of import any_of
from review.privacy.identifiers import Hit
from review.privacy.passwords import HINTS as PASSWORD_HINTS
from review.privacy.passwords import is_parameter, words_and_tokens

_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,200}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}"
    r"|glpat-[A-Za-z0-9_-]{20,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}"
    r"|AIza[A-Za-z0-9_-]{35}"
    r"|ya29\.[A-Za-z0-9_-]{20,255}"
    r"|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,64}|dop_v1_[0-9a-f]{64}|shpat_[0-9a-f]{32}"
    r"|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}"
    r")(?![A-Za-z0-9])"
)
_SLACK_HOOK = re.compile(r"hooks\.slack\.com/services/(?P<it>[A-Z0-9]{8,12}/[A-Z0-9]{8,12}/[A-Za-z0-9]{20,32})")
_AUTHORISED = re.compile(r"\b(?:bearer|basic)[ :]{1,3}(?P<it>[A-Za-z0-9._~+/-]{16,2000}={0,2})", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{0,64}:(?P<it>[^\s/@'\"]{3,128})@[A-Za-z0-9\[]")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,24}PRIVATE KEY(?: BLOCK)?-----.{0,8000}?"
    r"(?:-----END [A-Z ]{0,24}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?:pass(?:word|wd|phrase)|passwort|kennwort|mot de passe|contraseñ?a|pwd"
    r"|(?:api|secret|private|access)[ _-]?key|(?:access|auth|api|refresh)[ _-]?token|client[ _-]?secret|secret)"
    r"[\"']?(?:\s{0,3}(?:[:=]|=>)\s{0,3}|\s(?:is|ist|est|es|lautet)(?:\s?:)?\s)[\"']?"
    r"(?P<it>[^\s\"'<>(){}\[\],;]{6,200})",
    re.IGNORECASE,
)
HINTS = (
    *("sk-", "k_live_", "k_test_", "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat-"),
    *("xox", "aiza", "ya29.", "npm_", "hf_", "dop_v1_", "shpat_", "sg.", "eyj", "slack.com", "bearer", "basic"),
    *("private key", "key", "secret", *PASSWORD_HINTS),
)


"""A text in lower case without one of these, and without an address of a web page, holds nothing of the kind."""
_has_hint = any_of(HINTS)


def may_hold_secret(text: str, lower: str) -> bool:
    """Return whether a text holds a part of a word with which one of these begins; ``lower`` is it in lower case."""
    if "://" in text and "@" in text:
        return True
    return _has_hint(lower)


def secrets(text: str) -> Iterator[Hit]:
    """Yield keys and tokens of known issuers, private keys, and passwords in addresses or after their name.

    After a name, a value counts with a digit; what else counts, ``words_and_tokens`` says.
    """
    if not may_hold_secret(text, text.lower()):
        return
    for found in (*_PRIVATE_KEY.finditer(text), *_PREFIXED.finditer(text)):
        yield Hit(found.start(), found.end(), found[0])
    for pattern in (_SLACK_HOOK, _IN_ADDRESS):
        for found in pattern.finditer(text):
            yield Hit(*found.span("it"), found["it"])
    for found in _AUTHORISED.finditer(text):
        if any(c.isdigit() for c in found["it"]):
            yield Hit(*found.span("it"), found["it"])
    for found in _NAMED.finditer(text):
        value = found["it"].rstrip(".!?:")
        if len(value) >= 6 and any(c.isdigit() for c in value) and not is_parameter(value):
            yield Hit(found.start("it"), found.start("it") + len(value), value)
    yield from words_and_tokens(text)


def without_secrets(text: str) -> str:
    """Return a text with "[SECRET]" in place of each key, token and password, for what a program said by mistake."""
    end, parts = 0, list[str]()
    for hit in sorted(secrets(text), key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= end:
            parts += [text[end : hit.start], "[SECRET]"]
        end = max(end, hit.end)
    return "".join([*parts, text[end:]])
