"""What a proposal for a golden example was made from."""

from __future__ import annotations

import re

from storage.records_failures import GoldenProposal

DOCUMENTS = "documents"
_RULES = {"frequent questions": r"asked [\d,]+ times", "answers that users marked": r"marked (right|wrong) by the user"}


def made_from(one: GoldenProposal) -> str:
    """Return what a proposal was made from, by its source and its rule. Pure.

    The rule of one that triage made begins with the name of a failure mode, which may begin like another rule.
    """
    if one.source == "synthetic":
        return DOCUMENTS if one.rule.startswith("document:") else "variants of examples"
    return next((words for words, rule in _RULES.items() if re.fullmatch(rule, one.rule)), "failures")
