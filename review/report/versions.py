"""The versions of the product whose runs a report shows, with their accuracy, as values and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from review.experiments.runs.accuracy import Accuracy, percent_with_interval

BY_RULES = "by rules alone: nobody checked its answers"


@dataclass(frozen=True, kw_only=True)
class VersionFigure:
    """The combined accuracy of a version on a release, by its latest run; ``in_force`` tells which one answers now."""

    version: str
    release: str
    in_force: bool
    accuracy: Accuracy

    @property
    def title(self) -> str:
        """The version and the release, and whether it is in force."""
        return f"{self.version} on {self.release}{', in force' if self.in_force else ''}"

    @property
    def sentence(self) -> str:
        """The accuracy with its interval, and what people's checks have to do with it."""
        combined = self.accuracy.combined
        if combined.value is None:
            return f"{self.title}: accuracy not known ({combined.undefined})."
        return f"{self.title}: {percent_with_interval(combined)}, {self.accuracy.words or BY_RULES}."

    def to_json(self) -> dict[str, Any]:
        """Return the object in the JSON of the report."""
        return {
            "version": self.version,
            "release": self.release,
            "in_force": self.in_force,
            **self.accuracy.to_json(),
        }


def version_lines(found: Sequence[VersionFigure]) -> list[str]:
    """Return one sentence for each version."""
    return [one.sentence for one in found]
