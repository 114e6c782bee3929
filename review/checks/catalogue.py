"""All checks in one glance, and the options of each with their defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from review.checks.language import OPTIONS as LANGUAGE
from review.checks.language import language
from review.checks.length import OPTIONS as LENGTH
from review.checks.length import length
from review.checks.politeness import OPTIONS as POLITENESS
from review.checks.politeness import politeness
from review.checks.protocol import Check, Finding, Options, Texts
from review.checks.refusal import OPTIONS as REFUSAL
from review.checks.refusal import refusal
from review.checks.repetition import OPTIONS as REPETITION
from review.checks.repetition import repetition
from review.checks.residue import OPTIONS as PERSONAL_DATA
from review.checks.residue import personal_data
from review.checks.similar import OPTIONS as SIMILARITY
from review.checks.similar import similar
from review.checks.toxicity import toxicities, toxicity

CHECKS: dict[str, Check] = {
    "personal_data": personal_data,
    "language": language,
    "length": length,
    "repetition": repetition,
    "refusal": refusal,
    "politeness": politeness,
    "toxicity": toxicity,
    "similarity": similar,
}
"""Every check by name. A new one is a file with its function and ``OPTIONS``, and a line here and in ``DEFAULTS``."""

DEFAULTS: dict[str, Options] = {
    "personal_data": PERSONAL_DATA,
    "language": LANGUAGE,
    "length": LENGTH,
    "repetition": REPETITION,
    "refusal": REFUSAL,
    "politeness": POLITENESS,
    "toxicity": {"model": "", "threshold": 0.5, "labels": (), "of": "answer", "device": "auto"},
    "similarity": SIMILARITY,
}
"""The options of each check as they are where ``[checks.NAME]`` says nothing."""

TITLES: dict[str, str] = {
    "personal_data": "personal data",
    "language": "language",
    "length": "length",
    "repetition": "repetition",
    "refusal": "refusal",
    "politeness": "politeness (word list)",
    "toxicity": "toxic language",
    "similarity": "like the expected answer",
}
"""What a person reads."""

TOGETHER: dict[str, Callable[[Sequence[Texts], Options], list[Finding]]] = {"toxicity": toxicities}
"""Checks that are faster over many conversations at once; the findings are those of one after the other."""

CHEAP = ("personal_data", "language", "length", "repetition", "refusal")
"""What runs on import unless the project says otherwise: what needs no model, no expected answer and little time.

The baseline judge of politeness need not run there: it judges every drawn item anyhow.
"""
