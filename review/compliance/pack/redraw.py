"""Draw the sample of a week again from the ids of its frame, by the seed and the key rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.sampling.key import KEY_RULE, digest, threshold


@dataclass(frozen=True, kw_only=True)
class Redrawn:
    """One group of one week, drawn again.

    ``missing`` are ids that the key chooses and the sample lacks, ``extra`` those that it has and the key does not
    choose. ``listed`` of ``population`` conversations stood in the frame that was drawn from.
    """

    week: str
    group: str
    population: int
    listed: int
    sampled: int
    missing: Sequence[str]
    extra: Sequence[str]
    trouble: str = ""

    @property
    def same(self) -> bool:
        """Whether the sample is the one that the key chooses."""
        return not self.missing and not self.extra and not self.trouble


def redrawn(week: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> list[Redrawn]:
    """Return each group of the latest draw of a week, drawn again from the ``members`` of its frame."""
    if not week["draws"]:
        return []
    last = week["draws"][-1]
    groups: dict[str, list[str]] = {}
    for one in members:
        groups.setdefault(one["group"], []).append(one["id"])
    return [
        _group(week, stratum, last["seed"], last["key_rule"], groups.get(stratum["name"], []))
        for stratum in last["strata"]
    ]


def _group(week: Mapping[str, Any], stratum: Mapping[str, Any], seed: str, rule: str, ids: Sequence[str]) -> Redrawn:
    drawn = set(week["sample"].get(stratum["name"], ()))
    ranked = sorted(ids, key=lambda i: digest(seed, i))
    chosen = set(ranked[: stratum["sampled"]])
    return Redrawn(
        week=week["week"],
        group=stratum["name"],
        population=stratum["population"],
        listed=len(ids),
        sampled=stratum["sampled"],
        missing=sorted(chosen - drawn),
        extra=sorted(drawn - chosen),
        trouble=_trouble(stratum, seed, rule, ranked, len(drawn)),
    )


def _trouble(stratum: Mapping[str, Any], seed: str, rule: str, ranked: Sequence[str], drawn: int) -> str:
    """Return what is wrong besides the ids, "" when nothing is."""
    if rule != KEY_RULE:
        return f"it was drawn by another rule: {rule}"
    if len(ranked) > stratum["population"]:
        return f"the frame lists {len(ranked):,} conversations, the ledger says {stratum['population']:,}"
    if drawn != stratum["sampled"]:
        return f"the sample has {drawn:,} conversations, the ledger says {stratum['sampled']:,}"
    if drawn > stratum["population"]:
        return f"the sample has {drawn:,} conversations, of {stratum['population']:,} in the ledger"
    if len(ranked) < stratum["population"] or not stratum["sampled"]:
        return ""
    # A rate chooses what lies under its threshold; a number that was asked for has the share that it makes.
    by_rate = threshold(stratum["probability"])
    under = len(ranked) if by_rate is None else sum(digest(seed, i)[:8] < by_rate for i in ranked)
    by_number = abs(stratum["sampled"] / stratum["population"] - stratum["probability"]) < 1e-9
    if under != stratum["sampled"] and not by_number:
        return f"its probability {stratum['probability']:g} fits neither a rate nor a number of {stratum['sampled']:,}"
    return ""
