"""The groups that a week is drawn in: what the project says, or for a sealed week what it was drawn in first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from review.basics.errors import Refused
from review.sampling.strata import JUDGES_DISAGREE, Cap, Group, default_groups
from review.settings.project import Project


@dataclass(frozen=True)
class Grouping:
    """What decides the groups: the bound of low confidence, and the checks whose flag makes a failing case.

    ``judges_disagree`` is the cap of that group; None: there is no such group.
    """

    confidence: float = 0.5
    failing_checks: tuple[str, ...] = ()
    judges_disagree: Cap | None = None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups themselves, in order."""
        return default_groups(self.confidence, failing_checks=self.failing_checks, judges_disagree=self.judges_disagree)

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the ledger keeps it beside the frame."""
        return {
            "confidence": self.confidence,
            "failing_checks": list(self.failing_checks),
            "judges_disagree": self.judges_disagree is not None,
        }


def grouping_of(project: Project, *, judges_disagree: Cap | None = None) -> Grouping:
    """The grouping of a first draw. ``judges_disagree`` is what was asked for this time, else the project's holds."""
    cap = project.judges_disagree if judges_disagree is None else judges_disagree
    return Grouping(project.confidence, project.checks.failing, cap)


def sealed_grouping(
    project: Project, week: str, frame: Mapping[str, Any], *, judges_disagree: Cap | None = None
) -> Grouping:
    """The grouping of a later draw: that of the first, whose ``frame`` the ledger keeps, whatever the project says now.

    Raises Refused when a group is asked for that the week was not drawn in.
    """
    now, before = grouping_of(project, judges_disagree=judges_disagree), frame.get("groups")
    if before is None:
        before = {**now.to_json(), "judges_disagree": JUDGES_DISAGREE in frame.get("populations", {})}
    if judges_disagree is not None and not before["judges_disagree"]:
        raise Refused(
            f"{week} was drawn without the group {JUDGES_DISAGREE}; a sealed frame keeps its groups. Ask for it when "
            "the next week is drawn."
        )
    # A cap of one asks for nothing new: what was drawn stays drawn.
    cap = (now.judges_disagree or 1) if before["judges_disagree"] else None
    return Grouping(float(before["confidence"]), tuple(before["failing_checks"]), cap)
