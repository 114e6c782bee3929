"""The groups of a week's draw: those of the project, or for a sealed week those of its first draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from review.basics.errors import Refused
from review.sampling.strata import JUDGES_DISAGREE, SQL, Cap, Group, default_groups
from review.settings.project import Project


@dataclass(frozen=True)
class Grouping:
    """The settings behind the groups: the bound of low confidence, and the checks whose flag makes a failing case.

    ``judges_disagree`` is the cap of that group, ``sql_share`` the least share of the group of queries; None makes no
    such group.
    """

    confidence: float = 0.5
    failing_checks: tuple[str, ...] = ()
    judges_disagree: Cap | None = None
    sql_share: float | None = None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, in order."""
        return default_groups(
            self.confidence,
            failing_checks=self.failing_checks,
            judges_disagree=self.judges_disagree,
            sql_share=self.sql_share,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain data, as the ledger keeps it with the frame."""
        return {
            "confidence": self.confidence,
            "failing_checks": list(self.failing_checks),
            "judges_disagree": self.judges_disagree is not None,
        } | ({SQL: True} if self.sql_share is not None else {})


def grouping_of(project: Project, *, judges_disagree: Cap | None = None, sql_share: float | None = None) -> Grouping:
    """Return the grouping of a first draw; ``judges_disagree`` and ``sql_share`` override the project's."""
    cap = project.judges_disagree if judges_disagree is None else judges_disagree
    share = project.sql_spot_check if sql_share is None else sql_share
    return Grouping(project.confidence, project.checks.failing, cap, share or None)


def sealed_grouping(
    project: Project,
    week: str,
    frame: Mapping[str, Any],
    *,
    judges_disagree: Cap | None = None,
    sql_share: float | None = None,
) -> Grouping:
    """Return the grouping of a later draw: that of the first draw, from the ``frame`` that the ledger keeps.

    Raises Refused when ``judges_disagree`` or ``sql_share`` asks for a group that the first draw did not have.
    """
    now, before = grouping_of(project, judges_disagree=judges_disagree, sql_share=sql_share), frame.get("groups")
    if before is None:
        before = {**now.to_json(), "judges_disagree": JUDGES_DISAGREE in frame.get("populations", {})}
    for name, wanted in ((JUDGES_DISAGREE, judges_disagree), (SQL, sql_share)):
        if wanted and not before.get(name):
            raise Refused(
                f"{week} was drawn without the group {name}; a sealed frame keeps its groups. Add the group when you "
                "draw the next week."
            )
    # A cap of 1 adds nothing: everything drawn so far stays drawn.
    cap = (now.judges_disagree or 1) if before["judges_disagree"] else None
    share = (now.sql_share or 0.0) if before.get(SQL) else None
    return Grouping(float(before["confidence"]), tuple(before["failing_checks"]), cap, share)
