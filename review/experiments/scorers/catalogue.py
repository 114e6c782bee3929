"""All kinds of scorers in one dict, and the scorers that a project names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.experiments.scorers.scorer import Scorer, Surroundings

SCORERS = loaded(
    Scorer,
    {
        "execution": "review.experiments.scorers.execution:SCORER",
        "sql_rules": "review.experiments.scorers.sql_rules:SCORER",
        "demands": "review.experiments.scorers.demands:SCORER",
        "behaviour": "review.experiments.scorers.behaviour:SCORER",
        "exact": "review.experiments.scorers.exact:SCORER",
        "normalised": "review.experiments.scorers.normalised:SCORER",
        "contains": "review.experiments.scorers.contains:SCORER",
        "numeric": "review.experiments.scorers.numeric:SCORER",
        "required": "review.experiments.scorers.required:SCORER",
        "tools": "review.experiments.scorers.tools:SCORER",
        "labels": "review.experiments.scorers.labels:SCORER",
        "retrieval": "review.experiments.scorers.retrieval:SCORER",
        "similarity": "review.experiments.scorers.similarity:SCORER",
        "reported": "review.experiments.scorers.reported:SCORER",
        "check": "review.experiments.scorers.check:SCORER",
        "judge": "review.experiments.scorers.judge:SCORER",
    },
)
"""Every kind of scorer by its name in ``[scores]``. A new one is a file with a ``Scorer`` and a line here."""
FAMILIES = tuple(name for name, scorer in SCORERS.items() if scorer.parameter)
"""Those that need to know which one: ``check:refusal``."""


class Named(NamedTuple):
    """A scorer as the settings name it, with what follows the colon."""

    name: str
    scorer: Scorer
    parameter: str


def named(names: Sequence[str], surroundings: Surroundings) -> list[Named]:
    """Return the scorers of some names. Raises InputError for one that means nothing, and lists those there are."""
    found = []
    for name in names:
        kind, _, parameter = name.partition(":")
        if kind not in SCORERS or (kind in FAMILIES) != bool(parameter):
            known = ", ".join(f"{k}:NAME" if k in FAMILIES else k for k in SCORERS)
            raise InputError(f"scores: found the scorer {name!r}, expected one of {known}.")
        scorer = SCORERS[kind]
        scorer.check(parameter, surroundings)
        found.append(Named(name, scorer, parameter))
    return found
