"""Declare and read the two judges that are bought: how they err, what they cost, what they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.demo.data_files import record, tables

Confusion = Mapping[str, Mapping[str, float]]
Phrases = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, kw_only=True)
class Maker:
    """How a judge was made, errs and writes.

    Prices are per million tokens, ``seconds`` is the median of an answer. ``errs`` holds the share of each verdict by
    dimension and true label. ``says`` holds phrases by dimension and verdict, ``mistaken`` the phrases for verdicts
    that people do not share.
    """

    note: str
    price_in: float
    price_out: float
    seconds: float
    errs: Mapping[str, Confusion]
    says: Phrases
    mistaken: Phrases


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Why a verdict can be missing: the share of each cause, and replies that nobody can read."""

    causes: Mapping[str, float]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class JudgesFile:
    """All of data/judges.toml. ``why`` says what is wrong with an answer, by the reason that people gave."""

    judge: Mapping[str, Maker]
    why: Mapping[str, str]
    missing: Missing


FILE = record(JudgesFile, tables("judges"), "judges.toml")
MAKERS = FILE.judge
"""The judges whose verdicts come from outside, by name."""
JUDGES = {name: maker.errs for name, maker in MAKERS.items()}
"""How each judge errs: judge, dimension, truth, share of each verdict."""
